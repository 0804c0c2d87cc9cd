"""The calendar file that goes with a message about an appointment, only to people who allowed one."""

import logging
from datetime import datetime
from email.utils import parseaddr

from django.core.mail import EmailMessage

from bookings import locking
from bookings.ical import CANCEL, REQUEST, CalendarEntry, invite, with_calendar, withdraw
from bookings.models import Appointment

logger = logging.getLogger(__name__)


def with_calendar_file(message: EmailMessage, appointment: Appointment | None, now: datetime) -> EmailMessage:
    """The message with the appointment as it stands now; without it, whatever goes wrong with the file."""
    if appointment is None or not appointment.enquiry.calendar_ok:
        return message
    try:
        entry = _entry(appointment, message)
        if appointment.status == Appointment.Status.CANCELLED:
            return with_calendar(message, withdraw(entry, now), CANCEL)
        return with_calendar(message, invite(entry, now), REQUEST)
    except Exception as problem:
        logger.error("Appointment %s goes without its calendar file (%s).", appointment.pk, type(problem).__name__)
        return message


def _entry(appointment: Appointment, message: EmailMessage) -> CalendarEntry:
    """Neither place nor words: others may see the person's calendar."""
    return CalendarEntry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        summary=locking.booking_settings().calendar_title,
        organizer=parseaddr(message.from_email)[1],
        attendee=message.to[0],
    )
