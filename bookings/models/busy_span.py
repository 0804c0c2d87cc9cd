from django.db import models

from practice.clock import LONDON


class BusySpan(models.Model):
    """A busy time from the last successful reading of the therapist's other calendar. Nothing else of it is stored."""

    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"busy from {self.starts_at.astimezone(LONDON):%d.%m. %H:%M}"
