from django.conf import settings
from django.db import models

from bookings.encryption import EncryptedTextField
from bookings.models.enquiry import Enquiry


class ReplyTemplate(models.Model):
    """Words the therapist starts a reply from."""

    title = models.CharField(max_length=80, help_text="For your eyes: how you find it.")
    subject = models.CharField(
        max_length=120,
        help_text="Seen on a locked screen, so keep it neutral.",
    )
    body = models.TextField(
        help_text="{name}, {reference}, {where} and {therapist} are replaced. You see and change the "
        "whole message before it is sent.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Reply(models.Model):
    """A message the therapist wrote to a person, kept with the enquiry and deleted with it."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="replies")
    once = models.UUIDField(unique=True)  # a second click on Send brings the same one
    subject = EncryptedTextField()
    body = EncryptedTextField()
    written_at = models.DateTimeField()
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"Reply {self.pk} to enquiry {self.enquiry_id}"
