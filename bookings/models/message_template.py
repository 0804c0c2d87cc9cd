from django.db import models

from bookings.messages.definitions import kind_choices

MAX_SUBJECT_LENGTH = 120  # characters


class MessageTemplate(models.Model):
    """The therapist's own words for one automatic message. Without a row, its default words are sent."""

    kind = models.CharField(max_length=20, unique=True, choices=kind_choices)
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH)
    body = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    open_fields = ("subject", "body")

    class Meta:
        ordering = ["kind"]
        verbose_name = "automatic message"
        verbose_name_plural = "automatic messages"

    def __str__(self) -> str:
        return self.get_kind_display()
