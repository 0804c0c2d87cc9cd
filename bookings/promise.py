"""By when the therapist promises to reply."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
END_OF_DAY = time(17)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """England's, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def reply_due(received: datetime, working_days: int) -> datetime:
    """17:00 London time, that many working days after the day of arrival (aware datetime in London time)."""
    day = received.astimezone(LONDON).date()
    while working_days:
        day += timedelta(days=1)
        if is_working_day(day):
            working_days -= 1
    return datetime.combine(day, END_OF_DAY, tzinfo=LONDON)
