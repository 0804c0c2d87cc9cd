"""Read the times that one line of a calendar file states."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from icalendar import vDuration

from bookings.ical.time_zones import Zones
from practice.clock import LONDON

DAY = timedelta(days=1)
LONGEST = timedelta(days=36_500)
MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII | re.IGNORECASE)
ZONE = re.compile(r";TZID=(?:\"([^\"]*)\"|(.*?))(?=;[A-Z-]+=|$)", re.IGNORECASE)
ANY_DAY = re.compile(r"[:/,]\s*(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)


class UnknownZoneError(ValueError):
    """The zone of a time is not known; its day is."""


class TimeReader:
    """Reads the times of one entry: with their zones, or only as days if a zone is not known.

    A time without a zone is in the calendar's zone, and that is London's unless the calendar names another.
    """

    def __init__(self, zones: Zones, calendar_zone: str, *, only_days: bool = False) -> None:
        self.zones = zones
        self.calendar_zone = calendar_zone
        self.only_days = only_days

    def moment(self, line: str) -> date:
        """Return the day or the aware moment of a line. Raises ValueError."""
        return self._moment(value_of(line), line)

    def moments(self, line: str) -> list[date]:
        """Return those of a line that states several."""
        return [self._moment(value, line) for value in value_of(line).split(",") if value.strip()]

    def periods(self, line: str) -> list[date | tuple[date, date]]:
        """Return the moments, and the periods as start and end, of a line that states several."""
        return [self._period(value, line) for value in value_of(line).split(",") if value.strip()]

    def after(self, start: date, value: str, length: timedelta) -> date:
        """Return the end, or only its day, of what begins as the value says and takes so long."""
        if not self.only_days:
            return after(start, length)
        match = MOMENT.fullmatch(value.strip())
        clock = match[2] if match and match[2] else "000000"
        begins = datetime.combine(start, time(int(clock[:2]), int(clock[2:4]), int(clock[4:])))
        return max(start, (begins + length - timedelta(seconds=1)).date())

    def _period(self, value: str, line: str) -> date | tuple[date, date]:
        start_value, has_end, end_value = value.partition("/")
        start = self._moment(start_value, line)
        if not has_end:
            return start
        if end_value.strip()[:1].isdigit():
            return start, self._moment(end_value, line)
        return start, self.after(start, start_value, duration(end_value.strip()))

    def _moment(self, value: str, line: str) -> date:
        match = MOMENT.fullmatch(value.strip())
        if match is None:
            raise ValueError(value)
        day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
        if self.only_days or match[2] is None:
            return day
        clock = time(int(match[2][:2]), int(match[2][2:4]), int(match[2][4:]))
        return datetime.combine(day, clock, UTC if match[3] else self._zone(line))

    def _zone(self, line: str) -> tzinfo:
        match = ZONE.search(line.rpartition(":")[0])
        name = (match[1] or match[2] or "") if match else self.calendar_zone
        zone = self.zones.find(name) if name else LONDON
        if zone is None:
            raise UnknownZoneError
        return zone


def value_of(line: str) -> str:
    return line.rpartition(":")[2].strip()


@lru_cache(maxsize=1000)
def duration(value: str) -> timedelta:
    """Return the duration. Raises ValueError for one that is negative or longer than a century."""
    try:
        length = vDuration.from_ical(value.upper())
    except OverflowError:
        raise ValueError(value) from None
    if not timedelta() <= length <= LONGEST:
        raise ValueError(value)
    return length


def after(start: date, length: timedelta) -> date:
    """Return the end: whole days by the calendar, shorter times by the clock's ticking (RFC 5545, 3.3.6)."""
    if not isinstance(start, datetime):
        return start + length if not length % DAY else datetime.combine(start, time.min, LONDON) + length
    if length % DAY:
        return (start.astimezone(UTC) + length).astimezone(start.tzinfo)
    return start + length


def first_day(lines: list[str]) -> date | None:
    """Return the first day that the lines name, whatever else is wrong with them."""
    for line in lines:
        for match in ANY_DAY.finditer(line):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return None


def span(start: date, end: date) -> tuple[datetime, datetime]:
    """Return start and end in UTC. All-day events last from midnight to midnight in London, at least one day."""
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        end = max(end, start + DAY)
    starts_at, ends_at = _in_utc(start), _in_utc(end)
    if ends_at < starts_at and isinstance(start, datetime) == isinstance(end, datetime):
        ends_at = starts_at + (end - start)  # it starts in the hour that the clock skips in spring
    return min(starts_at, ends_at), max(starts_at, ends_at)


def _in_utc(at: date) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time.min, LONDON)
    return moment.astimezone(UTC)
