"""The free times: a pure function of opening hours, what is taken, and now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.scheduling import cells
from bookings.scheduling.opening_hours import OpenSpan


@dataclass(frozen=True)
class SlotTerms:
    """What one kind of appointment needs; minutes, hours and days."""

    minutes: int
    before: int = 0
    after: int = 0
    every: int = 30  # a time may begin so many minutes after the opening, and so on
    notice_hours: int = 24
    horizon_days: int = 56


def free_times(opening: Iterable[OpenSpan], taken: Iterable[range], terms: SlotTerms, now: datetime) -> list[datetime]:
    """When an appointment may begin, in UTC, the earliest first.

    It lies within the opening hours as a whole; its buffers may reach beyond them, but not into what is taken (ranges
    of cells, buffers of others included).
    """
    earliest, latest = now + timedelta(hours=terms.notice_hours), now + timedelta(days=terms.horizon_days)
    before, after = cells.count(terms.before), cells.count(terms.after)
    first, length = cells.cell(earliest) - before, cells.count(terms.minutes)
    count = cells.cell(latest) + length + after - first + 1
    opened = [_whole(span) for span in opening]
    begins = cells.bits([inside[:: max(cells.count(terms.every), 1)] for inside in opened], first, count)
    possible = begins & cells.with_room_for(cells.bits(opened, first, count), length)
    free = ~cells.bits(taken, first, count) & ((1 << count) - 1)
    possible &= cells.with_room_for(free, before + length + after) << before
    times = (cells.begins(number) for number in cells.numbers(possible, first))
    return [time for time in times if earliest <= time <= latest]


def _whole(span: OpenSpan) -> range:
    """The cells that lie wholly within it."""
    touched = cells.covered(span.starts_at, span.ends_at)
    is_cut = cells.begins(touched.start) < span.starts_at
    return range(touched.start + is_cut, cells.cell(span.ends_at))
