"""Find the time zone that a calendar file means by a name."""

import re
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bookings.ical.components import Component

OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", re.IGNORECASE)
DISPLAY_NAME = re.compile(r"\(\s*(?:UTC|GMT)\s*(?:([+-])\s*(\d\d?):?(\d\d))?\s*\)\s*(.+)", re.IGNORECASE)
NUMBERED = re.compile(r"(.*[a-z.)])[ _-]?\d{1,2}", re.IGNORECASE)
WINTER_AND_SUMMER = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7)]
REGIONS = {  # what Windows displays where it names no city that the IANA database has
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Atlantic Time (Canada)": "America/Halifax",
    "Arizona": "America/Phoenix",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Aleutian Islands": "America/Adak",
    "Baja California": "America/Tijuana",
    "Newfoundland": "America/St_Johns",
    "Saskatchewan": "America/Regina",
    "Yukon": "America/Whitehorse",
    "Indiana (East)": "America/Indianapolis",
    "Central America": "America/Guatemala",
    "Easter Island": "Pacific/Easter",
    "Brasilia": "America/Sao_Paulo",
    "City of Buenos Aires": "America/Buenos_Aires",
    "Georgetown, La Paz, Manaus, San Juan": "America/La_Paz",
    "Greenland": "America/Nuuk",
    "Salvador": "America/Bahia",
    "Turks and Caicos": "America/Grand_Turk",
    "Cabo Verde Is.": "Atlantic/Cape_Verde",
    "Cape Verde Is.": "Atlantic/Cape_Verde",
    "West Central Africa": "Africa/Lagos",
    "Coordinated Universal Time": "UTC",
    "Greenwich Mean Time": "Europe/London",
    "Abu Dhabi, Muscat": "Asia/Dubai",
    "Islamabad, Karachi": "Asia/Karachi",
    "Chennai, Kolkata, Mumbai, New Delhi": "Asia/Kolkata",
    "Sri Jayawardenepura": "Asia/Colombo",
    "Astana": "Asia/Almaty",
    "Solomon Is., New Caledonia": "Pacific/Guadalcanal",
    "Fiji": "Pacific/Fiji",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Samoa": "Pacific/Apia",
    "Kiritimati Island": "Pacific/Kiritimati",
    "Norfolk Island": "Pacific/Norfolk",
    "Lord Howe Island": "Australia/Lord_Howe",
    "Chatham Islands": "Pacific/Chatham",
    "Marquesas Islands": "Pacific/Marquesas",
}


class Zones:
    """The zones of one file: those that it defines itself, and those that everybody knows."""

    def __init__(self, definitions: Iterable[Component]) -> None:
        self.definitions = {definition.text("TZID"): definition for definition in definitions}
        self.by_name: dict[str, tzinfo | None] = {}

    def find(self, name: str) -> tzinfo | None:
        """Return the zone, or None if it is not known. A definition counts unless the name is in the IANA database."""
        name = name.strip().strip('"').strip()
        if name not in self.by_name:
            self.by_name[name] = _iana(name) or self._defined(name) or _known_otherwise(name)
        return self.by_name[name]

    def _defined(self, name: str) -> tzinfo | None:
        # The name of a definition may contain colons, which `Component.text` takes for the end of the property's name.
        definition = self.definitions.get(name.rpartition(":")[2].strip())
        if definition is None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                timezone_component = Timezone.from_ical("\r\n".join(definition.block) + "\r\n")
                zone: tzinfo = timezone_component.to_tz(lookup_tzid=False)  # type: ignore[attr-defined]
                for moment in WINTER_AND_SUMMER:  # a definition that is incomplete fails only when it is used
                    moment.astimezone(zone).utcoffset()
        except Exception:
            return _iana(definition.text("X-LIC-LOCATION"))
        return zone


def _key(name: str) -> str:
    return re.sub(r"[\s_]+", "_", name.replace("\\", "/").strip()).casefold()


@cache
def _iana_names() -> dict[str, str]:
    return {_key(name): name for name in available_timezones() if not name.startswith(("posix/", "right/"))}


@cache
def _cities() -> dict[str, list[str]]:
    """Return the names of the zones by their last parts, such as “london”."""
    cities: dict[str, list[str]] = {}
    for key, name in _iana_names().items():
        if "/" in key:
            cities.setdefault(key.rpartition("/")[2], []).append(name)
    return cities


@cache
def _regions() -> dict[str, str]:
    windows = {_key(name): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return windows | {_key(name): zone for name, zone in REGIONS.items()}


def _iana(name: str) -> tzinfo | None:
    key = _iana_names().get(_key(name).strip("/"))
    return ZoneInfo(key) if key else None


def _known_otherwise(name: str) -> tzinfo | None:
    """Read names from Windows, names with a prefix (RFC 5545, 3.2.19), cities and offsets from UTC."""
    if match := DISPLAY_NAME.fullmatch(name):
        return _displayed(match[4], _offset(match[1], match[2], match[3]))
    if match := OFFSET.fullmatch(name):
        offset = _offset(match[1], match[2], match[3])
        return timezone(offset) if abs(offset) <= timedelta(hours=14) else None
    parts = name.strip("/").split("/")
    for start in range(1, len(parts)):
        if zone := _iana("/".join(parts[start:])):
            return zone
    if zone := _displayed(name, None):
        return zone
    match = NUMBERED.fullmatch(name)  # Exchange numbers zones that have the same name
    return (_iana(match[1]) or _displayed(match[1], None)) if match else None


def _displayed(name: str, offset: timedelta | None) -> tzinfo | None:
    """Return the zone of a region, or of the first known city of a list, if its usual offset is the one stated."""
    names = [region] if (region := _regions().get(_key(name))) else []
    for city in [name, *re.split(r"[,:]", name)]:
        zones = _cities().get(_key(city), [])
        if len({str(_usual_offset(ZoneInfo(zone))) for zone in zones}) == 1:
            names.append(zones[0])
    fitting = [name for name in names if offset is None or _usual_offset(ZoneInfo(name)) == offset]
    return ZoneInfo(fitting[0]) if fitting else None


def _usual_offset(zone: tzinfo) -> timedelta:
    """Return the offset from UTC without daylight saving time."""
    return min(moment.astimezone(zone).utcoffset() or timedelta() for moment in WINTER_AND_SUMMER)


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -offset if sign == "-" else offset
