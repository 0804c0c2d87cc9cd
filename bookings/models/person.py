from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import models, transaction

from bookings.encryption import EncryptedRow, EncryptedTextField
from bookings.messages.definitions import MessageChannel
from bookings.models.person_key import PersonKey
from practice.models import SiteState
from practice.tiers import Tier


class PersonQuerySet(models.QuerySet["Person"]):
    # The Django plugin makes every queryset class generic, so within this one the model is a type of its own.
    def bulk_create(  # type: ignore[override]
        self, objs: Iterable["Person"], *args: Any, **kwargs: Any
    ) -> list["Person"]:
        """Insert people with a key for each."""
        objs = list(objs)
        with transaction.atomic(savepoint=False):
            _give_keys(objs)
            return super().bulk_create(objs, *args, **kwargs)  # type: ignore[arg-type, return-value]  # see above

    def unused(self) -> "PersonQuerySet":
        """Keep those to whom nothing belongs any more."""
        return self.filter(enquiries=None, referrals=None, appointments=None)


class Person(EncryptedRow):
    """Somebody who asks for something or refers somebody, and how they can safely be reached."""

    class Channel(models.TextChoices):
        EMAIL = "email", "Email"
        PHONE = "phone", "Phone"
        EITHER = "either", "Email or phone"

    # None: written by the release before, or before rotate_field_key was run for the first time
    key = models.OneToOneField(PersonKey, on_delete=models.PROTECT, null=True, editable=False, related_name="person")
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the person with a key of their own. Saving again never changes the key, which may be newer."""
        if self._state.adding:
            with transaction.atomic(savepoint=False):
                _give_keys([self])
                return super().save(*args, **kwargs)
        if kwargs.get("update_fields") is None:
            known = {field.name for field in self._meta.concrete_fields if field.attname in self.__dict__}
            kwargs["update_fields"] = known - {"id", "row_id", "key"}
        return super().save(*args, **kwargs)

    @property
    def text_keys(self) -> list[bytes]:
        opened = self.key.opened(self.row_id) if self.key and self.row_id else None
        return [opened] if opened else []

    @property
    def may_email(self) -> bool:
        return bool(self.email) and self.channel in (self.Channel.EMAIL, self.Channel.EITHER)

    @property
    def may_phone(self) -> bool:
        return bool(self.phone) and self.channel in (self.Channel.PHONE, self.Channel.EITHER)

    @property
    def is_reachable(self) -> bool:
        return self.may_email or self.may_phone

    def address_for(self, channel: MessageChannel) -> str:
        """Return where this channel reaches them; empty if they did not say that it is safe."""
        match channel:
            case MessageChannel.EMAIL:
                return self.email if self.may_email else ""


class DismissedMatch(models.Model):
    """Two people with the same address or number who are not the same, as somebody at the desk has said."""

    # Without constraints in the database, because the release before erases people and knows nothing of these rows.
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        verbose_name_plural = "dismissed matches"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="a_match_is_dismissed_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="a_match_in_order"),
        ]

    def __str__(self) -> str:
        return f"people {self.first_id} and {self.second_id}"


def _give_keys(people: list[Person]) -> None:
    """Give new people keys, unless the release before may have to read them."""
    if SiteState.objects.filter(has_person_keys=True).exists():
        for person in people:
            person.row_id = person.row_id or uuid4()
            person.key = person.key or PersonKey.new(person.row_id)
        PersonKey.objects.bulk_create([person.key for person in people if person.key], ignore_conflicts=True)


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
