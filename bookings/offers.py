"""How what was requested or offered, and is not booked, ends. The callers have locked the diary."""

from datetime import datetime

from bookings import events, formatting
from bookings.actor import Actor
from bookings.models import Appointment, Enquiry, Event
from bookings.status import change_appointment_status

Status = Appointment.Status


def expire(now: datetime) -> None:
    """Cancel the offers that were held until this moment or an earlier one."""
    expired = Appointment.objects.filter(status=Status.PROPOSED, held_until__lte=now)
    for offer in expired.select_related("enquiry", "location"):
        _release(offer, Actor.SYSTEM, now)


def withdraw_open_slots(enquiry: Enquiry, actor: Actor, now: datetime) -> None:
    """Cancel everything that the enquiry requested or was offered."""
    still_open = enquiry.appointments.filter(status__in=[Status.PENDING, Status.PROPOSED])
    for appointment in still_open.select_related("enquiry", "location"):
        if appointment.status == Status.PROPOSED and actor.is_therapist:
            _release(appointment, actor, now)
        else:
            change_appointment_status(appointment, Status.CANCELLED, actor, now)


def withdraw_offers(enquiry: Enquiry, actor: Actor, now: datetime) -> int:
    """Cancel what the enquiry was offered, but not what it requested, and return how many offers that were."""
    held = list(enquiry.appointments.filter(status=Status.PROPOSED).select_related("enquiry", "location"))
    for offer in held:
        _release(offer, actor, now)
    return len(held)


def _release(offer: Appointment, actor: Actor, now: datetime) -> None:
    change_appointment_status(offer, Status.CANCELLED, actor, now)
    text = f"No longer held: {formatting.time_and_place(offer)}"
    events.record(offer.enquiry, Event.Kind.DIARY, now, actor=actor, text=text)
