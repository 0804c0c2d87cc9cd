"""Where things stand on the grid of a week, as classes of static/css/week-places.css: the policy allows no style."""

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
USUAL = range(9, 18)  # hours that are shown even of an empty week
AWAKE = range(7, 22)  # hours that are shown for the sake of busy time
SHORTEST = 20  # minutes that something has on the grid at least, to be read and pressed
MAX_LANES = 6
AFTER_ANY_CHANGE = 3  # o'clock; earlier, the clock of a day on which it is changed is its own


@dataclass(frozen=True)
class GridColumn:
    day: DiaryDay
    open: tuple[str, ...]  # classes of the hours that are open
    entries: tuple[tuple[str, DiaryEntry], ...]  # each with its classes
    labels: tuple[tuple[str, str], ...]  # of hours, where the day's clock is its own
    now: str  # classes of the present moment, or nothing


@dataclass(frozen=True)
class WeekGrid:
    height: str
    labels: tuple[tuple[str, str], ...]
    columns: tuple[GridColumn, ...]


def minute(moment: datetime, day: DiaryDay) -> int:
    """Of the day, counted from its noon, so that every day has its true length and noons are side by side."""
    noon = from_wall_clock(day.date, time(12))
    return NOON + (moment - noon) // timedelta(minutes=1)


def arrange(days: Sequence[DiaryDay], now: datetime) -> WeekGrid:
    hours = shown_hours(days)
    labels = tuple((at(number * HOUR, hours), f"{number:02}:00") for number in hours if 0 <= number < 24)
    return WeekGrid(
        height=long(len(hours) * HOUR), labels=labels, columns=tuple(_column(day, hours, now) for day in days)
    )


def shown_hours(days: Iterable[DiaryDay]) -> range:
    """The usual ones, what is open, every appointment, and busy time by day; by night it stands at their edge."""
    shown = {USUAL.start, USUAL.stop - 1}
    for day in days:
        spans: list[DiaryEntry | OpenSpan] = [*day.entries, *(span for _, span in day.opening)]
        for what in spans:
            hours = {minute(what.starts_at, day) // HOUR, -(-minute(what.ends_at, day) // HOUR) - 1}
            if isinstance(what, DiaryEntry) and what.look == BUSY:
                hours &= set(AWAKE)
            shown |= hours
    return range(min(shown), max(shown) + 1)


def lanes(spans: Sequence[range]) -> list[tuple[int, int]]:
    """For each, in order of beginning: its lane, and how many lanes stand side by side where it is."""
    placed: list[int] = []
    together: list[int] = []
    counts = [1] * len(spans)
    ends: list[int] = []
    for number, span in enumerate(spans):
        if all(span.start >= end for end in ends):
            together, ends = [], []
        lane = next((lane for lane, end in enumerate(ends) if end <= span.start), len(ends))
        ends[lane : lane + 1] = [span.stop]
        placed.append(lane)
        together.append(number)
        for one in together:
            counts[one] = len(ends)
    return list(zip(placed, counts, strict=True))


def at(minutes: int, hours: range) -> str:
    """Classes of a place so many minutes after midnight."""
    hour, rest = divmod(minutes - hours.start * HOUR, HOUR)
    return f"h{hour} m{_on_the_grid(rest)}"


def long(minutes: int) -> str:
    """Classes of a length."""
    hours, rest = divmod(minutes, HOUR)
    return f"lh{hours} lm{_on_the_grid(rest)}"


def _on_the_grid(minutes: int) -> int:
    return minutes - minutes % MINUTES


def _column(day: DiaryDay, hours: range, now: datetime) -> GridColumn:
    entries = sorted(((_within(entry, day, hours), entry) for entry in day.entries), key=lambda one: one[0].start)
    placed = lanes([span for span, _ in entries])
    is_now = day.begins <= now < day.ends and hours.start <= minute(now, day) // HOUR < hours.stop
    return GridColumn(
        day=day,
        open=tuple(_classes(_within(span, day, hours), hours) for _, span in day.opening),
        entries=tuple(
            (f"{_classes(span, hours)} lane{min(lane, MAX_LANES - 1)} of{min(count, MAX_LANES)}", entry)
            for (span, entry), (lane, count) in zip(entries, placed, strict=True)
        ),
        labels=_own_labels(day, hours),
        now=at(minute(now, day), hours) if is_now else "",
    )


def _within(what: OpenSpan | DiaryEntry, day: DiaryDay, hours: range) -> range:
    """Minutes of the day that the grid shows; never too short to be read."""
    top, bottom = hours.start * HOUR, hours.stop * HOUR
    start = min(max(minute(what.starts_at, day), top), bottom - SHORTEST)
    stop = min(max(minute(what.ends_at, day), start + SHORTEST), bottom)
    return range(start, stop)


def _classes(span: range, hours: range) -> str:
    return f"{at(span.start, hours)} {long(len(span))}"


def _own_labels(day: DiaryDay, hours: range) -> tuple[tuple[str, str], ...]:
    if day.hours == 24 or hours.start >= AFTER_ANY_CHANGE:
        return ()
    moments = [day.begins + timedelta(hours=number) for number in range(AFTER_ANY_CHANGE + 1)]
    return tuple(
        (at(minute(moment, day), hours), formatting.clock(moment))
        for moment in moments
        if hours.start <= minute(moment, day) // HOUR < AFTER_ANY_CHANGE
    )
