"""Read one event of a calendar file, and as much of an odd one as can be understood."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from bookings.ical import errors
from bookings.ical.components import Component
from bookings.ical.time_zones import Zones
from bookings.ical.times import DAY, TimeReader, UnknownZoneError, duration, first_day, value_of

UNTIL = re.compile(r"UNTIL\s*=\s*([^;]*)", re.IGNORECASE)


@dataclass
class Entry:
    """One event. The reasons say what was not understood although the event counts."""

    uid: str
    start: date
    end: date
    is_busy: bool = True
    rules: list[str] = field(default_factory=list)
    extra_dates: list[date | tuple[date, date]] = field(default_factory=list)
    exceptions: list[date] = field(default_factory=list)
    changes: date | None = None  # the occurrence of another event that this one changes
    changes_all_later: bool = False
    sequence: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def repeats(self) -> bool:
        return bool(self.rules or self.extra_dates)


def is_free(event: Component) -> bool:
    """Return whether the event is cancelled or its owner marked it as free."""
    transparency = event.text("TRANSP").upper()
    outlook = event.text("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    return (
        event.text("STATUS").upper() in ("CANCELLED", "CANCELED")
        or transparency == "TRANSPARENT"
        or (not transparency and outlook == "FREE")
    )


def is_outside(event: Component, begins: date, ends: date) -> bool:
    """Return whether the event certainly has no time within these days, without reading more than its days."""
    try:
        return _is_outside(event, begins - 2 * DAY, ends + 2 * DAY)
    except OverflowError:  # at the ends of the calendar
        return False


def _is_outside(event: Component, begins: date, ends: date) -> bool:
    start_lines = event.lines("DTSTART")
    if len(start_lines) != 1 or event.lines("RDATE") or len(event.lines("DTEND")) > 1 or not event.is_complete:
        return False
    if event.lines("RECURRENCE-ID"):
        begins -= 370 * DAY  # long enough for the occurrence that it replaces
        if any("RANGE" in line.upper() for line in event.lines("RECURRENCE-ID")):
            return False
    first = first_day(start_lines)
    last = _last_day(event, first)
    if first is None or last is None:
        return False
    if event.lines("RRULE"):
        last = _last_day_of_rule(event, last) or ends
    changed = first_day(event.lines("RECURRENCE-ID")) or first
    return max(last, changed) < begins or min(first, changed) > ends


def _last_day(event: Component, first: date | None) -> date | None:
    if first is None or event.lines("DTEND"):
        last = first_day(event.lines("DTEND"))
        return max(first, last) if first and last else None
    try:
        return first + max((duration(value_of(line)) for line in event.lines("DURATION")), default=DAY) + DAY
    except (ValueError, OverflowError):
        return None


def _last_day_of_rule(event: Component, last: date) -> date | None:
    until = UNTIL.search(event.lines("RRULE")[0]) if len(event.lines("RRULE")) == 1 else None
    day = first_day([f":{until[1]}"]) if until else None
    first = first_day(event.lines("DTSTART"))
    return max(day, last) + (last - first) if day and first else None


def read_entry(event: Component, number: int, zones: Zones) -> Entry:
    """Return the event, with whole days if its times or their zone can't be read. Raises ValueError without a day."""
    zone = event.calendar.text("X-WR-TIMEZONE") if event.calendar else ""
    try:
        if not event.is_complete:
            raise ValueError(event.name)
        return _read(event, number, TimeReader(zones, zone))
    except UnknownZoneError:
        reason = errors.UNKNOWN_ZONE
    except (ValueError, OverflowError):
        reason = errors.UNREADABLE_TIMES
    if reason == errors.UNKNOWN_ZONE:
        try:
            entry = _read(event, number, TimeReader(zones, zone, only_days=True))
            entry.end = max(entry.start, entry.end) + DAY
        except (ValueError, OverflowError):
            reason = errors.UNREADABLE_TIMES
        else:
            entry.reasons.insert(0, reason)
            return entry
    return _whole_days(event, number, reason)


