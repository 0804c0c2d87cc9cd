"""Visitors’ time zones: the cities to choose from, and the names that are accepted."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from practice.clock import LONDON

CITIES = {
    "Pacific/Honolulu": "Honolulu",
    "America/Anchorage": "Anchorage",
    "America/Los_Angeles": "Los Angeles, Vancouver",
    "America/Phoenix": "Phoenix",
    "America/Denver": "Denver, Calgary",
    "America/Mexico_City": "Mexico City",
    "America/Chicago": "Chicago, Winnipeg",
    "America/Bogota": "Bogotá, Lima",
    "America/New_York": "New York, Toronto, Miami",
    "America/Halifax": "Halifax, Bermuda",
    "America/Santiago": "Santiago",
    "America/St_Johns": "St John’s",
    "America/Sao_Paulo": "São Paulo, Buenos Aires",
    "Atlantic/Azores": "Azores",
    "Europe/Lisbon": "Lisbon, Madeira",
    "Atlantic/Reykjavik": "Reykjavík, Accra",
    "Africa/Lagos": "Lagos, Kinshasa",
    "Africa/Casablanca": "Casablanca",
    "Europe/Paris": "Paris, Madrid, Berlin, Rome",
    "Europe/Athens": "Athens, Bucharest, Helsinki",
    "Africa/Cairo": "Cairo",
    "Africa/Johannesburg": "Johannesburg, Harare",
    "Asia/Jerusalem": "Jerusalem, Tel Aviv",
    "Asia/Beirut": "Beirut",
    "Europe/Istanbul": "Istanbul",
    "Africa/Nairobi": "Nairobi",
    "Asia/Riyadh": "Riyadh, Doha, Kuwait",
    "Asia/Tehran": "Tehran",
    "Asia/Dubai": "Dubai, Muscat",
    "Asia/Karachi": "Karachi",
    "Asia/Kolkata": "Delhi, Mumbai, Colombo",
    "Asia/Dhaka": "Dhaka",
    "Asia/Bangkok": "Bangkok, Jakarta, Hanoi",
    "Asia/Singapore": "Singapore, Hong Kong, Beijing",
    "Australia/Perth": "Perth",
    "Asia/Tokyo": "Tokyo, Seoul",
    "Australia/Adelaide": "Adelaide",
    "Australia/Brisbane": "Brisbane",
    "Australia/Sydney": "Sydney, Melbourne",
    "Pacific/Auckland": "Auckland",
}
AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def accepted_names() -> frozenset[str]:
    """Return the names of time zones of places. Names such as “UTC” and “localtime” are not accepted."""
    return frozenset(name for name in available_timezones() if name.partition("/")[0] in AREAS and "/" in name)


def choices(now: datetime) -> list[tuple[str, str]]:
    """Return the cities with their offset from London, from west to east."""
    ordered = sorted(CITIES.items(), key=lambda item: (_offset(item[0], now), item[1]))
    return [(name, f"{cities} ({_offset_text(_offset(name, now))})") for name, cities in ordered]


def _offset(name: str, now: datetime) -> timedelta:
    moment = now.astimezone(UTC)
    there, here = moment.astimezone(ZoneInfo(name)).utcoffset(), moment.astimezone(LONDON).utcoffset()
    return (there or timedelta()) - (here or timedelta())


def _offset_text(offset: timedelta) -> str:
    """Format an offset, such as “London + 5½ h”."""
    if not offset:
        return "as in London"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"London {'+' if offset > timedelta() else '−'} {hours or ''}{'½' if minutes else ''} h"
