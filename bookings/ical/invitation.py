"""An appointment as a calendar file, for the person's calendar to take in, move and take out (RFC 5546)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.core.mail import EmailMessage, EmailMultiAlternatives
from icalendar import vCalAddress

from bookings.ical import build

REQUEST = "REQUEST"
CANCEL = "CANCEL"
FILE_NAME = "appointment.ics"
IN_ADDRESSES = "@!$&'*+-/=?^_`{|}~."


@dataclass(frozen=True)
class CalendarEntry:
    """From and until are aware; organizer and attendee are bare email addresses.

    The uid stays for as long as the appointment is the same one, the sequence grows with every change.
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
    """For a new appointment and for one that was moved. Raises ValueError, as writing.event does."""
    return _file(entry, stamp, REQUEST, "CONFIRMED")


def withdraw(entry: CalendarEntry, stamp: datetime) -> bytes:
    """For one that was cancelled; its sequence is higher than the last one sent. Raises ValueError likewise."""
    return _file(entry, stamp, CANCEL, "CANCELLED")


def with_calendar(message: EmailMessage, calendar: bytes, method: str) -> EmailMultiAlternatives:
    """The same message with the calendar beside its text, where calendars look for it, and as a file to open."""
    whole = EmailMultiAlternatives(
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
    content, kind = calendar.decode(), f"text/calendar; method={method}"  # Django adds the charset
    whole.attachments = list(message.attachments)
    whole.alternatives = list(getattr(message, "alternatives", []))
    whole.attach_alternative(content, kind)
    whole.attach(FILE_NAME, content, kind)
    return whole


def _file(entry: CalendarEntry, stamp: datetime, method: str, status: str) -> bytes:
    event = build.event(entry, stamp, status)
    event.add("organizer", _mailto(entry.organizer))
    event.add(
        "attendee",
        _mailto(entry.attendee),
        parameters={"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )
    calendar = build.calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _mailto(address: str) -> vCalAddress:
    return vCalAddress("mailto:" + quote(address, safe=IN_ADDRESSES))
