"""What somebody counts on: an appointment to come, or an offer that is held.

It is cancelled or withdrawn before their enquiry is closed, set aside or erased, so that they are told.
"""

from collections.abc import Iterable
from datetime import datetime

from bookings import formatting
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry

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
    return " ".join(sentence.format("; ".join(names)) for sentence, names in groups.items() if names)


def ensure_none(enquiries: Iterable[Enquiry], now: datetime) -> None:
    """Raise NotAllowed, which names it, where something is outstanding. The caller has locked the enquiries."""
    if reason := refusal(read(enquiries, now)):
        raise NotAllowed(reason)
