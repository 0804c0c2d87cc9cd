import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from bookings.models.appointment import Appointment
from bookings.models.enquiry import Enquiry
from bookings.models.reply import Reply


def new_message_id() -> str:
    """Fixed before the first try, so that a message sent twice is recognised as one (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid4()}@{settings.MESSAGE_ID_DOMAIN}>"


class NotificationQuerySet(models.QuerySet):
    def unsent(self) -> "NotificationQuerySet":
        return self.filter(sent_at=None)

    def overdue(self, now: datetime) -> "NotificationQuerySet":
        """Their time has come; a reminder of next week's appointment is not among them."""
        return self.unsent().filter(due_at__lte=now)

    def refused_for_good(self) -> "NotificationQuerySet":
        """One person's address is wrong, which is that enquiry's trouble and not the mail's."""
        return self.filter(refused=True, kind__in=Notification.TO_THE_PERSON)

    def not_refused(self) -> "NotificationQuerySet":
        return self.exclude(refused=True, kind__in=Notification.TO_THE_PERSON)

    def due(self, now: datetime) -> "NotificationQuerySet":
        """To be sent now, and not in the hands of another sender whose lease still runs."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lt=now)
        return self.unsent().filter(free, next_try__lte=now)


class Notification(models.Model):
    """The outbox: which message is due about what. Its words are composed when it is sent, never stored here."""

    class Kind(models.TextChoices):
        TELL_THERAPIST = "tell_therapist", "Notice to you"
        TELL_SET_ASIDE = "tell_set_aside", "Notice to you: set aside"
        ACKNOWLEDGE = "acknowledge", "Acknowledgement to the person"
        REPLY = "reply", "Your reply"
        CONFIRM = "confirm", "Confirmation to the person"
        CANCELLED = "cancelled", "Cancellation to the person"
        REMIND = "remind", "Reminder to the person"
        HOLDING = "holding", "Note to the person: still waiting"
        CHECK_IN = "check_in", "Check-in they allowed"
        TELL_CHANGE = "tell_change", "Notice to you: a change"
        NUDGE = "nudge", "Reminder to you: reply"
        DIGEST = "digest", "Daily summary to you"

    TO_THE_PERSON = (
        Kind.ACKNOWLEDGE,
        Kind.REPLY,
        Kind.CONFIRM,
        Kind.CANCELLED,
        Kind.REMIND,
        Kind.HOLDING,
        Kind.CHECK_IN,
    )
    UNASKED = (Kind.REMIND, Kind.HOLDING, Kind.CHECK_IN)  # nobody has just done something, so they respect the night

    kind = models.CharField(max_length=20, choices=Kind)
    enquiry = models.ForeignKey(
        Enquiry, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )  # none for what is about the whole practice
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    about = models.CharField(max_length=60, blank=True)  # which of several of a kind: a day, a moved appointment
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications")
    message_id = models.CharField(max_length=255, default=new_message_id, editable=False)
    due_at = models.DateTimeField()
    next_try = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=120, blank=True)
    refused = models.BooleanField(default=False)  # the mail server said "never" (5xx)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "kind", "about"],
                condition=models.Q(reply=None, appointment=None),
                name="one_notification_of_a_kind_for_each_enquiry",
            ),
            models.UniqueConstraint(
                fields=["appointment", "kind", "about"],
                condition=models.Q(reply=None, appointment__isnull=False),
                name="one_notification_of_a_kind_for_each_appointment",
            ),
            models.UniqueConstraint(
                fields=["kind", "about"],
                condition=models.Q(enquiry=None),
                name="one_notification_of_a_kind_for_the_practice",
            ),
            models.UniqueConstraint(
                fields=["reply"],
                condition=models.Q(reply__isnull=False),
                name="one_notification_for_each_reply",
            ),
        ]
        indexes = [models.Index(fields=["next_try"], condition=models.Q(sent_at=None), name="notification_unsent")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.enquiry_id or self.about})"
