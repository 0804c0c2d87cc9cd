from datetime import datetime
from typing import Any, Never

from django.db import models

APPEND_ONLY = "What happened on the desk is only ever added to."


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> int:
        """Refuse every change but one: an entry forgets whom it was about."""
        if kwargs != {"reference": ""}:
            raise TypeError(APPEND_ONLY)
        return super().update(**kwargs)

    def delete(self) -> Never:
        raise TypeError(APPEND_ONLY)

    def delete_before(self, moment: datetime) -> int:
        """Delete what is older than that and return how many entries it was."""
        return models.QuerySet.delete(self.filter(at__lt=moment))[0]


class AuditEntry(models.Model):
    """One thing that somebody did on the desk, or that was done to an account: no words, and no name of a client.

    The database refuses changes too. SQLite drops a table's triggers when a migration alters the table, so such a
    migration runs the operation that creates them again.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        SESSION_ENDED = "session_ended", "Ended a session"
        PASSWORD = "password", "Changed the password"
        SECOND_FACTOR = "second_factor", "Changed the second factor"
        KEYS = "keys", "Changed keys or a secret address"
        OPENED = "opened", "Opened"
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        REPLIED = "replied", "Replied, or arranged a time"
        EXPORTED = "exported", "Exported"
        ERASED = "erased", "Erased"
        DELETED = "deleted", "Deleted"
        PUBLISHED = "published", "Published, or took off the site"

    at = models.DateTimeField("when", db_index=True)
    kind = models.CharField("what", max_length=20, choices=Kind)
    username = models.CharField("account", max_length=150, blank=True)  # its name then; empty where none has the name
    model = models.CharField(max_length=60, blank=True)  # such as "bookings.enquiry"
    reference = models.CharField(max_length=60, blank=True)  # of an enquiry its reference, else the number of the row

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "activity log entry"
        verbose_name_plural = "activity log"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%-d %B %Y, %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise TypeError(APPEND_ONLY)
