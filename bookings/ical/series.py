"""Expand one event, or a series with its changed occurrences, within a window."""

import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vDDDLists, vDDDTypes, vRecur
from recurring_ical_events import CalendarQuery

from bookings.ical import errors
from bookings.ical.entries import Entry
from bookings.ical.times import DAY, span

MAX_RULE_SECONDS = 0.5
MAX_OCCURRENCES = 5_000  # of one series
UNITS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": DAY,
    "WEEKLY": 7 * DAY,
}
FREQUENCY = re.compile(r"(?:^|;)\s*FREQ\s*=\s*(\w+)", re.IGNORECASE)
INTERVAL = re.compile(r";?\s*INTERVAL\s*=\s*(\d+)", re.IGNORECASE)

Spans = list[tuple[datetime, datetime]]


class TooMuchWorkError(Exception):
    """A rule needs too much time or has too many occurrences."""


def expand(entries: list[Entry], begins: datetime, ends: datetime) -> tuple[Spans, list[str]]:
    """Return the busy times of entries with the same UID, and why they may not be all that the calendar states.

    Times up to a day outside the window may be among them. If a rule can't be read, the first time alone is busy.
    """
    try:
        if any(entry.repeats or entry.changes or entry.exceptions for entry in entries):
            return _expand(entries, begins, ends), []
        return [span(entry.start, entry.end) for entry in entries if entry.is_busy], []
    except MemoryError:
        raise
    except Exception:  # the libraries raise whatever comes up, as for a rule that has no sense
        return _first_times(entries), [errors.UNREADABLE_RULE]


def _first_times(entries: Iterable[Entry]) -> Spans:
    """Return the whole day of each entry's first time, and of its extra dates, which no rule is needed for."""
    spans = []
    for entry in entries:
        if entry.is_busy:
            extra = [moment[0] if isinstance(moment, tuple) else moment for moment in entry.extra_dates]
            last = entry.end - DAY if entry.end > entry.start and not isinstance(entry.end, datetime) else entry.end
            pairs = [(entry.start, max(last, entry.start)), *((moment, moment) for moment in extra)]
            with suppress(OverflowError):  # at the ends of the calendar
                spans += [span(_day(first), _day(last) + DAY) for first, last in pairs]
    return spans


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _expand(entries: list[Entry], begins: datetime, ends: datetime) -> Spans:
    calendar = Calendar()
    calendar.subcomponents = [_event(entry, begins) for entry in entries]
    spans: Spans = []
    count = 0
    with time_limit(MAX_RULE_SECONDS):
        for series in CalendarQuery(calendar, skip_bad_series=False).series:
            for occurrence in series.between(begins - DAY, ends + DAY):
                count += 1
                if count > MAX_OCCURRENCES:
                    raise TooMuchWorkError
                event = occurrence.as_component(keep_recurrence_attributes=False)
                if event.get("TRANSP") != "TRANSPARENT":
                    spans.append(span(event["DTSTART"].dt, event["DTEND"].dt))
    return spans


def _event(entry: Entry, begins: datetime) -> Event:
    # A rule without a number of occurrences is read from shortly before the window, however long ago it began.
    skipped = timedelta() if entry.changes or len(entry.rules) != 1 else _skipped(entry, entry.rules[0], begins)
    event = Event()
    event["UID"] = entry.uid
    event["SEQUENCE"] = entry.sequence
    event["DTSTART"] = vDDDTypes(entry.start + skipped)
    event["DTEND"] = vDDDTypes(entry.end + skipped)
    event["TRANSP"] = "OPAQUE" if entry.is_busy else "TRANSPARENT"
    if entry.rules:
        event["RRULE"] = [vRecur.from_ical(rule) for rule in entry.rules]
    if entry.extra_dates:
        event["RDATE"] = vDDDLists(entry.extra_dates)
    if entry.exceptions:
        event["EXDATE"] = vDDDLists(entry.exceptions)
    if entry.changes:
        event["RECURRENCE-ID"] = vDDDTypes(entry.changes)
        if entry.changes_all_later:
            event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
    return event


def _skipped(entry: Entry, rule: str, begins: datetime) -> timedelta:
    """Return a whole number of the rule's intervals after which it still begins clearly before the window."""
    frequency, interval = FREQUENCY.search(rule), INTERVAL.search(rule)
    unit = UNITS.get(frequency[1].upper()) if frequency else None
    number = int(interval[1]) if interval else 1
    if unit is None or "COUNT" in rule.upper() or not 0 < number < 10_000:
        return timedelta()
    if unit < DAY and not isinstance(entry.start, datetime):
        return timedelta()
    length = _days(entry.end) - _days(entry.start)
    room = _days(begins) - _days(entry.start) - length - 4 * DAY
    return max(timedelta(), room // (unit * number) * (unit * number))


def _days(at: date) -> timedelta:
    return timedelta(days=at.toordinal())


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooMuchWorkError in the block when it has taken so much CPU time; it runs in the main thread."""

    def stop(*args: Any) -> None:
        raise TooMuchWorkError

    before = signal.signal(signal.SIGVTALRM, stop)
    # Again and again, because an exception that is raised in a destructor is lost.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
