"""What an appointment costs the person, and what it costs them to miss it."""

from dataclasses import dataclass
from datetime import datetime

from bookings.models import Appointment, AppointmentType, BookingSettings
from bookings.scheduling import cancelling

PERCENT = {
    BookingSettings.MissedFee.NOTHING: 0,
    BookingSettings.MissedFee.HALF: 50,
    BookingSettings.MissedFee.WHOLE: 100,
}


@dataclass(frozen=True)
class Cancellation:
    """What it means for the person to cancel an appointment at some moment."""

    free_until: datetime
    is_late: bool
    pence: int  # what is then due


def copy_fee(appointment: Appointment) -> None:
    """Set what the appointment costs to the fee of its type, without saving it.

    This is done when it is booked, and has to be done when it becomes one of another type.
    """
    appointment.fee_pence = of_type(appointment.appointment_type)


def of_type(appointment_type: AppointmentType) -> int | None:
    """Return what such an appointment costs now; None or 0: nothing is said about money."""
    return appointment_type.fee.pence if appointment_type.fee else None


def if_cancelled(appointment: Appointment, rules: BookingSettings, moment: datetime) -> Cancellation:
    """Return what it would mean if the person cancelled the booked appointment at this moment. It reads nothing."""
    free_until = cancelling.last_free_moment(appointment.starts_at, rules.cancel_notice_hours)
    is_late = cancelling.is_late(appointment.starts_at, rules.cancel_notice_hours, moment)
    return Cancellation(free_until, is_late, _share(appointment, rules) if is_late else 0)


def missed_pence(appointment: Appointment) -> int:
    """Return what is due for an appointment that was cancelled late or not attended."""
    return _share(appointment, BookingSettings.load())


def _share(appointment: Appointment, rules: BookingSettings) -> int:
    percent = PERCENT[BookingSettings.MissedFee(rules.late_cancel_fee)]
    return cancelling.share(appointment.fee_pence or 0, percent)
