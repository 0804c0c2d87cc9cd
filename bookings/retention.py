"""How long enquiries are kept, and the erasure of what has been kept long enough, as the privacy notice says."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from bookings import people
from bookings.models import Enquiry
from practice.clock import localdate
from practice.models import SiteState

KEEP_DAYS = {  # the privacy notice says so
    Enquiry.Status.CLOSED: 90,
    Enquiry.Status.SET_ASIDE: 30,
    Enquiry.Status.PAUSED: 366,  # a day of the next year may be the one on which they allowed a question
}

DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


def keep_until(enquiry: Enquiry, now: datetime) -> date | None:
    """Return the last day in London on which the enquiry is kept, or None while no date ends it."""
    if enquiry.is_complaint and enquiry.status == Enquiry.Status.SET_ASIDE:
        return None  # the law requires a complaint to be answered, so only the therapist may end it
    if enquiry.pk and enquiry.appointments.came_to_be().exists():
        return None  # a client's record, which no date ends
    days = KEEP_DAYS.get(Enquiry.Status(enquiry.status))
    return localdate(now) + timedelta(days=days) if days else None


def tidy(now: datetime) -> None:
    """Run the retention tasks of all apps, then delete old sessions and what SQLite still holds on disk.

    Nothing is erased while the clock can't be trusted.
    """
    if not clock_agrees(now):
        logger.warning("The clock has jumped by more than a day, so nothing is erased until it agrees a day later.")
        return
    for task in settings.RETENTION_TASKS:
        import_string(task)(now)
    call_command("clearsessions")
    checkpoint_sqlite()


def clock_agrees(now: datetime) -> bool:
    """Remember this look at the clock, and return whether it agrees with the looks before.

    After a jump of more than a day, forwards or backwards, it agrees again with a second look, one to two days later.
    A look long after the last one is a jump too: the clock alone doesn't tell which of the two was wrong.
    """
    state = SiteState.load()
    seen, jumped = state.tidied_at or now, state.clock_jumped_at
    since_jump = now - jumped if jumped else None
    if since_jump is not None and DAY <= since_jump <= 2 * DAY:
        jumped = None
    elif abs(now - seen) > DAY:
        jumped = now
    SiteState.objects.update(tidied_at=now, clock_jumped_at=jumped)
    return jumped is None


def erase_expired(now: datetime) -> int:
    """Delete expired enquiries with everything that belongs to them (UK GDPR Art. 5(1)(e)), and return their number."""
    expired = Enquiry.objects.filter(keep_until__lt=localdate(now))
    references = list(expired.values_list("reference", flat=True))
    # By reference, so that no enquiry is deleted without a line in the log.
    people.erase_enquiries(expired.filter(reference__in=references))
    for reference in references:
        logger.info("Erased enquiry %s: its time was over.", reference)
    return len(references)


def checkpoint_sqlite() -> None:
    """Empty SQLite's write-ahead log, which may still hold erased data. PostgreSQL does this itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
