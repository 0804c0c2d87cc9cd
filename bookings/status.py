"""The one place where the status of an enquiry or an appointment changes, each along its table of transitions."""

from datetime import datetime

from bookings import events, fees
from bookings.actor import Actor, ActorRole
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Event
from bookings.retention import keep_until

APPOINTMENT_FIELDS = (
    "status",
    "booked_at",
    "held_until",
    "cancelled_at",
    "cancelled_by",
    "cancelled_late",
    "fee_pence",
    "missed_pence",
    "sequence",
)


def change_enquiry_status(enquiry: Enquiry, status: str, actor: Actor, now: datetime) -> None:
    """Save the new status and the day until which the enquiry is kept, and record the change.

    The caller has locked the enquiry's row. Raises NotAllowed where the table does not lead to the status.
    """
    before = enquiry.get_status_display()
    if status not in enquiry.allowed_moves():
        label = Enquiry.Status(status).label if status in Enquiry.Status.values else status
        raise NotAllowed(f"This enquiry is “{before}” now, so it cannot become “{label}”.")
    enquiry.status = status
    enquiry.keep_until = keep_until(enquiry, now)
    enquiry.save(update_fields=["status", "keep_until"])
    text = f"From “{before}” to “{enquiry.get_status_display()}”"
    events.record(enquiry, Event.Kind.MOVED, now, actor=actor, text=text, moved_to=status)


def change_appointment_status(
    appointment: Appointment, status: str, actor: Actor, now: datetime, *, is_late: bool = False
) -> None:
    """Save the new status and what belongs to it: when it was booked, when and by whom cancelled, and what is due.

    `is_late` means that the person cancelled after the last free moment, whoever records it.

    The caller has locked the diary. Raises NotAllowed where the table does not lead to the status, and SlotConflict
    where another appointment has the time.
    """
    if status not in Appointment.TRANSITIONS[Appointment.Status(appointment.status)]:
        raise NotAllowed(f"This appointment is “{appointment.get_status_display()}”.")
    was_over = appointment.status in Appointment.OVER
    appointment.status = status
    appointment.cancelled_late = is_late
    if status == Appointment.Status.BOOKED:
        if appointment.booked_at is None:
            fees.copy_fee(appointment)
        if not was_over:  # an outcome that is taken back
            appointment.booked_at = now
        appointment.held_until = appointment.cancelled_at = None
        appointment.cancelled_by = ""
    elif status == Appointment.Status.CANCELLED:
        appointment.cancelled_at, appointment.cancelled_by = now, ActorRole.PERSON if is_late else actor.role
    appointment.missed_pence = fees.missed_pence(appointment) if appointment.is_missed else None
    appointment.save(update_fields=APPOINTMENT_FIELDS)
