"""The free times: a pure function of opening hours, what is taken, and now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.scheduling import cells
from bookings.scheduling.hours import Span


@dataclass(frozen=True)
class Terms:
    """What one kind of appointment needs; minutes, hours and days."""

    minutes: int
    before: int = 0
    after: int = 0
    every: int = 30  # a time may begin so many minutes after the opening, and so on
    notice_hours: int = 24
    horizon_days: int = 56


def free_times(opening: Iterable[Span], taken: Iterable[range], terms: Terms, now: datetime) -> list[datetime]:
    """When an appointment may begin, in UTC, the earliest first.

    It lies within the opening hours as a whole; its buffers may reach beyond them, but not into what is taken (ranges
    of cells, buffers of others included).
    """
    earliest, latest = now + timedelta(hours=terms.notice_hours), now + timedelta(days=terms.horizon_days)
    before, after = _in_cells(terms.before), _in_cells(terms.after)
    first = cells.cell(earliest) - before
    opened = begins = occupied = 0
    for span in opening:
        opened |= cells.bits(_whole(span), first)
        begins |= _beginnings(span, terms.every, first)
    for stretch in taken:
        occupied |= cells.bits(stretch, first)
    length = _in_cells(terms.minutes)
    window = (1 << cells.cell(latest) + length + after - first + 1) - 1
    possible = begins & cells.with_room_for(opened, length)
    possible &= cells.with_room_for(window & ~occupied, before + length + after) << before
    times = (cells.begins(number) for number in cells.numbers(possible, first))
    return [time for time in times if earliest <= time <= latest]


def _in_cells(minutes: int) -> int:
    return -(-minutes // cells.MINUTES)


def _whole(span: Span) -> range:
    """The cells that lie wholly within it."""
    touched = cells.covered(span.starts_at, span.ends_at)
    is_cut = cells.begins(touched.start) < span.starts_at
    return range(touched.start + is_cut, cells.cell(span.ends_at))


def _beginnings(span: Span, every: int, first: int) -> int:
    inside = _whole(span)
    return sum(1 << number - first for number in inside[:: max(_in_cells(every), 1)] if number >= first)
