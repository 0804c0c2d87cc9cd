"""The therapist's appointments as a calendar to subscribe to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import vText

from bookings.ical import build

REFRESH_EVERY = timedelta(hours=1)
END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class FeedEntry:
    """From and until are aware; tentative is a time that is held and not agreed yet."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    where: str = ""
    tentative: bool = False


def lines(entries: Iterable[FeedEntry], name: str, stamp: datetime) -> Iterator[bytes]:
    """The calendar piece by piece: each entry is taken when the one before it has been given out."""
    yield _head(name).removesuffix(END)
    for entry in entries:
        yield build.event(entry, stamp, "TENTATIVE" if entry.tentative else "CONFIRMED").to_ical()
    yield END


def _head(name: str) -> bytes:
    """Without METHOD: a PUBLISH would have to name an organizer (RFC 5546, 3.2.1)."""
    calendar = build.calendar()
    for known_as in ("name", "x-wr-calname"):  # RFC 7986, and what was used before it
        calendar.add(known_as, vText(build.plain(name)))
    calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar.to_ical()
