"""What somebody counts on: an appointment to come, or an offer that is held.

It is cancelled or withdrawn before their enquiry is closed, set aside or erased, so that they are told.
"""

from collections.abc import Iterable
from datetime import datetime

from bookings import formatting
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry

MAX_NAMED = 4
TO_COME = "There is an appointment to come: {}. Cancel it first, so that they are told."
HELD = "A time is held for them: {}. Withdraw it first, so that they are told."


def read(enquiries: Iterable[Enquiry], now: datetime) -> list[Appointment]:
    """Return what is outstanding of these enquiries."""
    outstanding = Appointment.objects.filter(enquiry__in=enquiries).outstanding(now)
    return list(outstanding.select_related("location").order_by("starts_at"))


def refusal(appointments: Iterable[Appointment]) -> str:
    """Name what has to be cancelled or withdrawn first; empty if nothing has."""
    groups: dict[str, list[str]] = {TO_COME: [], HELD: []}
    for appointment in appointments:
        is_booked = appointment.status == Appointment.Status.BOOKED
        groups[TO_COME if is_booked else HELD].append(formatting.time_and_place(appointment))
    return " ".join(sentence.format(_listed(names)) for sentence, names in groups.items() if names)


def _listed(names: list[str]) -> str:
    """Join the names, of a series only the first ones."""
    rest = len(names) - MAX_NAMED
    return "; ".join(names[:MAX_NAMED]) + (f"; and {rest} more" if rest > 0 else "")


def ensure_none(enquiries: Iterable[Enquiry], now: datetime) -> None:
    """Raise NotAllowed, which names it, where something is outstanding. The caller has locked the enquiries."""
    if reason := refusal(read(enquiries, now)):
        raise NotAllowed(reason)
