"""The calendar file that goes with a message about an appointment, only to people who allowed one."""

import logging
from datetime import datetime
from email.utils import parseaddr

from django.core.mail import EmailMessage

from bookings import joining
from bookings.ical import CANCEL, REQUEST, CalendarEntry, invite, with_calendar, withdraw
from bookings.models import Appointment, BookingSettings, Message, Purpose
from practice.facts import practice_row

PURPOSES = (Purpose.ACCEPT, Purpose.AGREED, Purpose.MOVE, Purpose.JOIN, Purpose.CANCEL)  # of the replies that carry one

logger = logging.getLogger(__name__)


def attached_appointment(message: Message) -> Appointment | None:
    """Return what the message adds to their calendar, moves in it or removes; nothing if it was never booked."""
    if message.reply:
        return message.reply.appointment if message.reply.purpose in PURPOSES else None
    return message.appointment if message.definition.carries_calendar_file else None


def with_calendar_file(email: EmailMessage, appointment: Appointment | None, now: datetime) -> EmailMessage:
    """Add the appointment as it is now. If the file cannot be made, the email goes without it."""
    if appointment is None or not appointment.enquiry.contact.calendar_ok:
        return email
    try:
        entry = _entry(appointment, email)
        if appointment.status == Appointment.Status.CANCELLED:
            return with_calendar(email, withdraw(entry, now), CANCEL)
        return with_calendar(email, invite(entry, now), REQUEST)
    except Exception as problem:
        logger.error("Appointment %s goes without its calendar file (%s).", appointment.pk, type(problem).__name__)
        return email


def _entry(appointment: Appointment, email: EmailMessage) -> CalendarEntry:
    """Return an entry with no words and no place but a neutral link, because others may see the person's calendar."""
    return CalendarEntry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        summary=BookingSettings.load().calendar_title,
        organizer=parseaddr(email.from_email)[1],
        attendee=email.to[0],
        where=joining.neutral_link(appointment.location, appointment.video_link, practice_row().name),
    )
