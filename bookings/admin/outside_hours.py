"""Appointments outside opening hours, which the therapist may book and offer all the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from bookings import availability, formatting
from bookings.admin import texts
from bookings.models import Appointment
from practice.absence import Absence

MAX_LISTED = 8


@contextmanager
def warn_about_closed_appointments(request: HttpRequest) -> Iterator[None]:
    """Warn of appointments that are outside opening hours after a change of hours and weren't before."""
    now = timezone.now()
    before = {appointment.pk for appointment in appointments_outside(now)}
    yield
    closed = [appointment for appointment in appointments_outside(now) if appointment.pk not in before]
    if closed:
        messages.warning(request, texts.NOW_OUTSIDE_HOURS.format(appointments=list_appointments(closed)))


def warn_about_appointments_while_away(request: HttpRequest, absence: Absence) -> None:
    """Warn of what is booked or offered on the days away, unless it was made for one of them."""
    if concerned := appointments_while_away(absence, timezone.now()):
        messages.warning(request, texts.NOW_AWAY.format(appointments=list_appointments(concerned)))


def appointments_while_away(absence: Absence, now: datetime) -> list[Appointment]:
    """Return what is booked or offered on the days away, unless it was made for one of them."""
    return [appointment for appointment in _upcoming(now) if appointment.falls_into(absence)]


def list_appointments(appointments: Sequence[Appointment]) -> str:
    lines = [f"{formatting.time_and_place(each)}, ref {each.enquiry.reference}" for each in appointments[:MAX_LISTED]]
    lines += [f"and {len(appointments) - MAX_LISTED} more"] if len(appointments) > MAX_LISTED else []
    return "; ".join(lines)


def _upcoming(now: datetime) -> list[Appointment]:
    upcoming = Appointment.objects.holding().filter(starts_at__gt=now).with_people().select_related("location")
    upcoming = upcoming.exclude(status=Appointment.Status.PROPOSED, held_until__lte=now)
    return list(upcoming.order_by("starts_at"))


def appointments_outside(now: datetime) -> list[Appointment]:
    appointments = _upcoming(now)
    if not appointments:
        return []
    rules = availability.read_rules(appointments[0].starts_at, appointments[-1].starts_at, now)
    return [
        each for each in appointments if not availability.is_open(each.location, each.starts_at, each.ends_at, rules)
    ]