def _whole_days(event: Component, number: int, reason: str) -> Entry:
    """Return an entry for the days that are named, from its first to its last. It repeats if its rule is readable."""
    named = (first_day(event.lines(name)) for name in ("DTSTART", "DTEND", "RECURRENCE-ID"))
    days = [day for day in named if day]
    if not days:
        raise ValueError(reason)
    first = days[0]
    last = max([first, *(day for line in event.lines("DTSTART") + event.lines("DTEND") if (day := first_day([line])))])
    entry = Entry(f"odd-{number}", first, last + DAY, reasons=[reason])
    entry.rules = [_with_until(value_of(line), first) for line in event.lines("RRULE") if event.lines("DTSTART")]
    return entry


def _read(event: Component, number: int, reader: TimeReader) -> Entry:
    changed = event.lines("RECURRENCE-ID")
    starts, ends = event.lines("DTSTART"), event.lines("DTEND")
    lengths = event.lines("DURATION")
    if max(len(starts), len(ends), len(lengths), len(changed)) > 1 or not starts:
        raise ValueError(event.name)
    start = reader.moment(starts[0])
    length = duration(value_of(lengths[0])) if lengths else None
    if ends:
        end = reader.moment(ends[0])
    elif length is not None:
        end = reader.after(start, value_of(starts[0]), length)
    else:
        end = start if isinstance(start, datetime) else start + DAY
    entry = Entry(event.text("UID") or f"missing-uid-{number}", start, end)
    sequence = event.text("SEQUENCE")
    entry.sequence = int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0
    if changed:
        entry.changes = reader.moment(changed[0])
        entry.changes_all_later = "THISANDFUTURE" in changed[0].upper()
    _read_repetition(event, entry, reader)
    return entry


def _read_repetition(event: Component, entry: Entry, reader: TimeReader) -> None:
    """Add rules, extra dates and exceptions. What can't be read is left out with a reason."""
    entry.rules = [_with_until(value_of(line), entry.start) for line in event.lines("RRULE")]
    if event.lines("EXRULE"):  # obsolete since RFC 5545; the occurrences that it takes out stay busy
        entry.reasons.append(errors.UNREADABLE_DATES)
    for line in event.lines("RDATE"):
        try:
            entry.extra_dates += reader.periods(line)
        except (UnknownZoneError, ValueError, OverflowError):
            day_reader = TimeReader(reader.zones, reader.calendar_zone, only_days=True)
            entry.reasons.append(errors.UNREADABLE_DATES)
            _add_days(entry, line, day_reader)
    for line in event.lines("EXDATE"):
        try:
            entry.exceptions += reader.moments(line)
        except (UnknownZoneError, ValueError):
            entry.reasons.append(errors.UNREADABLE_DATES)


def _add_days(entry: Entry, line: str, reader: TimeReader) -> None:
    """Add the days of extra dates whose times are not known, from midnight to midnight."""
    try:
        for value in reader.periods(line):
            day = value[0] if isinstance(value, tuple) else value
            midnight = datetime.combine(day, time.min, entry.start.tzinfo) if isinstance(entry.start, datetime) else day
            entry.extra_dates.append((midnight, midnight + DAY))
    except (ValueError, OverflowError):
        return


def _with_until(rule: str, start: date) -> str:
    """Return the rule with its end as the start needs it: a day for a day, a moment in UTC for a moment.

    A moment without a zone is in the zone of the start, and a day ends at midnight there.
    """
    match = UNTIL.search(rule)
    day = first_day([f":{match[1]}"]) if match else None
    if match is None or day is None:
        return rule
    if not isinstance(start, datetime):
        until = f"{day:%Y%m%d}"
    elif match[1].strip().upper().endswith("Z"):
        until = match[1].strip().upper()
    else:
        clock = match[1].partition("T")[2].strip()
        at = time(int(clock[:2]), int(clock[2:4]), int(clock[4:6])) if clock[:6].isdigit() else time(23, 59, 59)
        until = f"{datetime.combine(day, at, start.tzinfo).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{rule[: match.start()]}UNTIL={until}{rule[match.end() :]}"
