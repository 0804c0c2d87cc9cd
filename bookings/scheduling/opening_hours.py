"""When a room is open: weekly hours on London's clock, what is different on some days, and bank holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from bookings.scheduling.working_days import bank_holidays
from practice.clock import from_wall_clock, midnight


@dataclass(frozen=True)
class WeeklyRule:
    """Every week, one weekday (0 is Monday), from and until on London's clock."""

    location: int
    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class ExceptionRule:
    """Some days, the last one included: closed or extra hours. Without a location for all, without times all day."""

    is_open: bool
    first_day: date
    last_day: date
    location: int | None = None
    opens: time = time.min
    closes: time = time.max

    def concerns(self, day: date, location: int) -> bool:
        return self.first_day <= day <= self.last_day and self.location in (None, location)


@dataclass(frozen=True)
class OpenSpan:
    """From, until: aware, in UTC."""

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
    """When the location is open on that day; extra hours count on a bank holiday too, and closed beats everything."""
    concerned = [exception for exception in exceptions if exception.concerns(day, location)]
    rests = rests_on_bank_holidays and day in bank_holidays(day.year)
    hours = [
        (one.opens, one.closes)
        for one in weekly
        if not rests and one.location == location and one.weekday == day.weekday()
    ]
    hours += [(one.opens, one.closes) for one in concerned if one.is_open]
    spans = _joined(_span(day, opens, closes) for opens, closes in hours)
    for closed in (_span(day, one.opens, one.closes) for one in concerned if not one.is_open):
        spans = [rest for span in spans for rest in _without(span, closed)]
    return spans


def _span(day: date, opens: time, closes: time) -> OpenSpan:
    """To the end of the clock means to midnight; hours that end within the doubled hour end the second time."""
    if closes == time.max:
        ends_at = midnight(date.fromordinal(day.toordinal() + 1))
    else:
        ends_at = from_wall_clock(day, closes, fold=1)
    return OpenSpan(from_wall_clock(day, opens), ends_at)


def _joined(spans: Iterable[OpenSpan]) -> list[OpenSpan]:
    """In order, with what overlaps or touches made one."""
    joined: list[OpenSpan] = []
    for span in sorted(spans, key=lambda one: one.starts_at):
        if span.ends_at <= span.starts_at:
            continue
        if joined and span.starts_at <= joined[-1].ends_at:
            joined[-1] = OpenSpan(joined[-1].starts_at, max(joined[-1].ends_at, span.ends_at))
        else:
            joined.append(span)
    return joined


def _without(span: OpenSpan, closed: OpenSpan) -> list[OpenSpan]:
    before = OpenSpan(span.starts_at, min(span.ends_at, closed.starts_at))
    after = OpenSpan(max(span.starts_at, closed.ends_at), span.ends_at)
    return [rest for rest in (before, after) if rest.starts_at < rest.ends_at]
