"""Read from a calendar file when its owner is busy."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bookings.ical import errors
from bookings.ical.attendance import Owner
from bookings.ical.components import Component, read_components
from bookings.ical.entries import Entry, is_free, is_outside, read_entry
from bookings.ical.errors import NO_CALENDAR, TOO_LARGE, UNREADABLE, CalendarError, UnclearEntry
from bookings.ical.series import Spans, expand
from bookings.ical.time_zones import Zones
from bookings.ical.times import DAY, TimeReader, UnknownZoneError, first_day, span
from practice.clock import localdate

MAX_EVENTS = 20_000  # that may have a time within the window
MAX_OCCURRENCES = 20_000


@dataclass(frozen=True)
class BusyTimes:
    """When the owner is busy, in UTC, sorted and merged, and the entries that were not understood."""

    spans: Spans
    unclear: list[UnclearEntry]


def parse_busy_times(calendar: bytes, begins: datetime, ends: datetime) -> BusyTimes:
    """Return the busy times within the window. Raises CalendarError and nothing else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _Reading(begins.astimezone(UTC), ends.astimezone(UTC)).read(calendar)
    except CalendarError:
        raise
    except MemoryError:
        raise CalendarError(TOO_LARGE) from None
    except Exception:
        raise CalendarError(UNREADABLE) from None


def parse_busy_spans(calendar: bytes, begins: datetime, ends: datetime) -> Spans:
    """Return the busy times alone. Raises CalendarError and nothing else."""
    return parse_busy_times(calendar, begins, ends).spans


@dataclass
class _Reading:
    """One reading of a file: first its components, then the series that they make."""

    begins: datetime
    ends: datetime
    events: list[Component] = field(default_factory=list)
    free_busy: list[Component] = field(default_factory=list)
    owner: Owner = field(default_factory=Owner)
    spans: Spans = field(default_factory=list)
    occurrences: int = 0
    unclear: set[UnclearEntry] = field(default_factory=set)

    def read(self, calendar: bytes) -> BusyTimes:
        zones = Zones(self._select(calendar.decode("utf-8-sig", errors="replace")))
        for entries in self._by_uid(zones):
            spans, reasons = expand(entries, self.begins, self.ends)
            self._add(spans, [reason for entry in entries for reason in entry.reasons])
            self.unclear |= {UnclearEntry(entries[0].day, reason) for reason in reasons}
        for component in self.free_busy:
            self._read_free_busy(component, zones)
        unclear = sorted(self.unclear, key=lambda entry: (entry.day or date.min, entry.reason))
        return BusyTimes(_merged(_clipped(self.spans, self.begins, self.ends)), unclear)

    def _select(self, text: str) -> list[Component]:
        """Keep the events that may have a time within the window, and return the definitions of time zones."""
        zones: list[Component] = []
        first, last = localdate(self.begins), localdate(self.ends)
        is_calendar = False
        for component in read_components(text):
            match component.name:
                case "VCALENDAR":
                    is_calendar = True
                case "VTIMEZONE":
                    zones.append(component)
                case "VFREEBUSY":
                    self.free_busy.append(component)
                case "VAVAILABILITY":
                    self.unclear.add(UnclearEntry(first_day(component.lines("DTSTART")), errors.AVAILABILITY))
                case "VEVENT":
                    self.owner.observe(component)
                    if not is_outside(component, first, last) and (
                        component.lines("RECURRENCE-ID") or not is_free(component)
                    ):
                        self.events.append(component)
        if not is_calendar:
            raise CalendarError(NO_CALENDAR)
        if len(self.events) > MAX_EVENTS:
            raise CalendarError(TOO_LARGE)
        return zones

    def _by_uid(self, zones: Zones) -> Iterable[list[Entry]]:
        """Return the events that belong together. Those with the same UID don't, unless one changes another."""
        series: dict[str, list[Entry]] = {}
        changes: list[Entry] = []
        for number, component in enumerate(self.events):
            if (entry := self._entry(component, number, zones)) is None:
                continue
            if entry.changes:
                changes.append(entry)
                continue
            if entry.uid in series:
                entry.uid = f"{entry.uid}-{number}"
            series[entry.uid] = [entry]
        for entry in changes:
            series.setdefault(entry.uid, []).append(entry)
        return series.values()

    def _entry(self, component: Component, number: int, zones: Zones) -> Entry | None:
        try:
            entry = read_entry(component, number, zones)
        except (ValueError, OverflowError):
            if not is_free(component):
                has_start = bool(component.lines("DTSTART"))
                self.unclear.add(UnclearEntry(None, errors.UNKNOWN_DAY if has_start else errors.NO_START))
            return None
        has_declined = self.owner.has_declined(component)
        entry.is_busy = not is_free(component) and has_declined is not True
        if has_declined is None:
            entry.reasons.append(errors.UNCLEAR_ANSWER)
        return entry

    def _add(self, spans: Spans, reasons: Iterable[str]) -> None:
        """Add what lies within the window, and the reasons why it is not certain."""
        self.occurrences += len(spans)
        if self.occurrences > MAX_OCCURRENCES:
            raise CalendarError(TOO_LARGE)
        spans = _clipped(spans, self.begins, self.ends)
        self.spans += spans
        if spans:
            day = localdate(min(spans)[0])
            self.unclear |= {UnclearEntry(day, reason) for reason in reasons}
        elif errors.UNREADABLE_DATES in reasons:  # an extra date that can't be read may be any day
            self.unclear.add(UnclearEntry(None, errors.UNREADABLE_DATES))

    def _read_free_busy(self, component: Component, zones: Zones) -> None:
        """Add the periods of a VFREEBUSY component: all but those that it calls free."""
        zone = component.calendar.text("X-WR-TIMEZONE") if component.calendar else ""
        for line in component.lines("FREEBUSY"):
            if "FBTYPE=FREE" in line.upper().replace('"', "").partition(":")[0].split(";"):
                continue
            try:
                self._add([span(*_period(each)) for each in TimeReader(zones, zone).periods(line)], [])
            except UnknownZoneError:
                self._add(_named_days(line), [errors.UNKNOWN_ZONE])
            except (ValueError, OverflowError):
                self._add(_named_days(line), [errors.UNREADABLE_TIMES])
                if first_day([line]) is None:
                    self.unclear.add(UnclearEntry(None, errors.UNKNOWN_DAY))


def _period(each: date | tuple[date, date]) -> tuple[date, date]:
    return each if isinstance(each, tuple) else (each, each + DAY)


def _named_days(line: str) -> Spans:
    """Return, for each part of the line that names a day, the whole of its days."""
    ends = [[day for part in value.split("/") if (day := first_day([f":{part}"]))] for value in line.split(",")]
    ends[0] = ends[0] or [day for day in [first_day([line])] if day]
    return [span(days[0], max(days) + DAY) for days in ends if days]


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
