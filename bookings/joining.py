"""How somebody joins an online appointment, or by when they are told.

An appointment can have a way of its own; otherwise the standing way of its location applies.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bookings import formatting
from bookings.encryption import UnreadableText
from bookings.models import Appointment
from practice.models import Location

TOLD_BEFORE = timedelta(days=1)  # before the appointment, as the letter and the private page say
LINK = re.compile(r"https?://\S+[^\s.,;:!?)]")
# Somebody else may see a calendar, and a link can hold the name of what it leads to.
NOT_NEUTRAL = re.compile(
    r"addict|alcohol|clinic|counsel|detox|drug|health|mental|psych|recover|rehab|sober|therap|wellbeing", re.IGNORECASE
)


def way_to_join(location: Location, video_link: str) -> str:
    """Return the way of the appointment's own, else the standing one; nothing for a room or if there is none."""
    if location.kind != Location.Kind.ONLINE:
        return ""
    own = "" if isinstance(video_link, UnreadableText) else video_link
    return own or location.join.strip()


def lacks_way(appointment: Appointment) -> bool:
    """Return whether the appointment is online and has no way to join yet. One that can't be read counts as a way."""
    is_online = appointment.location.kind == Location.Kind.ONLINE
    return is_online and not (appointment.video_link or appointment.location.join.strip())


def promise(starts_at: datetime, now: datetime) -> str:
    """Say by when they are told how to join."""
    due = starts_at - TOLD_BEFORE
    if due <= now:
        return "You’ll be told how to join before it begins."
    return f"You’ll be told how to join by {formatting.moment(due)}, London time."


def arrival(location: Location, video_link: str, starts_at: datetime, now: datetime) -> str:
    """Return what a message says below the time: the address of a room and what to know there, or how to join."""
    if location.kind != Location.Kind.ONLINE:
        return "\n".join(filter(None, [location.address.strip(), location.arriving.strip()]))
    return way_to_join(location, video_link) or promise(starts_at, now)


def neutral_link(location: Location, video_link: str, practice_name: str) -> str:
    """Return the link for a calendar that others may see, or nothing if it gives away what it is for."""
    match = LINK.search(way_to_join(location, video_link))
    if match is None or NOT_NEUTRAL.search(match[0]) or _names(match[0], practice_name):
        return ""
    return match[0]


def without_way(appointments: Iterable[Appointment], now: datetime) -> list[Appointment]:
    """Return the booked appointments to come that nobody can join yet, the next one first."""
    lacking = [each for each in appointments if each.is_to_come(now) and lacks_way(each)]
    return sorted(lacking, key=lambda each: each.starts_at)


def _names(link: str, practice_name: str) -> bool:
    """Return whether the link holds the name of the practice, however it is written."""
    letters = re.sub(r"[^a-z0-9]", "", practice_name.lower())
    return bool(letters) and letters in re.sub(r"[^a-z0-9]", "", link.lower())
