"""England's bank holidays and working days."""

from datetime import date
from functools import cache

import holidays


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """England's, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)
