"""What a person may do with their request. The private page shows it, and the acts check it again under the lock.

The functions read no database: the appointments of an enquiry are given to them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bookings.actor import ActorRole
from bookings.models import Appointment, Enquiry
from practice.absence import Absence

TAKE_BACK_WITHIN = timedelta(hours=1)
OPEN_STATUSES = (
    Enquiry.Status.WAITING,
    Enquiry.Status.ANSWERED,
    Enquiry.Status.BOOKED,
    Enquiry.Status.LISTED,
    Enquiry.Status.PAUSED,
)


def may_request_slots(enquiry: Enquiry) -> bool:
    """Return whether the request is open."""
    return enquiry.status in OPEN_STATUSES


def may_pause(enquiry: Enquiry, appointments: Iterable[Appointment], now: datetime) -> bool:
    """Return whether the request may be paused, or its pause changed.

    An appointment that is still to come is cancelled first, so that both sides know.
    """
    is_possible = enquiry.status == Enquiry.Status.PAUSED or Enquiry.Status.PAUSED in enquiry.allowed_moves()
    return is_possible and not any(may_move(appointment, now) for appointment in appointments)


def may_erase(appointments: Iterable[Appointment]) -> bool:
    """Return whether there has been no appointment; the record of one is kept as the privacy notice says."""
    return not any(appointment.status in Appointment.CAME_TO_BE for appointment in appointments)


def may_move(appointment: Appointment, now: datetime) -> bool:
    """Return whether the appointment is booked and still to come, so that it may be moved or cancelled."""
    return appointment.status == Appointment.Status.BOOKED and appointment.starts_at > now


def may_accept(offer: Appointment, absence: Absence | None, now: datetime) -> bool:
    """Return whether the offer is held, on a day on which the therapist is there."""
    is_held = offer.held_until is None or offer.held_until > now
    return offer.status == Appointment.Status.PROPOSED and is_held and not offer.falls_into(absence)


def may_take_back(appointment: Appointment, absence: Absence | None, now: datetime) -> bool:
    """Return whether the person cancelled it within the last hour, it has not begun, and the therapist is there."""
    return (
        appointment.status == Appointment.Status.CANCELLED
        and not appointment.falls_into(absence)
        and appointment.cancelled_by == ActorRole.PERSON
        and appointment.booked_at is not None
        and appointment.cancelled_at is not None
        and now <= appointment.cancelled_at + TAKE_BACK_WITHIN
        and now < appointment.starts_at
    )
