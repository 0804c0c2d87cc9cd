"""The therapist's appointments as a calendar to subscribe to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import vText

from bookings.ical.build import clean_text, new_calendar, new_event

REFRESH_EVERY = timedelta(hours=1)
END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class FeedEntry:
    """One appointment. Both times are aware; a held time that isn't booked yet is tentative."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    where: str = ""
    tentative: bool = False


def feed_lines(entries: Iterable[FeedEntry], name: str, stamp: datetime) -> Iterator[bytes]:
    """Yield the calendar piece by piece. Each entry is read only after the one before it has been sent."""
    yield _head(name).removesuffix(END)
    for entry in entries:
        yield new_event(entry, stamp, "TENTATIVE" if entry.tentative else "CONFIRMED").to_ical()
    yield END


def _head(name: str) -> bytes:
    # No METHOD: a PUBLISH would have to name an organizer (RFC 5546, 3.2.1).
    calendar = new_calendar()
    for key in ("name", "x-wr-calname"):  # RFC 7986, and what programs used before it
        calendar.add(key, vText(clean_text(name)))
    calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar.to_ical()
