import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from bookings.messages.definitions import (
    Audience,
    MessageChannel,
    MessageDefinition,
    definition_of,
    kind_choices,
    kinds_for,
)
from bookings.models.appointment import Appointment
from bookings.models.enquiry import Enquiry
from bookings.models.reply import Reply
from practice.models import SiteState


def new_message_id() -> str:
    """Make a Message-ID before the first try, so that a message sent twice is recognised as one (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid4()}@{settings.MESSAGE_ID_DOMAIN}>"


def _is_own_trouble() -> models.Q:
    is_refused = models.Q(refused=True, kind__in=kinds_for(Audience.PERSON))
    return models.Q(unwritable=True) | models.Q(stopped_at__isnull=False) | is_refused


class MessageQuerySet(models.QuerySet):
    def unsent(self) -> "MessageQuerySet":
        return self.filter(sent_at=None)

    def overdue(self, now: datetime) -> "MessageQuerySet":
        """Keep those whose time has come; a reminder of next week's appointment is not among them."""
        return self.unsent().filter(due_at__lte=now)

    def refused_for_good(self) -> "MessageQuerySet":
        """Keep those whose address or words are wrong, a problem of that enquiry and not of mail as a whole."""
        return self.filter(_is_own_trouble())

    def not_refused(self) -> "MessageQuerySet":
        return self.exclude(_is_own_trouble())

    def due(self, now: datetime) -> "MessageQuerySet":
        """Keep those to send now, by a channel that works, and in the hands of no worker whose lease still runs.

        None is due while messages are held back because a backup was restored.
        """
        paused = DeliveryPause.objects.filter(until__gt=now)
        held = SiteState.objects.filter(messages_held_at__isnull=False)
        ready = self.unsent().free(now).filter(stopped_at=None, next_try__lte=now)
        return ready.exclude(channel__in=paused.values("channel")).exclude(models.Exists(held))

    def free(self, now: datetime) -> "MessageQuerySet":
        """Keep those that are not in the hands of a worker whose lease still runs."""
        return self.filter(models.Q(leased_until=None) | models.Q(leased_until__lt=now))


class DeliveryPause(models.Model):
    """A channel whose server has failed waits until then, and all its messages with it."""

    channel = models.CharField(max_length=10, choices=MessageChannel, unique=True)
    failures = models.PositiveIntegerField(default=0)  # one after the other
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_channel_display()} until {self.until:%H:%M}"


class Message(models.Model):
    """A row of the outbox: which message is due about what. Its words are composed when it is sent, never stored."""

    kind = models.CharField(max_length=20, choices=kind_choices)
    channel = models.CharField(max_length=10, choices=MessageChannel, default=MessageChannel.EMAIL)
    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )  # none for what is about the whole practice
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    # Where else it goes than a message of its audience: to the holder of an account, or to an address before a change.
    recipient = models.CharField(max_length=254, blank=True, default="", db_default="", editable=False)
    about = models.CharField(max_length=60, blank=True)  # which of several of a kind: a day, a moved appointment
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    message_id = models.CharField(max_length=255, default=new_message_id, editable=False)
    due_at = models.DateTimeField()
    next_try = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=120, blank=True)
    refused = models.BooleanField(default=False)  # the mail server said "never" (5xx)
    unwritable = models.BooleanField(default=False)  # it could not be composed
    refusals = models.PositiveSmallIntegerField(default=0)  # how often it said so
    unconfirmed = models.PositiveSmallIntegerField(default=0)  # how often it may have taken the message
    stopped_at = models.DateTimeField(null=True, blank=True)  # not tried again by itself
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    open_fields = ("about", "message_id", "last_error", "recipient")  # the recipient is a member of staff

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "kind", "about"],
                condition=models.Q(reply=None, appointment=None),
                name="one_message_of_a_kind_for_each_enquiry",
            ),
            models.UniqueConstraint(
                fields=["appointment", "kind", "about"],
                condition=models.Q(reply=None, appointment__isnull=False),
                name="one_message_of_a_kind_for_each_appointment",
            ),
            models.UniqueConstraint(
                fields=["kind", "about"],
                condition=models.Q(enquiry=None),
                name="one_message_of_a_kind_for_the_practice",
            ),
            models.UniqueConstraint(
                fields=["reply"],
                condition=models.Q(reply__isnull=False),
                name="one_message_for_each_reply",
            ),
        ]
        indexes = [models.Index(fields=["next_try"], condition=models.Q(sent_at=None), name="message_unsent")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.enquiry_id or self.about})"

    @property
    def definition(self) -> MessageDefinition:
        return definition_of(self.kind)
