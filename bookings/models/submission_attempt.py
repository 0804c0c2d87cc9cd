from django.db import models


class SubmissionAttempt(models.Model):
    """One form sent from one connection, known only by a digest whose salt is never stored; forgotten in hours."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    open_fields = ("digest",)

    def __str__(self) -> str:
        return f"attempt at {self.at:%H:%M}"
