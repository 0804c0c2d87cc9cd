from django.db import models

from bookings.encryption import EncryptedTextField
from bookings.messages.definitions import MessageChannel
from practice.tiers import Tier


class PersonQuerySet(models.QuerySet["Person"]):
    def unused(self) -> "PersonQuerySet":
        """Keep those to whom nothing belongs any more."""
        return self.filter(enquiries=None, referrals=None, appointments=None)


class Person(models.Model):
    """Somebody who asks for something or refers somebody, and how they can safely be reached."""

    class Channel(models.TextChoices):
        EMAIL = "email", "Email"
        PHONE = "phone", "Phone"
        EITHER = "either", "Email or phone"

    name = EncryptedTextField(blank=True, tier=Tier.REACH)  # of a person who was referred, the initials at most
    organisation = EncryptedTextField(blank=True, tier=Tier.REACH)  # of a professional
    # Empty for a person who was referred: only the professional is written to.
    channel = models.CharField("reach by", max_length=6, choices=Channel, blank=True)
    email = EncryptedTextField(blank=True, tier=Tier.REACH)
    phone = EncryptedTextField(blank=True, tier=Tier.REACH)
    voicemail_ok = models.BooleanField(default=False)
    text_ok = models.BooleanField(default=False)
    calendar_ok = models.BooleanField(default=False)
    name_practice_ok = models.BooleanField(default=False)
    good_times = EncryptedTextField(blank=True, tier=Tier.REACH)
    time_zone = models.CharField(max_length=50, blank=True)  # of their clock, where it is not London's (IANA name)

    objects = PersonQuerySet.as_manager()
    open_fields = ("time_zone",)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def may_email(self) -> bool:
        return bool(self.email) and self.channel in (self.Channel.EMAIL, self.Channel.EITHER)

    @property
    def may_phone(self) -> bool:
        return bool(self.phone) and self.channel in (self.Channel.PHONE, self.Channel.EITHER)

    def address_for(self, channel: MessageChannel) -> str:
        """Return where this channel reaches them; empty if they did not say that it is safe."""
        match channel:
            case MessageChannel.EMAIL:
                return self.email if self.may_email else ""


class SearchToken(models.Model):
    """A keyed digest of something that a person can be found by; see bookings/search.py."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="search_tokens")
    digest = models.CharField(max_length=32)

    open_fields = ("digest",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "person"], name="search_token_once_for_each_person"),
        ]

    def __str__(self) -> str:
        return f"token of person {self.person_id}"
