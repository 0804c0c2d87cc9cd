"""What is agreed or offered outside the opening hours: allowed, because it is the therapist's day, but never unsaid."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from bookings import availability, formatting
from bookings.booking import Slot
from bookings.models import Appointment

MAX_NAMED = 8


def outside_hours(times: Sequence[Slot], length: timedelta, now: datetime) -> list[str]:
    """Those of the times at which their place is closed, in words."""
    begins = [one.starts_at for one in times]
    rules = availability.read_rules(min(begins), max(begins), now)
    closed = [
        one for one in times if not availability.is_open(one.location, one.starts_at, one.starts_at + length, rules)
    ]
    return [f"{formatting.moment(one.starts_at)}, {one.location.name}" for one in closed]


@contextmanager
def telling(request: HttpRequest) -> Iterator[None]:
    """Names, once hours have changed, what is booked or held at a time that is now closed: nobody else is told."""
    now = timezone.now()
    before = {one.pk for one in _closed_out(now)}
    yield
    found = [one for one in _closed_out(now) if one.pk not in before]
    if found:
        listed = [f"{formatting.time_and_place(one)}, ref {one.enquiry.reference}" for one in found[:MAX_NAMED]]
        listed += [f"and {len(found) - MAX_NAMED} more"] if len(found) > MAX_NAMED else []
        words = "; ".join(listed)
        messages.warning(request, f"Booked or offered while you are now closed, and nobody has been told: {words}.")


def _closed_out(now: datetime) -> list[Appointment]:
    to_come = Appointment.objects.holding().filter(starts_at__gt=now).select_related("location", "enquiry")
    found = list(to_come.exclude(status=Appointment.Status.PROPOSED, held_until__lte=now).order_by("starts_at"))
    if not found:
        return []
    rules = availability.read_rules(found[0].starts_at, found[-1].starts_at, now)
    return [one for one in found if not availability.is_open(one.location, one.starts_at, one.ends_at, rules)]
