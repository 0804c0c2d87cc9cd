"""Split a calendar file into its components, and keep only the lines that state times and who takes part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bookings.ical.errors import NO_CALENDAR, CalendarError

FOLD = re.compile(r"\n[ \t]")
# “Duration: 1 hour” is a line of some text that was not folded.
RELEVANT_LINE = re.compile(
    r"((?:UID|TZID|X-LIC-LOCATION|X-WR-TIMEZONE|X-WR-CALNAME)(?=[;:])"
    r"|(?:BEGIN|END|SEQUENCE|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS|TZOFFSETFROM|TZOFFSETTO"
    r"|DTSTART|DTEND|DURATION|RRULE|RDATE|EXRULE|EXDATE|RECURRENCE-ID|FREEBUSY|ATTENDEE|ORGANIZER)"
    r"(?=[;:](?!\s+(?!\d{8}|P[T\d]))))",
    re.IGNORECASE,
)
COMPONENTS = {
    *("VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM"),
    *("VAVAILABILITY", "AVAILABLE", "PARTICIPANT", "VLOCATION", "VRESOURCE", "VPOLL", "VVENUE"),
}


@dataclass
class Component:
    """One component with its relevant lines by the name of their property, and for a time zone all of them."""

    name: str
    calendar: "Component | None" = None
    properties: dict[str, list[str]] = field(default_factory=dict)
    block: list[str] = field(default_factory=list)
    is_complete: bool = True

    def lines(self, name: str) -> list[str]:
        return self.properties.get(name, [])

    def text(self, name: str) -> str:
        """Return the text of the first property of that name, or an empty one."""
        lines = self.lines(name)
        return lines[0].rpartition(":")[2].strip() if lines else ""


def read_components(text: str) -> Iterator[Component]:
    """Yield each component when it ends, and a calendar after all that it contains. Raises CalendarError."""
    stack: list[Component] = []
    for line in FOLD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        match = RELEVANT_LINE.match(line)
        if match is None:
            continue
        name = match[1].upper()
        if name == "BEGIN":
            yield from _begin(stack, line[6:].rstrip().upper())
        elif name == "END":
            yield from _end(stack, line[4:].rstrip().upper())
        elif stack:
            stack[-1].properties.setdefault(name, []).append(line)
            _keep_for_time_zone(stack, line)
    if stack:
        raise CalendarError(NO_CALENDAR)


def _begin(stack: list[Component], name: str) -> Iterator[Component]:
    if name not in COMPONENTS and not name.startswith("X-"):
        return  # a line of text that was not folded
    if (name == "VCALENDAR") != (not stack):
        raise CalendarError(NO_CALENDAR)
    if any(component.name == name == "VEVENT" for component in stack):  # the one before has no end
        yield from _close(stack, name, is_complete=False)
    stack.append(Component(name, stack[0] if stack else None))
    _keep_for_time_zone(stack, f"BEGIN:{name}")


def _end(stack: list[Component], name: str) -> Iterator[Component]:
    if any(component.name == name for component in stack):
        yield from _close(stack, name)
    elif name == "VCALENDAR":
        raise CalendarError(NO_CALENDAR)


def _close(stack: list[Component], name: str, *, is_complete: bool = True) -> Iterator[Component]:
    """End the innermost component of that name, and those inside it, which have no end of their own."""
    while True:
        _keep_for_time_zone(stack, f"END:{stack[-1].name}")
        component = stack.pop()
        component.is_complete = is_complete and component.name == name
        yield component
        if component.name == name:
            return


def _keep_for_time_zone(stack: list[Component], line: str) -> None:
    if len(stack) > 1 and stack[1].name == "VTIMEZONE":
        stack[1].block.append(line)
