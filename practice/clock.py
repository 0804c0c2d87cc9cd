"""The time zone of the practice."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
