"""An appointment as a calendar file that adds, moves or removes it in the person's calendar (RFC 5546)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.core.mail import EmailMessage, EmailMultiAlternatives
from icalendar import vCalAddress

from bookings.ical.build import new_calendar, new_event

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PUBLISH = "PUBLISH"
FILE_NAME = "appointment.ics"
SERIES_FILE_NAME = "appointments.ics"
SAFE_IN_ADDRESSES = "@!$&'*+-/=?^_`{|}~."


@dataclass(frozen=True)
class CalendarEntry:
    """One appointment. Both times are aware; organizer and attendee are plain email addresses.

    The uid stays the same for the life of the appointment; the sequence grows with every change.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: str
    attendee: str
    where: str = ""


def invite(entry: CalendarEntry, stamp: datetime) -> bytes:
    """Return the file for a new or moved appointment. Raises ValueError for times that make no event."""
    return _file(entry, stamp, REQUEST, "CONFIRMED")


def withdraw(entry: CalendarEntry, stamp: datetime) -> bytes:
    """Return the file for a cancelled appointment; its sequence exceeds the last one sent. Raises ValueError."""
    return _file(entry, stamp, CANCEL, "CANCELLED")


def publish(entries: Iterable[tuple[CalendarEntry, bool]], stamp: datetime) -> bytes:
    """Return one file of several appointments, of which some are cancelled. Raises ValueError.

    A request has one event (RFC 5546, 3.2.2), so this is a publication, which has no attendee (3.2.1).
    """
    calendar = new_calendar()
    calendar.add("method", PUBLISH)
    for entry, is_cancelled in entries:
        event = new_event(entry, stamp, "CANCELLED" if is_cancelled else "CONFIRMED")
        event.add("organizer", _mailto(entry.organizer))
        calendar.add_component(event)
    return calendar.to_ical()


def with_calendar(message: EmailMessage, calendar: bytes, method: str) -> EmailMultiAlternatives:
    """Return the message with the calendar both as an alternative, which mail programs act on, and as an attachment."""
    copy = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        from_email=message.from_email,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        reply_to=message.reply_to,
        headers=message.extra_headers,
        connection=message.connection,
    )
    content, media_type = calendar.decode(), f"text/calendar; method={method}"  # Django adds the charset
    copy.attachments = list(message.attachments)
    copy.alternatives = list(getattr(message, "alternatives", []))
    copy.attach_alternative(content, media_type)
    copy.attach(FILE_NAME, content, media_type)
    return copy


def _file(entry: CalendarEntry, stamp: datetime, method: str, status: str) -> bytes:
    event = new_event(entry, stamp, status)
    event.add("organizer", _mailto(entry.organizer))
    event.add(
        "attendee",
        _mailto(entry.attendee),
        parameters={"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )
    calendar = new_calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _mailto(address: str) -> vCalAddress:
    return vCalAddress("mailto:" + quote(address, safe=SAFE_IN_ADDRESSES))
