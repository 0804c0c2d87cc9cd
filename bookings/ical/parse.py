"""Read from a calendar file when its owner is busy."""

import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Event
from recurring_ical_events import CalendarQuery

from bookings.ical.errors import CalendarError
from practice.clock import LONDON

DAY = timedelta(days=1)
MAX_EVENTS = 20_000
MAX_OCCURRENCES = 20_000

FOLD = re.compile(r"\r?\n[ \t]")
LINE_BREAK = re.compile(r"\r?\n")
RELEVANT_LINE = re.compile(
    r"\s*(BEGIN|END|UID|SEQUENCE:\d{1,9}$|STATUS|TRANSP|TZID|TZOFFSETFROM|TZOFFSETTO"
    r"|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID)\b",
    re.IGNORECASE,
)
TOO_FREQUENT_RULE = re.compile(
    r"^\s*RRULE\b[^\r\n]*FREQ\s*=\s*(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE | re.MULTILINE
)

NO_CALENDAR = "Your other calendar’s address doesn’t lead to a complete calendar."
UNREADABLE = "Your other calendar contains an event whose times can’t be read."
TOO_OFTEN = "Your other calendar contains an event that repeats more than once a day."
TOO_LARGE = "Your other calendar is too large to read."

Spans = list[tuple[datetime, datetime]]


def parse_busy_spans(calendar: bytes, begins: datetime, ends: datetime) -> Spans:
    """Return the busy times within the window, in UTC, sorted and merged. Raises CalendarError and nothing else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events = _events(calendar.decode("utf-8-sig", errors="replace"))
            return _merged(_clipped(_occurrences(events, begins, ends), begins.astimezone(UTC), ends.astimezone(UTC)))
    except CalendarError:
        raise
    except MemoryError:
        raise CalendarError(TOO_LARGE) from None
    except Exception:
        raise CalendarError(UNREADABLE) from None


def _events(text: str) -> list[Event]:
    text = _relevant_lines(text)
    if TOO_FREQUENT_RULE.search(text):
        raise CalendarError(TOO_OFTEN)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError):
        raise CalendarError(NO_CALENDAR) from None
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise CalendarError(NO_CALENDAR)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT") if isinstance(event, Event)]
    if len(events) > MAX_EVENTS:
        raise CalendarError(TOO_LARGE)
    for number, event in enumerate(events):
        _localise_floating_times(event)
        event["UID"] = str(event.get("UID", f"missing-uid-{number}"))
    _separate_repeated_uids(events)
    return events


def _relevant_lines(text: str) -> str:
    """Keep only the lines that state times, so that nothing else can be read or break the parser."""
    return "\r\n".join(line for line in LINE_BREAK.split(FOLD.sub("", text)) if RELEVANT_LINE.match(line)) + "\r\n"


def _separate_repeated_uids(events: Iterable[Event]) -> None:
    """Give each of several events with the same UID its own, unless one changes an occurrence of another."""
    uids: set[str] = set()
    for number, event in enumerate(events):
        if "RECURRENCE-ID" in event:
            continue
        uid = str(event["UID"])
        if uid in uids:
            event["UID"] = f"{uid}-{number}"
        uids.add(uid)


def _localise_floating_times(event: Event) -> None:
    """Set London's time zone on times that have none, or one that neither the file nor the system knows."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        values = event.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            for moment in getattr(value, "dts", [value]):
                moment.dt = _in_london(moment.dt)


def _in_london(moment: Any) -> Any:
    if isinstance(moment, tuple):  # a period: start, and end or duration
        return tuple(_in_london(part) for part in moment)
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=LONDON)
    return moment


def _occurrences(events: list[Event], begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield busy occurrences from a day before the window to a day after it.

    The margin is for all-day events, which are compared without a time zone.
    """
    calendar = Calendar()
    calendar.subcomponents = list(events)
    count = 0
    for series in CalendarQuery(calendar).series:
        for occurrence in series.between(begins - DAY, ends + DAY):
            count += 1
            if count > MAX_OCCURRENCES:
                raise CalendarError(TOO_LARGE)
            event = occurrence.as_component(keep_recurrence_attributes=False)
            if _is_busy(event):
                yield _span(event["DTSTART"].dt, event["DTEND"].dt)


def _is_busy(event: Event) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED" and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _span(start: date, end: date) -> tuple[datetime, datetime]:
    """Return start and end in UTC. All-day events last from midnight to midnight in London, at least one day."""
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        end = max(end, start + DAY)
    starts_at, ends_at = _moment(start), _moment(end)
    if ends_at < starts_at:  # it starts in the hour that the clock skips in spring
        ends_at = starts_at + (end - start)
    return starts_at, ends_at


def _moment(at: date) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return _in_london(moment).astimezone(UTC)


def _clipped(spans: Iterable[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> Spans:
    clipped = ((max(start, begins), min(end, ends)) for start, end in spans)
    return [(start, end) for start, end in clipped if start < end]


def _merged(spans: Spans) -> Spans:
    merged: Spans = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
