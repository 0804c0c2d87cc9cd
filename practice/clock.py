"""The time zone of the practice."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SPRING_CHANGE = time(1)  # in UTC


def localdate(moment: datetime) -> date:
    """Return the day it is in London at this aware moment."""
    return moment.astimezone(LONDON).date()


def from_wall_clock(day: date, at: time, *, fold: int = 0) -> datetime:
    """Return, in UTC, when London's clock shows this time on this day.

    A time that the clock shows twice is the first of the two, or with `fold` the second (PEP 495). A time that it skips
    in spring is the moment of the change, 01:00 in UTC (the Summer Time Order 2002).
    """
    moment = datetime.combine(day, at, LONDON).replace(fold=fold).astimezone(UTC)
    return moment if moment.astimezone(LONDON).time() == at else datetime.combine(day, SPRING_CHANGE, UTC)


def midnight(day: date) -> datetime:
    """Return, in UTC, the moment at which this day begins in London."""
    return from_wall_clock(day, time.min)


def is_on_clock(day: date, at: time) -> bool:
    """Return whether London's clock shows this time on this day; in spring it skips an hour."""
    return from_wall_clock(day, at).astimezone(LONDON).time() == at
