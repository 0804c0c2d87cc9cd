"""When a message that is still to be sent has become pointless: its news is late, or no longer true."""

from datetime import datetime

from bookings import locking
from bookings.models import Appointment, Enquiry, Message
from practice.clock import LONDON


def never(message: Message, now: datetime) -> bool:
    return False


def once_answered(message: Message, now: datetime) -> bool:
    return message.enquiry is None or message.enquiry.status != Enquiry.Status.WAITING


def unless_overdue(message: Message, now: datetime) -> bool:
    return message.enquiry is None or once_answered(message, now) or message.enquiry.reply_due > now


def unless_half_time_is_over(message: Message, now: datetime) -> bool:
    """A renewed promise has another half time."""
    enquiry = message.enquiry
    return enquiry is None or once_answered(message, now) or enquiry.nudge_at is None or enquiry.nudge_at > now


def unless_paused(message: Message, now: datetime) -> bool:
    return message.enquiry is None or message.enquiry.status != Enquiry.Status.PAUSED


def once_changed(message: Message, now: datetime) -> bool:
    """The appointment was moved, cancelled or booked again since; `about` begins with its sequence."""
    return message.appointment is None or message.about.split(":")[0] != str(message.appointment.sequence)


def once_changed_or_begun(message: Message, now: datetime) -> bool:
    appointment = message.appointment
    if appointment is None or once_changed(message, now):
        return True
    return appointment.status == Appointment.Status.CANCELLED or appointment.starts_at <= now


def unless_something_is_set_aside(message: Message, now: datetime) -> bool:
    return not Enquiry.objects.set_aside().exists()


def unless_it_is_today(message: Message, now: datetime) -> bool:
    """Held up until the next day has its own, or no longer wanted; `about` is the day."""
    return locking.booking_settings().digest_at is None or message.about != now.astimezone(LONDON).date().isoformat()
