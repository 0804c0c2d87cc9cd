"""The keys with which what people write is sealed. Private halves are stored only sealed or wrapped."""

from django.contrib.auth.models import User
from django.db import models


class RecoveryKey(models.Model):
    """The public half of the recovery key; the other half is on paper."""

    public = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)  # when it was last typed from the paper; none: not in use yet

    def __str__(self) -> str:
        return f"recovery key of {self.made_at:%d %B %Y}"


class PracticeKey(models.Model):
    """A key pair of the practice. The newest seals; older ones only open, since somebody who left knew them."""

    public = models.CharField(max_length=64)
    sealed_to_recovery_key = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"practice key {self.pk}"


class AccountKey(models.Model):
    """The key pair of a therapist's account. The private half is wrapped by the password and by FIELD_KEY."""

    user = models.OneToOneField(
        User,
        on_delete=models.DO_NOTHING,  # it stays until practice_keys.py has seen that its account is gone
        related_name="account_key",
        db_constraint=False,  # also because the previous release deletes accounts without knowing of this row
    )
    public = models.CharField(max_length=64)
    stretching = models.CharField(max_length=80)  # of the password: Argon2id with these costs and this salt
    wrapped = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"key of account {self.user_id}"


class HeldKey(models.Model):
    """A practice key that a therapist holds: its private half, sealed to the public half of the account's key."""

    account_key = models.ForeignKey(AccountKey, on_delete=models.CASCADE, related_name="held_keys")
    practice_key = models.ForeignKey(PracticeKey, on_delete=models.CASCADE, related_name="held_keys")
    sealed = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_key", "practice_key"], name="each_practice_key_is_held_once")
        ]

    def __str__(self) -> str:
        return f"practice key {self.practice_key_id} for account key {self.account_key_id}"
