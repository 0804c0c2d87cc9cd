"""Read the therapist's other calendar as busy times. If that fails, the times read last stay."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bookings.ical import CalendarError, busy_spans
from bookings.ical import fetch as fetch_calendar
from bookings.models import BookingSettings, BusySpan

READ_EVERY = timedelta(minutes=15)
STALE_AFTER = timedelta(hours=3)
READ_AHEAD = timedelta(days=64)  # the longest booking horizon, 8 weeks, and a week to spare
UNEXPECTED = "The calendar couldn’t be read."

logger = logging.getLogger(__name__)


def read_if_due(now: datetime, fetch: Callable[[str], bytes] = fetch_calendar) -> bool:
    """Read the calendar unless it was tried recently, and return whether it was read.

    The attempt is recorded first, so that only one of several workers reads it.
    """
    booking_settings = BookingSettings.load()
    due = Q(busy_tried_at=None) | Q(busy_tried_at__lte=now - READ_EVERY)
    if not booking_settings.busy_address or not BookingSettings.objects.filter(due).update(busy_tried_at=now):
        return False
    return read(booking_settings, now, fetch)


def read(booking_settings: BookingSettings, now: datetime, fetch: Callable[[str], bytes] = fetch_calendar) -> bool:
    """Read the calendar now, record the outcome and return whether it was read."""
    try:
        spans = busy_spans(fetch(booking_settings.busy_address), now - timedelta(days=1), now + READ_AHEAD)
    except CalendarError as problem:
        return _record(booking_settings, now, problem.sentence)
    except Exception as problem:
        logger.error("The other calendar could not be read (%s).", type(problem).__name__)
        return _record(booking_settings, now, UNEXPECTED)
    with transaction.atomic():
        if not _record(booking_settings, now, ""):
            return False
        BusySpan.objects.all().delete()
        BusySpan.objects.bulk_create([BusySpan(starts_at=start, ends_at=end) for start, end in spans], batch_size=500)
    return True


def is_stale(booking_settings: BookingSettings, now: datetime) -> bool:
    """Return whether it was not read for hours. A new address that was not tried yet is not stale."""
    if not booking_settings.busy_address:
        return False
    if booking_settings.busy_read_at is None:
        return bool(booking_settings.busy_problem)
    return now - booking_settings.busy_read_at > STALE_AFTER


def forget() -> None:
    """Delete what was read, because the address was changed or removed."""
    with transaction.atomic():
        BusySpan.objects.all().delete()
        BookingSettings.objects.update(busy_read_at=None, busy_tried_at=None, busy_problem="")


def _record(booking_settings: BookingSettings, now: datetime, problem: str) -> bool:
    """Record the outcome and return whether it was a success. Ignore it if the address has been changed since."""
    current = BookingSettings.objects.select_for_update().filter(pk=booking_settings.pk).first()
    if current is None or current.busy_address != booking_settings.busy_address:
        return False
    outcome = {"busy_problem": problem} if problem else {"busy_problem": "", "busy_read_at": now}
    BookingSettings.objects.filter(pk=booking_settings.pk).update(busy_tried_at=now, **outcome)
    return not problem
