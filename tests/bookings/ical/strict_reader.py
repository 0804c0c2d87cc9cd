"""A calendar program that handles invitations as strictly as RFC 5546 allows."""

from icalendar import Calendar, Event

NEEDED = {"DTSTAMP", "UID", "SEQUENCE", "ORGANIZER", "ATTENDEE", "DTSTART", "SUMMARY"}  # tables in 3.2.2 and 3.2.5
STATUS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}


class RefusedError(Exception):
    pass


class StrictCalendar:
    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.latest: dict[str, int] = {}

    def receive(self, content: bytes, method: str) -> None:
        """Handle a file. The MIME type's method has to match the file's own (RFC 6047, 2.4)."""
        event = self._read(content, method)
        uid, sequence = str(event["UID"]), event["SEQUENCE"]
        latest = self.latest.get(uid, -1)
        if sequence < latest or (method == "REQUEST" and sequence == latest):
            return
        self.latest[uid] = sequence
        if method == "CANCEL":
            self.events.pop(uid, None)
        else:
            self.events[uid] = event

    def _read(self, content: bytes, method: str) -> Event:
        calendar = Calendar.from_ical(content)
        if calendar.name != "VCALENDAR" or calendar.get("VERSION") != "2.0" or "PRODID" not in calendar:
            raise RefusedError("not a calendar")
        if method not in STATUS or calendar.get("METHOD") != method:
            raise RefusedError("wrong method")
        if [part.name for part in calendar.subcomponents] != ["VEVENT"]:
            raise RefusedError("not one event")
        [event] = calendar.subcomponents
        if missing := NEEDED - set(event):
            raise RefusedError(f"without {missing}")
        if event.errors or any(isinstance(event[name], list) for name in NEEDED):
            raise RefusedError("unreadable or twice")
        if event.get("STATUS") != STATUS[method]:
            raise RefusedError("wrong status")
        return event
