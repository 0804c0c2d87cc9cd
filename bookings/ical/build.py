"""What an invitation and a feed have in common (RFC 5545)."""

import re
from datetime import UTC, datetime
from typing import Protocol

from icalendar import Calendar, Event

MAKER = "-//Practice website//Appointments//EN"
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class TimedEntry(Protocol):
    """From and until are aware."""

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


def calendar() -> Calendar:
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", MAKER)
    made.add("calscale", "GREGORIAN")
    return made


def event(entry: TimedEntry, stamp: datetime, status: str) -> Event:
    """Private, opaque, in UTC. Raises ValueError for times without a zone or an end that is not after the start."""
    if entry.ends_at <= entry.starts_at:
        raise ValueError("ends before it starts")
    made = Event()
    made.add("uid", plain(entry.uid))
    made.add("sequence", entry.sequence)
    made.add("dtstamp", in_utc(stamp))
    made.add("dtstart", in_utc(entry.starts_at))
    made.add("dtend", in_utc(entry.ends_at))
    made.add("summary", plain(entry.summary))
    if entry.where:
        made.add("location", plain(entry.where))
    made.add("class", "PRIVATE")
    made.add("status", status)
    made.add("transp", "OPAQUE")
    return made


def in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def plain(text: str) -> str:
    """With one kind of line break, and without the control characters that a text value may not hold."""
    return CONTROLS.sub(" ", "\n".join(text.splitlines()))
