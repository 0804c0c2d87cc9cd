"""When a calendar file says that its owner is busy.

Run as a program it reads the file from its standard input and may use no more than a share of time and memory.
"""

import json
import re
import resource
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from recurring_ical_events import CalendarQuery

from bookings.ical.errors import CalendarError

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
MAX_EVENTS = 20_000
MAX_OCCURRENCES = 20_000
MAX_SECONDS = 30
MAX_BYTES = 2**30

FOLD = re.compile(r"\r?\n[ \t]")
LINE_BREAK = re.compile(r"\r?\n")
KEPT = re.compile(
    r"\s*(BEGIN|END|UID|SEQUENCE:\d{1,9}$|STATUS|TRANSP|TZID|TZOFFSETFROM|TZOFFSETTO"
    r"|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID)\b",
    re.IGNORECASE,
)
RESTLESS = re.compile(r"^\s*RRULE\b[^\r\n]*FREQ\s*=\s*(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE | re.MULTILINE)

NO_CALENDAR = "Your other calendar’s address doesn’t lead to a complete calendar."
UNREADABLE = "Your other calendar contains an event whose times can’t be read."
TOO_OFTEN = "Your other calendar contains an event that repeats more than once a day."
TOO_MUCH = "Your other calendar is too large to read."

Spans = list[tuple[datetime, datetime]]


def spans(calendar: bytes, begins: datetime, ends: datetime) -> Spans:
    """Busy from and until in UTC, in order, joined, within the window. Raises CalendarError and nothing else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events = _events(calendar.decode("utf-8-sig", errors="replace"))
            return _joined(_clipped(_occurrences(events, begins, ends), begins.astimezone(UTC), ends.astimezone(UTC)))
    except CalendarError:
        raise
    except MemoryError:
        raise CalendarError(TOO_MUCH) from None
    except Exception:
        raise CalendarError(UNREADABLE) from None


def _events(text: str) -> list[Event]:
    text = _without_what_is_private(text)
    if RESTLESS.search(text):
        raise CalendarError(TOO_OFTEN)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError):
        raise CalendarError(NO_CALENDAR) from None
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarError(NO_CALENDAR)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT") if isinstance(event, Event)]
    if len(events) > MAX_EVENTS:
        raise CalendarError(TOO_MUCH)
    for number, event in enumerate(events):
        _read_floating_as_london(event)
        event["UID"] = str(event.get("UID", f"without a name {number}"))
    _let_no_event_hide_another(events)
    return events


def _without_what_is_private(text: str) -> str:
    """Only the lines that say when; nothing else can then be read, nor be in the way."""
    return "\r\n".join(line for line in LINE_BREAK.split(FOLD.sub("", text)) if KEPT.match(line)) + "\r\n"


def _let_no_event_hide_another(events: Iterable[Event]) -> None:
    """Two events with one UID, neither a change of the other, are two events."""
    seen: set[str] = set()
    for number, event in enumerate(events):
        if "RECURRENCE-ID" in event:
            continue
        uid = str(event["UID"])
        if uid in seen:
            event["UID"] = f"{uid} again {number}"
        seen.add(uid)


def _read_floating_as_london(event: Event) -> None:
    """So are times in a zone that neither the file nor the world knows."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        held = event.get(name, [])
        for value in held if isinstance(held, list) else [held]:
            for moment in getattr(value, "dts", [value]):
                moment.dt = _in_london(moment.dt)


def _in_london(moment: Any) -> Any:
    if isinstance(moment, tuple):  # a period: from, and until or how long
        return tuple(_in_london(part) for part in moment)
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=LONDON)
    return moment


def _occurrences(events: list[Event], begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A day more on either side, because whole days are compared without a zone."""
    whole = Calendar()
    whole.subcomponents = list(events)
    count = 0
    for series in CalendarQuery(whole).series:
        for occurrence in series.between(begins - DAY, ends + DAY):
            count += 1
            if count > MAX_OCCURRENCES:
                raise CalendarError(TOO_MUCH)
            event = occurrence.as_component(keep_recurrence_attributes=False)
            if _is_busy(event):
                yield _span(event["DTSTART"].dt, event["DTEND"].dt)


def _is_busy(event: Event) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED" and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _span(start: date, end: date) -> tuple[datetime, datetime]:
    """A whole day goes from midnight to midnight in London, and one that ends as it begins is a whole day too."""
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        end = max(end, start + DAY)
    starts_at, ends_at = _moment(start), _moment(end)
    if ends_at < starts_at:  # begins in the hour that a clock skips in spring
        ends_at = starts_at + (end - start)
    return starts_at, ends_at


def _moment(at: date) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return _in_london(moment).astimezone(UTC)


def _clipped(found: Iterable[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> Spans:
    clipped = ((max(start, begins), min(end, ends)) for start, end in found)
    return [(start, end) for start, end in clipped if start < end]


def _joined(found: Spans) -> Spans:
    joined: Spans = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def limit() -> None:
    with suppress(ValueError, OSError):  # some systems know no such limit
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))


def main(begins: str, ends: str) -> None:
    limit()
    try:
        found = spans(sys.stdin.buffer.read(), datetime.fromisoformat(begins), datetime.fromisoformat(ends))
        answer: dict[str, Any] = {"spans": [(start.isoformat(), end.isoformat()) for start, end in found]}
    except CalendarError as problem:
        answer = {"problem": problem.sentence}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
