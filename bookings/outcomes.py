"""What became of an appointment: it took place, the person did not attend, or cancelled it late.

Each is recorded once its time has come, and can be taken back.
"""

from datetime import datetime

from bookings import fees, formatting, locking
from bookings.actor import Actor
from bookings.booking import answer_after_cancelling, call_off, lock_appointment, schedule_reminders, settle
from bookings.events import record_act
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, BookingSettings, SlotConflict
from bookings.status import change_appointment_status

LATE, UNDO = "late", "undo"  # besides the statuses of an appointment that is over
CHANGED = "This appointment has been changed meanwhile. Look at it again first."
Status = Appointment.Status


def record_outcome(
    appointment: Appointment, outcome: str, now: datetime, *, actor: Actor, seen: str | None = None
) -> Appointment:
    """Record an outcome, or take it back. `seen` is the state of the appointment that the therapist saw.

    Raises NotAllowed.
    """
    with locking.diary_locked(now) as rules:
        current = lock_appointment(appointment)
        if _is_there(current, outcome):
            return current
        ensure_seen(current, seen)
        match outcome:
            case Status.FULFILLED | Status.NOSHOW:
                _record_over(current, outcome, actor, now)
            case "late":
                _record_late(current, rules, actor, now)
            case "undo":
                _take_back(current, actor, now)
            case _:
                raise NotAllowed(f"This appointment is “{current.get_status_display()}”.")
    return current


def ensure_seen(appointment: Appointment, seen: str | None) -> None:
    """Raise NotAllowed where the appointment is no longer in the state that somebody saw."""
    if seen not in (None, appointment.state_key):
        raise NotAllowed(CHANGED)


def label(appointment: Appointment) -> str:
    """Say what became of it, such as “Cancelled late”."""
    return "Cancelled late" if appointment.cancelled_late else str(appointment.get_status_display())


def may_be_late(appointment: Appointment, rules: BookingSettings, now: datetime) -> bool:
    """Return whether it is booked and can no longer be cancelled free of charge."""
    return appointment.status == Status.BOOKED and fees.if_cancelled(appointment, rules, now).is_late


def may_be_taken_back(appointment: Appointment) -> bool:
    return appointment.status in Appointment.OVER or appointment.cancelled_late


def _is_there(appointment: Appointment, outcome: str) -> bool:
    """Return whether a second click finds what the first one did."""
    match outcome:
        case "late":
            return appointment.cancelled_late
        case "undo":
            return appointment.status == Status.BOOKED
    return appointment.status == outcome and outcome in Appointment.OVER


def _record_over(appointment: Appointment, outcome: str, actor: Actor, now: datetime) -> None:
    if appointment.starts_at > now:
        raise NotAllowed("This appointment is still to come.")
    change_appointment_status(appointment, outcome, actor, now)
    record_act(appointment.enquiry, _sentence(appointment), actor, now)


def _record_late(appointment: Appointment, rules: BookingSettings, actor: Actor, now: datetime) -> None:
    """Record what the person said by phone, or did not say at all until then."""
    if appointment.status == Status.BOOKED and not may_be_late(appointment, rules, now):
        raise NotAllowed("This appointment can still be cancelled free of charge. Cancel it instead.")
    call_off(appointment, actor, now, is_late=True)
    record_act(appointment.enquiry, _sentence(appointment), actor, now)
    if appointment.starts_at > now:
        answer_after_cancelling(appointment.enquiry, actor, now)


def _take_back(appointment: Appointment, actor: Actor, now: datetime) -> None:
    if not may_be_taken_back(appointment):
        raise NotAllowed(f"This appointment is “{appointment.get_status_display()}”.")
    before = label(appointment)
    if appointment.cancelled_late:
        appointment.sequence += 1
    try:
        change_appointment_status(appointment, Status.BOOKED, actor, now)
    except SlotConflict as conflict:
        raise NotAllowed("Its time has been given to somebody else.") from conflict
    record_act(appointment.enquiry, f"No longer “{before}”: {formatting.time_and_place(appointment)}", actor, now)
    if appointment.starts_at > now:
        settle(appointment.enquiry, actor, now)
        schedule_reminders(appointment, now)


def _sentence(appointment: Appointment) -> str:
    return f"{label(appointment)}: {formatting.time_and_place(appointment)}"
