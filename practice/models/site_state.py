"""What the site remembers about itself."""

from datetime import datetime, timedelta

from django.db import models


class FailedSignIns(models.Model):
    """How many sign-ins failed for one account, connection or device; see practice/sign_in_limit.py.

    Only a digest says whose they are.
    """

    digest = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    next_try = models.DateTimeField()  # no password is looked at before

    class Meta:
        verbose_name = verbose_name_plural = "failed sign-ins"

    def __str__(self) -> str:
        return f"{self.count} failed sign-ins, the last at {self.last_at:%H:%M}"


class CountedAct(models.Model):
    """One act that a rate limit counts, known only by digests of where it came from; see practice/rate_limits.py."""

    kind = models.CharField(max_length=20)
    network = models.CharField(max_length=64)
    network_56 = models.CharField(max_length=64, blank=True)  # of an IPv6 address
    network_48 = models.CharField(max_length=64, blank=True)
    counts_until = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "counts_until"], name="counted_acts_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.counts_until:%H:%M}"


class Erasure(models.Model):
    """That something was erased, and when. A digest recognises it if a backup brings it back, and names nobody.

    See practice/backups/erasures.py.
    """

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"erasure at {self.at:%H:%M}"


class SiteState(models.Model):
    """What the site remembers about itself, in one row."""

    SINGLE = 1

    key_digest = models.CharField(max_length=64, blank=True, editable=False)  # of FIELD_KEY, see practice/key_check.py
    # Whether new people get keys of their own, which the release before cannot read; see bookings/person_keys.py.
    has_person_keys = models.BooleanField(default=False, db_default=False, editable=False)
    person_keys_deleted_at = models.DateTimeField(null=True, editable=False)  # until their table is rewritten
    tidied_at = models.DateTimeField(null=True, editable=False)  # the last look at what has expired
    clock_jumped_at = models.DateTimeField(null=True, editable=False)  # when a look found that the clock had jumped
    messages_held_at = models.DateTimeField(null=True, editable=False)  # since a backup was restored
    worker_seen_at = models.DateTimeField(null=True, editable=False)  # to the minute
    backup_tried_at = models.DateTimeField(null=True, editable=False)  # the last time that one was begun
    backup_made_at = models.DateTimeField(null=True, editable=False)  # the newest one that restores
    backup_rehearsed_at = models.DateTimeField(null=True, editable=False)  # when restoring it was tried
    backup_problem = models.CharField(  # of the last one, empty if it worked
        max_length=300, blank=True, db_default="", default="", editable=False
    )
    test_message_at = models.DateTimeField(null=True, editable=False)  # the last that the mail server accepted
    mail_account_digest = models.CharField(  # from which the last message was accepted, see practice/mail_account.py
        max_length=64, blank=True, db_default="", default="", editable=False
    )
    heartbeat_at = models.DateTimeField(null=True, editable=False)  # the last that HEARTBEAT_URL answered

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_state_is_one_row")]

    def __str__(self) -> str:
        return "State of the site"

    @classmethod
    def load(cls) -> "SiteState":
        """Return the one row, made if the database is still empty."""
        return cls.objects.get_or_create(pk=cls.SINGLE)[0]

    def is_clock_trusted(self, now: datetime) -> bool:
        """Return whether the worker has found no jump of the clock by more than a day, nor would find one now."""
        is_jump = self.tidied_at is not None and abs(now - self.tidied_at) > timedelta(days=1)
        return self.clock_jumped_at is None and not is_jump
