"""When a location is open: weekly hours in London time, exceptions to them, and bank holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from bookings.scheduling.working_days import bank_holidays
from practice.clock import from_wall_clock, localdate, midnight


@dataclass(frozen=True)
class WeeklyRule:
    """Opening hours of a location on one weekday (0 is Monday), in London time."""

    location: int
    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class ExceptionRule:
    """Closed days or extra hours, including the last day. By default for all locations and the whole day.

    The therapist's absence is one too: closed everywhere, all day.
    """

    is_open: bool
    first_day: date
    last_day: date
    location: int | None = None
    opens: time = time.min
    closes: time = time.max
    is_absence: bool = False

    def applies_to(self, day: date, location: int) -> bool:
        return self.first_day <= day <= self.last_day and self.location in (None, location)

    def covers_part_of(self, location: int, starts_at: datetime, ends_at: datetime) -> bool:
        """Return whether it applies at some moment between these two (aware)."""
        span = _span(localdate(starts_at), self.opens, self.closes)
        is_that_day = self.applies_to(localdate(starts_at), location)
        return is_that_day and span.starts_at < ends_at and starts_at < span.ends_at


@dataclass(frozen=True)
class OpenSpan:
    """A time span in UTC."""

    starts_at: datetime
    ends_at: datetime


def open_spans(
    location: int,
    day: date,
    weekly: Iterable[WeeklyRule],
    exceptions: Iterable[ExceptionRule] = (),
    *,
    rests_on_bank_holidays: bool = True,
) -> list[OpenSpan]:
    """Return when the location is open on that day.

    Extra hours apply on bank holidays too. Closed times override everything else.
    """
    applicable = [exception for exception in exceptions if exception.applies_to(day, location)]
    rests = rests_on_bank_holidays and day in bank_holidays(day.year)
    hours = [
        (rule.opens, rule.closes)
        for rule in weekly
        if not rests and rule.location == location and rule.weekday == day.weekday()
    ]
    hours += [(exception.opens, exception.closes) for exception in applicable if exception.is_open]
    spans = _merged(_span(day, opens, closes) for opens, closes in hours)
    for closed in (_span(day, exception.opens, exception.closes) for exception in applicable if not exception.is_open):
        spans = [rest for span in spans for rest in _without(span, closed)]
    return spans


def _span(day: date, opens: time, closes: time) -> OpenSpan:
    """Convert one day's hours to UTC. Hours that end in the repeated hour in autumn end at its second occurrence."""
    if closes == time.max:  # means until midnight
        ends_at = midnight(date.fromordinal(day.toordinal() + 1))
    else:
        ends_at = from_wall_clock(day, closes, fold=1)
    return OpenSpan(from_wall_clock(day, opens), ends_at)


def _merged(spans: Iterable[OpenSpan]) -> list[OpenSpan]:
    """Sort the spans and merge those that overlap or touch."""
    merged: list[OpenSpan] = []
    for span in sorted(spans, key=lambda span: span.starts_at):
        if span.ends_at <= span.starts_at:
            continue
        if merged and span.starts_at <= merged[-1].ends_at:
            merged[-1] = OpenSpan(merged[-1].starts_at, max(merged[-1].ends_at, span.ends_at))
        else:
            merged.append(span)
    return merged


def _without(span: OpenSpan, closed: OpenSpan) -> list[OpenSpan]:
    before = OpenSpan(span.starts_at, min(span.ends_at, closed.starts_at))
    after = OpenSpan(max(span.starts_at, closed.ends_at), span.ends_at)
    return [rest for rest in (before, after) if rest.starts_at < rest.ends_at]
