"""The parts that invitations and the feed share (RFC 5545)."""

import re
from datetime import UTC, datetime
from typing import Protocol

from icalendar import Calendar, Event

PRODUCT_ID = "-//Practice website//Appointments//EN"
CONTROL_CHARACTERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class TimedEntry(Protocol):
    """What an event needs. Both times are aware."""

    @property
    def uid(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def summary(self) -> str: ...
    @property
    def where(self) -> str: ...


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("calscale", "GREGORIAN")
    return calendar


def new_event(entry: TimedEntry, stamp: datetime, status: str) -> Event:
    """Return a private event in UTC. Raises ValueError for naive times or an end that isn't after the start."""
    if entry.ends_at <= entry.starts_at:
        raise ValueError("The event ends before it starts.")
    event = Event()
    event.add("uid", clean_text(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", in_utc(stamp))
    event.add("dtstart", in_utc(entry.starts_at))
    event.add("dtend", in_utc(entry.ends_at))
    event.add("summary", clean_text(entry.summary))
    if entry.where:
        event.add("location", clean_text(entry.where))
    event.add("class", "PRIVATE")
    event.add("status", status)
    event.add("transp", "OPAQUE")
    return event


def in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("The time has no time zone.")
    return moment.astimezone(UTC)


def clean_text(text: str) -> str:
    """Normalise line breaks and replace the control characters that RFC 5545 doesn't allow in text."""
    return CONTROL_CHARACTERS.sub(" ", "\n".join(text.splitlines()))
