"""Forgetting people who did not become clients, when the privacy notice says so."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from bookings.models import Enquiry, Notification
from practice.clock import localdate

logger = logging.getLogger(__name__)
DIGESTS_KEPT = timedelta(days=30)


def tidy(now: datetime) -> None:
    """Run every retention task of every app, then erase old sessions and what is left on the disk."""
    for task in settings.RETENTION_TASKS:
        import_string(task)(now)
    call_command("clearsessions")
    leave_no_trace()


def erase_expired(now: datetime) -> int:
    """Deletes enquiries whose time is over, with everything that hangs on them (UK GDPR Art. 5(1)(e))."""
    expired = Enquiry.objects.filter(keep_until__lt=localdate(now))
    references = list(expired.values_list("reference", flat=True))
    expired.filter(reference__in=references).delete()
    for reference in references:
        logger.info("Erased enquiry %s: its time was over.", reference)
    return len(references)


def forget_digests(now: datetime) -> None:
    """That a daily summary was sent goes with no enquiry, so it would stay for ever."""
    Notification.objects.filter(kind=Notification.Kind.DIGEST, due_at__lt=now - DIGESTS_KEPT).delete()


def leave_no_trace() -> None:
    """Empties SQLite's write-ahead log, which may still hold what was erased. PostgreSQL tidies up by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
