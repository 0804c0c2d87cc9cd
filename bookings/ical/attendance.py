"""Whether the calendar's owner declined an event."""

import re
from collections.abc import Iterable

from bookings.ical.components import Component

DECLINED = re.compile(r";\s*PARTSTAT\s*=\s*\"?DECLINED\b", re.IGNORECASE)
ADDRESS = re.compile(r"(?:mailto:|;EMAIL=\"?)\s*([^\s;:,\"]+@[^\s;:,\"]+)", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")


class Owner:
    """Finds out whose calendar it is: the address that names it, or the only one that is in all its meetings."""

    def __init__(self) -> None:
        self.meetings = 0
        self.in_all_meetings: set[str] = set()

    def observe(self, event: Component) -> None:
        """Note who takes part in the event."""
        lines = event.lines("ATTENDEE")
        if not lines:
            return
        people = _addresses([*lines, *event.lines("ORGANIZER")])
        self.in_all_meetings = self.in_all_meetings & people if self.meetings else people
        self.meetings += 1

    def has_declined(self, event: Component) -> bool | None:
        """Return whether the owner declined, or None if somebody did and nothing tells who the owner is."""
        declined = _addresses(line for line in event.lines("ATTENDEE") if DECLINED.search(line))
        if not any(DECLINED.search(line) for line in event.lines("ATTENDEE")):
            return False
        owner = self._address(event)
        return owner in declined if owner else None

    def _address(self, event: Component) -> str:
        name = event.calendar.text("X-WR-CALNAME") if event.calendar else ""
        if EMAIL.fullmatch(name):
            return name.casefold()
        if self.meetings > 1 and len(self.in_all_meetings) == 1:
            return next(iter(self.in_all_meetings))
        return ""


def _addresses(lines: Iterable[str]) -> set[str]:
    return {match[1].casefold() for line in lines for match in ADDRESS.finditer(line)}
