"""Erase the data of people who did not become clients, when the privacy notice says so."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from bookings.messages.to_therapist import DAILY_SUMMARY
from bookings.models import Enquiry, Message
from practice.clock import localdate

logger = logging.getLogger(__name__)
MAX_SUMMARY_AGE = timedelta(days=30)


def tidy(now: datetime) -> None:
    """Run the retention tasks of all apps, then delete old sessions and what SQLite still holds on disk."""
    for task in settings.RETENTION_TASKS:
        import_string(task)(now)
    call_command("clearsessions")
    checkpoint_sqlite()


def erase_expired(now: datetime) -> int:
    """Delete expired enquiries with everything that belongs to them (UK GDPR Art. 5(1)(e)), and return their number."""
    expired = Enquiry.objects.filter(keep_until__lt=localdate(now))
    references = list(expired.values_list("reference", flat=True))
    # By reference, so that no enquiry is deleted without a line in the log.
    expired.filter(reference__in=references).delete()
    for reference in references:
        logger.info("Erased enquiry %s: its time was over.", reference)
    return len(references)


def forget_digests(now: datetime) -> None:
    """Delete the messages of daily summaries, which belong to no enquiry and would stay for ever."""
    Message.objects.filter(kind=DAILY_SUMMARY.kind, due_at__lt=now - MAX_SUMMARY_AGE).delete()


def checkpoint_sqlite() -> None:
    """Empty SQLite's write-ahead log, which may still hold erased data. PostgreSQL does this itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
