"""Reads the therapist's other calendar as busy time. A reading that fails leaves the last good copy as it is."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bookings import locking
from bookings.ical import busy
from bookings.models import BookingSettings, BusySpan

EVERY = timedelta(minutes=15)
STALE_AFTER = timedelta(hours=3)
AHEAD = timedelta(days=64)  # eight weeks, the longest horizon, and a week to spare
UNEXPECTED = "The calendar couldn’t be read."

logger = logging.getLogger(__name__)


def read_if_due(now: datetime, fetch: Callable[[str], bytes] = busy.fetch) -> bool:
    """Whether it was read now. Of several senders only one reads; it marks its try first."""
    rules = locking.booking_settings()
    due = Q(busy_tried_at=None) | Q(busy_tried_at__lte=now - EVERY)
    if not rules.busy_address or not BookingSettings.objects.filter(due).update(busy_tried_at=now):
        return False
    return read(rules, now, fetch)


def read(rules: BookingSettings, now: datetime, fetch: Callable[[str], bytes] = busy.fetch) -> bool:
    """Reads it now, and notes how that went."""
    try:
        spans = busy.spans(fetch(rules.busy_address), now - timedelta(days=1), now + AHEAD)
    except busy.CalendarError as problem:
        return _note(rules, now, problem.sentence)
    except Exception as problem:
        logger.error("The other calendar could not be read (%s).", type(problem).__name__)
        return _note(rules, now, UNEXPECTED)
    with transaction.atomic():
        if not _note(rules, now, ""):
            return False
        BusySpan.objects.all().delete()
        BusySpan.objects.bulk_create([BusySpan(starts_at=start, ends_at=end) for start, end in spans], batch_size=500)
    return True


def is_stale(rules: BookingSettings, now: datetime) -> bool:
    """Not read for hours, or never; an address that was given a moment ago has its time to come."""
    if not rules.busy_address:
        return False
    return bool(rules.busy_problem) if rules.busy_read_at is None else now - rules.busy_read_at > STALE_AFTER


def forget() -> None:
    """The address was changed or taken away: nothing of the former calendar counts any more."""
    with transaction.atomic():
        BusySpan.objects.all().delete()
        BookingSettings.objects.update(busy_read_at=None, busy_tried_at=None, busy_problem="")


def _note(rules: BookingSettings, now: datetime, problem: str) -> bool:
    """Whether it was a good reading; one of an address that has been changed meanwhile counts for nothing."""
    current = BookingSettings.objects.select_for_update().filter(pk=rules.pk).first()
    if current is None or current.busy_address != rules.busy_address:
        return False
    outcome = {"busy_problem": problem} if problem else {"busy_problem": "", "busy_read_at": now}
    BookingSettings.objects.filter(pk=rules.pk).update(busy_tried_at=now, **outcome)
    return not problem
