"""Free times, computed from opening hours and taken times without any queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.scheduling import cells
from bookings.scheduling.opening_hours import OpenSpan


@dataclass(frozen=True)
class SlotTerms:
    """The terms of one appointment type, in minutes, hours and days."""

    minutes: int
    before: int = 0
    after: int = 0
    every: int = 30  # minutes between possible start times, counted from opening
    notice_hours: int = 24
    horizon_days: int = 56


def free_times(opening: Iterable[OpenSpan], taken: Iterable[range], terms: SlotTerms, now: datetime) -> list[datetime]:
    """Return the possible start times in UTC, the earliest first.

    The whole appointment lies within opening hours. Its buffers may extend beyond them, but not into taken time,
    which is given as ranges of cells and includes the buffers of other appointments.
    """
    earliest, latest = now + timedelta(hours=terms.notice_hours), now + timedelta(days=terms.horizon_days)
    before, after = cells.count(terms.before), cells.count(terms.after)
    first, length = cells.cell(earliest) - before, cells.count(terms.minutes)
    count = cells.cell(latest) + length + after - first + 1
    opened = [_whole_cells(span) for span in opening]
    starts = cells.bits([inside[:: max(cells.count(terms.every), 1)] for inside in opened], first, count)
    possible = starts & cells.starts_of_runs(cells.bits(opened, first, count), length)
    free = ~cells.bits(taken, first, count) & ((1 << count) - 1)
    possible &= cells.starts_of_runs(free, before + length + after) << before
    times = (cells.begins(number) for number in cells.numbers(possible, first))
    return [time for time in times if earliest <= time <= latest]


def _whole_cells(span: OpenSpan) -> range:
    """Return the cells that lie entirely within the span."""
    touched = cells.covered(span.starts_at, span.ends_at)
    starts_inside_cell = cells.begins(touched.start) < span.starts_at
    return range(touched.start + starts_inside_cell, cells.cell(span.ends_at))
