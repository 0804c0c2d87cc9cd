"""The positions of entries on the week's grid, as classes of static/css/week-places.css.

Classes, because the content security policy forbids style attributes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bookings import formatting
from bookings.admin.week import BUSY, DiaryDay, DiaryEntry
from bookings.scheduling.cells import MINUTES
from bookings.scheduling.opening_hours import OpenSpan
from practice.clock import from_wall_clock

HOUR = 60
NOON = 12 * HOUR
USUAL_HOURS = range(9, 18)  # shown even if the week is empty
DAYTIME_HOURS = range(7, 22)  # busy times outside them don't extend the grid
MIN_MINUTES = 20  # on the grid, so that an entry can be read and pressed
MAX_LANES = 6
FIRST_REGULAR_HOUR = 3  # earlier hours differ on days when the clocks change


@dataclass(frozen=True)
class GridColumn:
    day: DiaryDay
    open: tuple[str, ...]  # classes of the opening hours
    entries: tuple[tuple[str, DiaryEntry], ...]  # each with its classes
    labels: tuple[tuple[str, str], ...]  # hour labels of a day when the clocks change
    now: str  # classes of the current time, or an empty string


@dataclass(frozen=True)
class WeekGrid:
    height: str
    labels: tuple[tuple[str, str], ...]
    columns: tuple[GridColumn, ...]


def minute(moment: datetime, day: DiaryDay) -> int:
    """Return the minute of the day, counted from noon.

    So days when the clocks change have their true length, and noon is level on all days.
    """
    noon = from_wall_clock(day.date, time(12))
    return NOON + (moment - noon) // timedelta(minutes=1)


def arrange(days: Sequence[DiaryDay], now: datetime) -> WeekGrid:
    hours = visible_hours(days)
    labels = tuple((position_classes(number * HOUR, hours), f"{number:02}:00") for number in hours if 0 <= number < 24)
    return WeekGrid(
        height=height_classes(len(hours) * HOUR), labels=labels, columns=tuple(_column(day, hours, now) for day in days)
    )


def visible_hours(days: Iterable[DiaryDay]) -> range:
    """Return the hours that include opening hours, appointments and busy times in daytime.

    Busy times at night are shown at the edge of the grid.
    """
    visible = {USUAL_HOURS.start, USUAL_HOURS.stop - 1}
    for day in days:
        spans: list[DiaryEntry | OpenSpan] = [*day.entries, *(span for _, span in day.opening)]
        for span in spans:
            hours = {minute(span.starts_at, day) // HOUR, -(-minute(span.ends_at, day) // HOUR) - 1}
            if isinstance(span, DiaryEntry) and span.kind == BUSY:
                hours &= set(DAYTIME_HOURS)
            visible |= hours
    return range(min(visible), max(visible) + 1)


def lanes(spans: Sequence[range]) -> list[tuple[int, int]]:
    """Return the lane of each span and how many lanes are side by side there. The spans are sorted by start."""
    positions: list[int] = []
    cluster: list[int] = []  # spans that overlap, directly or through others
    counts = [1] * len(spans)
    ends: list[int] = []
    for number, span in enumerate(spans):
        if all(span.start >= end for end in ends):
            cluster, ends = [], []
        lane = next((lane for lane, end in enumerate(ends) if end <= span.start), len(ends))
        ends[lane : lane + 1] = [span.stop]
        positions.append(lane)
        cluster.append(number)
        for member in cluster:
            counts[member] = len(ends)
    return list(zip(positions, counts, strict=True))


def position_classes(minutes: int, hours: range) -> str:
    """Return the classes of a position, in minutes after midnight."""
    hour, rest = divmod(minutes - hours.start * HOUR, HOUR)
    return f"h{hour} m{_round_down(rest)}"


def height_classes(minutes: int) -> str:
    hours, rest = divmod(minutes, HOUR)
    return f"lh{hours} lm{_round_down(rest)}"


def _round_down(minutes: int) -> int:
    return minutes - minutes % MINUTES


def _column(day: DiaryDay, hours: range, now: datetime) -> GridColumn:
    spans = ((_visible_minutes(entry, day, hours), entry) for entry in day.entries)
    entries = sorted(spans, key=lambda item: item[0].start)
    positions = lanes([span for span, _ in entries])
    is_now = day.begins <= now < day.ends and hours.start <= minute(now, day) // HOUR < hours.stop
    return GridColumn(
        day=day,
        open=tuple(_classes(_visible_minutes(span, day, hours), hours) for _, span in day.opening),
        entries=tuple(
            (f"{_classes(span, hours)} lane{min(lane, MAX_LANES - 1)} of{min(count, MAX_LANES)}", entry)
            for (span, entry), (lane, count) in zip(entries, positions, strict=True)
        ),
        labels=_clock_change_labels(day, hours),
        now=position_classes(minute(now, day), hours) if is_now else "",
    )


def _visible_minutes(entry: OpenSpan | DiaryEntry, day: DiaryDay, hours: range) -> range:
    """Return the minutes of the day that the grid shows of an entry, at least MIN_MINUTES."""
    top, bottom = hours.start * HOUR, hours.stop * HOUR
    start = min(max(minute(entry.starts_at, day), top), bottom - MIN_MINUTES)
    stop = min(max(minute(entry.ends_at, day), start + MIN_MINUTES), bottom)
    return range(start, stop)


def _classes(span: range, hours: range) -> str:
    return f"{position_classes(span.start, hours)} {height_classes(len(span))}"


def _clock_change_labels(day: DiaryDay, hours: range) -> tuple[tuple[str, str], ...]:
    if day.hours == 24 or hours.start >= FIRST_REGULAR_HOUR:
        return ()
    moments = [day.begins + timedelta(hours=number) for number in range(FIRST_REGULAR_HOUR + 1)]
    return tuple(
        (position_classes(minute(moment, day), hours), formatting.clock(moment))
        for moment in moments
        if hours.start <= minute(moment, day) // HOUR < FIRST_REGULAR_HOUR
    )
