"""Rules for when an unsent message is obsolete, because its news is late or no longer true.

A message definition names one of these functions; the worker deletes a message for which it returns True.
"""

from datetime import datetime

from bookings.models import Appointment, BookingSettings, Enquiry, Message
from practice.clock import localdate


def never(message: Message, now: datetime) -> bool:
    return False


def once_answered(message: Message, now: datetime) -> bool:
    return message.enquiry is None or message.enquiry.status != Enquiry.Status.WAITING


def unless_overdue(message: Message, now: datetime) -> bool:
    return message.enquiry is None or once_answered(message, now) or message.enquiry.reply_due > now


def unless_nudge_is_due(message: Message, now: datetime) -> bool:
    """Return True also where a renewed deadline has moved the nudge."""
    enquiry = message.enquiry
    return enquiry is None or once_answered(message, now) or enquiry.nudge_at is None or enquiry.nudge_at > now


def unless_paused(message: Message, now: datetime) -> bool:
    return message.enquiry is None or message.enquiry.status != Enquiry.Status.PAUSED


def once_changed(message: Message, now: datetime) -> bool:
    """Return whether the appointment changed since; `about` begins with its sequence."""
    return message.appointment is None or message.about.split(":")[0] != str(message.appointment.sequence)


def once_changed_or_begun(message: Message, now: datetime) -> bool:
    appointment = message.appointment
    if appointment is None or once_changed(message, now):
        return True
    return appointment.status == Appointment.Status.CANCELLED or appointment.starts_at <= now


def unless_somebody_waits(message: Message, now: datetime) -> bool:
    return not Enquiry.objects.waiting().exists()


def unless_something_is_set_aside(message: Message, now: datetime) -> bool:
    return not Enquiry.objects.set_aside().exists()


def unless_for_today(message: Message, now: datetime) -> bool:
    """Return True for a summary of another day, or if none are wanted any more; `about` is the day."""
    return BookingSettings.load().summary_at is None or message.about != localdate(now).isoformat()
