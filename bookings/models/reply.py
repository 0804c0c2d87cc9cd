from django.conf import settings
from django.db import models

from bookings.encryption import EncryptedRow, EncryptedTextField
from bookings.models.appointment import Appointment
from bookings.models.enquiry import Enquiry
from practice.tiers import Tier


class Purpose(models.TextChoices):
    """What a reply does beside being sent."""

    REPLY = "reply", "A reply in your own words"
    ACCEPT = "accept", "Accept a time they asked for"
    OFFER = "offer", "Offer other times"
    AGREED = "agreed", "Confirm what you agreed by phone"
    SERIES = "series", "Book a series"
    MOVE = "move", "Move an appointment"
    CHANGE = "change", "Change a series from an appointment on"
    PAUSE = "pause", "Pause a series"
    END = "end", "End a series"
    JOIN = "join", "Say how to join an appointment"
    CANCEL = "cancel", "Cancel an appointment"
    WITHDRAW = "withdraw", "Withdraw what you offered"
    DECLINE = "decline", "Decline, with other help"
    LIST = "list", "Put on your waiting list"
    REFER = "refer", "Refer on"


class ReplyTemplate(models.Model):
    """Words the therapist starts a reply from."""

    purpose = models.CharField(
        "used to",
        max_length=10,
        choices=Purpose,
        default=Purpose.REPLY,
        help_text="Where its words are suggested.",
    )
    title = models.CharField(max_length=80, help_text="For your eyes: how you find it.")
    subject = models.CharField(
        max_length=120,
        help_text="Seen on a locked screen, so keep it neutral.",
    )
    body = models.TextField(
        help_text="{name}, {reference}, {where} and {therapist} are replaced, and in answers about times {times}, "
        "{until} and {link}. You see and change the whole message before it is sent.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")

    open_fields = ("title", "subject", "body")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Reply(EncryptedRow):
    """A message the therapist wrote to a person, kept with the enquiry and deleted with it."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="replies")
    idempotency_key = models.UUIDField(unique=True)  # a second click on Send brings the same one
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.REPLY)
    appointment = models.ForeignKey(  # of which a calendar file may go with it
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    subject = EncryptedTextField(tier=Tier.SEALED)
    body = EncryptedTextField(tier=Tier.SEALED)
    written_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"Reply {self.pk} to enquiry {self.enquiry_id}"

    @property
    def text_keys(self) -> list[bytes]:
        return self.enquiry.text_keys

    @property
    def is_needed_unsealed(self) -> bool:
        """Return whether it still has to be sent; a reply that is just being made has no message yet."""
        return self.pk is None or self.messages.filter(sent_at=None).exists()
