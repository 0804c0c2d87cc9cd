"""The calendar file that goes with a message about an appointment, only to people who allowed one."""

import logging
from datetime import datetime
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.db.models import Q

from bookings import joining
from bookings.ical import (
    CANCEL,
    REQUEST,
    SERIES_FILE_NAME,
    CalendarEntry,
    invite,
    publish,
    with_calendar,
    withdraw,
)
from bookings.models import Appointment, BookingSettings, Message, Purpose
from practice.facts import practice_row

PURPOSES = (Purpose.ACCEPT, Purpose.AGREED, Purpose.MOVE, Purpose.JOIN, Purpose.CANCEL)  # of the replies that carry one
SERIES_PURPOSES = (Purpose.SERIES, Purpose.CHANGE, Purpose.PAUSE, Purpose.END)  # with one file for all appointments

logger = logging.getLogger(__name__)


def attached_appointment(message: Message) -> Appointment | None:
    """Return what the message adds to their calendar, moves in it or removes; nothing if it was never booked."""
    if message.reply:
        return message.reply.appointment if message.reply.purpose in PURPOSES else None
    return message.appointment if message.definition.carries_calendar_file else None


def may_go_with(purpose: Purpose) -> bool:
    """Return whether a reply for this purpose carries a file."""
    return purpose in (*PURPOSES, *SERIES_PURPOSES)


def attached_series(message: Message, now: datetime) -> list[Appointment]:
    """Return the appointments of a series that a reply has booked, changed or cancelled, as they are now."""
    reply = message.reply
    if reply is None or reply.purpose not in SERIES_PURPOSES or reply.appointment is None:
        return []
    to_come = Q(series=reply.appointment.series_id, status=Appointment.Status.BOOKED, starts_at__gt=now)
    cancelled = Q(status=Appointment.Status.CANCELLED, cancelled_at=reply.written_at, series__isnull=False)
    return list(reply.enquiry.appointments.filter(to_come | cancelled).select_related("location"))


def with_series_file(email: EmailMessage, appointments: list[Appointment], now: datetime) -> EmailMessage:
    """Add all the appointments in one file. If it cannot be made, the email goes without it."""
    if not appointments or not appointments[0].enquiry.contact.calendar_ok:
        return email
    try:
        entries = [(_entry(each, email), each.status == Appointment.Status.CANCELLED) for each in appointments]
        email.attach(SERIES_FILE_NAME, publish(entries, now).decode(), "text/calendar; method=PUBLISH")
    except Exception as problem:
        logger.error("A series goes without its calendar file (%s).", type(problem).__name__)
    return email


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
