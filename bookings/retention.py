"""How long enquiries are kept, and the erasure of what has been kept long enough, as the privacy notice says."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string

from bookings import people, person_keys
from bookings.models import Appointment, Enquiry
from practice.clock import localdate
from practice.facts import practice_row
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
        return _client_record_ends(enquiry) if enquiry.status == Enquiry.Status.CLOSED else None
    days = KEEP_DAYS.get(Enquiry.Status(enquiry.status))
    return localdate(now) + timedelta(days=days) if days else None


def _client_record_ends(enquiry: Enquiry) -> date:
    """Return the last day of the years that the practice keeps a record after the last appointment."""
    last = enquiry.appointments.came_to_be().latest("ends_at").ends_at
    day, years = localdate(last), practice_row().client_record_years
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def date_client_records(now: datetime) -> None:
    """Give closed client records their last day again, because the practice may keep them for another time now."""
    closed = Enquiry.objects.filter(status=Enquiry.Status.CLOSED)
    for enquiry in closed.filter(appointments__in=Appointment.objects.came_to_be()).distinct():
        if enquiry.keep_until != (day := _client_record_ends(enquiry)):
            Enquiry.objects.filter(pk=enquiry.pk).update(keep_until=day)


def tidy(now: datetime) -> bool:
    """Run the retention tasks of all apps, then delete old sessions and what SQLite still holds on disk.

    Nothing is erased while the clock can't be trusted. Return whether it can be.
    """
    if not clock_agrees(now):
        logger.warning("The clock has jumped by more than a day, so nothing is erased until it agrees a day later.")
        return False
    run_tasks(now)
    call_command("clearsessions")
    checkpoint_sqlite()
    person_keys.rewrite_table(now)
    return True


def run_tasks(now: datetime) -> None:
    """Run the retention tasks of all apps, each of which deletes what its rule no longer keeps."""
    for task in settings.RETENTION_TASKS:
        import_string(task)(now)


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
    outstanding = Appointment.objects.outstanding(now).values("enquiry")
    expired = Enquiry.objects.filter(keep_until__lt=localdate(now))
    for reference in expired.filter(pk__in=outstanding).values_list("reference", flat=True):
        logger.warning("Kept enquiry %s: its time is over, but an appointment or an offer is not.", reference)
    expired = expired.exclude(pk__in=outstanding)
    count = people.erase_enquiries(expired, now)
    if count:  # without their references, which nothing may keep now
        logger.info("Erased %s enquiries: their time was over.", count)
    return count


def checkpoint_sqlite() -> None:
    """Empty SQLite's write-ahead log, which may still hold erased data. PostgreSQL’s goes by its age."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
