"""Read the therapist's other calendar as busy times. If that fails, the times read last stay."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bookings import ical
from bookings.ical import CalendarError, ReadingStoppedError, UnclearEntry, busy_times, never
from bookings.models import BookingSettings, BusySpan

READ_EVERY = timedelta(minutes=15)
STALE_AFTER = timedelta(hours=3)
READ_AHEAD = timedelta(days=64)  # the longest booking horizon, 8 weeks, and a week to spare
MAX_BYTES = 50_000_000
MAX_SECONDS = 60.0  # of a download
MAX_DAYS = 3  # named in the sentence about entries that were not understood
UNEXPECTED = "The calendar couldn’t be read."

Fetch = Callable[..., bytes]  # of the address and, by keyword, is_stopped

logger = logging.getLogger(__name__)


def fetch_calendar(address: str, *, is_stopped: Callable[[], bool] = never) -> bytes:
    """Download a calendar, which may be large: what lies in the past is skipped quickly. Raises CalendarError."""
    return ical.fetch(address, seconds=MAX_SECONDS, max_bytes=MAX_BYTES, is_stopped=is_stopped)


def read_if_due(now: datetime, fetch: Fetch = fetch_calendar, *, is_stopped: Callable[[], bool] = never) -> bool:
    """Read the calendar unless it was tried recently, and return whether it was read.

    The attempt is recorded first, so that only one of several workers reads it. One that is told to stop takes that
    back, so that the next one reads it at once.
    """
    booking_settings = BookingSettings.load()
    due = Q(busy_tried_at=None) | Q(busy_tried_at__lte=now - READ_EVERY)
    if not booking_settings.busy_address or not BookingSettings.objects.filter(due).update(busy_tried_at=now):
        return False
    try:
        return read(booking_settings, now, fetch, is_stopped=is_stopped)
    except ReadingStoppedError:
        BookingSettings.objects.filter(busy_tried_at=now).update(busy_tried_at=booking_settings.busy_tried_at)
        return False


def read(
    booking_settings: BookingSettings,
    now: datetime,
    fetch: Fetch = fetch_calendar,
    *,
    is_stopped: Callable[[], bool] = never,
) -> bool:
    """Read the calendar now, record the outcome and return whether it was read.

    If some entries were not understood, the rest counts and the problem says which they are. Raises
    ReadingStoppedError once `is_stopped`.
    """
    begins, ends = now - timedelta(days=1), now + READ_AHEAD
    try:
        calendar = fetch(booking_settings.busy_address, is_stopped=is_stopped)
        busy = busy_times(calendar, begins, ends, is_stopped=is_stopped)
    except ReadingStoppedError:
        raise
    except CalendarError as problem:
        return _record(booking_settings, now, problem.sentence, is_read=False)
    except Exception as problem:
        logger.error("The other calendar could not be read (%s).", type(problem).__name__)
        return _record(booking_settings, now, UNEXPECTED, is_read=False)
    with transaction.atomic():
        if not _record(booking_settings, now, _sentence(busy.unclear), is_read=True):
            return False
        BusySpan.objects.all().delete()
        BusySpan.objects.bulk_create(
            [BusySpan(starts_at=start, ends_at=end) for start, end in busy.spans], batch_size=500
        )
    return True


def is_stale(booking_settings: BookingSettings, now: datetime) -> bool:
    """Return whether it was never read or not for hours, so that nobody knows which times are free."""
    if not booking_settings.busy_address:
        return False
    return booking_settings.busy_read_at is None or now - booking_settings.busy_read_at > STALE_AFTER


def is_read_in_part(booking_settings: BookingSettings) -> bool:
    """Return whether the last attempt read the calendar, but did not understand some of its entries."""
    is_read = booking_settings.busy_read_at is not None
    return (
        is_read
        and booking_settings.busy_read_at == booking_settings.busy_tried_at
        and bool(booking_settings.busy_problem)
    )


def forget() -> None:
    """Delete what was read, because the address was changed or removed."""
    with transaction.atomic():
        BusySpan.objects.all().delete()
        BookingSettings.objects.update(busy_read_at=None, busy_tried_at=None, busy_problem="")


def _record(booking_settings: BookingSettings, now: datetime, problem: str, *, is_read: bool) -> bool:
    """Record the outcome and return whether it was a success. Ignore it if the address has been changed since."""
    current = BookingSettings.objects.select_for_update().filter(pk=booking_settings.pk).first()
    if current is None or current.busy_address != booking_settings.busy_address:
        return False
    outcome = {"busy_read_at": now} if is_read else {}
    BookingSettings.objects.filter(pk=booking_settings.pk).update(busy_tried_at=now, busy_problem=problem, **outcome)
    return is_read


def _sentence(unclear: list[UnclearEntry]) -> str:
    """Return which entries were not understood, or nothing if there are none."""
    if not unclear:
        return ""
    days = [f"{entry.day.day} {entry.day:%B %Y}" if entry.day else "one without a day" for entry in unclear]
    days = list(dict.fromkeys(days))
    listed = ", ".join(days[:MAX_DAYS]) + (" and others" if len(days) > MAX_DAYS else "")
    entries = "1 entry wasn’t" if len(unclear) == 1 else f"{len(unclear)} entries weren’t"
    return f"{entries} understood: {listed}. Please check them there."
