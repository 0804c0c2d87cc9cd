"""What the last weeks came to, counted from the enquiries that are kept; nothing is stored for it.

Twelve weeks are 84 days, and a closed enquiry is erased after 90: nothing but erasing by hand leaves a gap.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from bookings.models import Appointment, Enquiry, Event, Reply
from bookings.scheduling.working_days import is_working_day
from practice.clock import localdate, midnight
from practice.models import Location

WEEKS = 12
NO_PREFERENCE = "No preference"
UNANSWERED = "Not answered yet"
SPREAD = ("Before the next working day", "On the next working day", "Two working days later", "Later")
STILL_UNANSWERED = (Enquiry.Status.WAITING, Enquiry.Status.PAUSED, Enquiry.Status.SET_ASIDE)


@dataclass(frozen=True)
class EnquiryData:
    """All that is asked of one enquiry."""

    received_at: datetime
    location: int | None
    replied_at: datetime | None = None
    is_agreed: bool = False


@dataclass(frozen=True)
class LocationCount:
    name: str
    weekly: tuple[int, ...]
    agreed: int

    @property
    def total(self) -> int:
        return sum(self.weekly)


@dataclass(frozen=True)
class Statistics:
    weeks: tuple[date, ...]  # their Mondays, the present one last
    places: tuple[LocationCount, ...]
    typical: timedelta | None  # until the first reply
    slowest: timedelta | None
    spread: tuple[tuple[str, int], ...]

    @property
    def weekly(self) -> tuple[int, ...]:
        return tuple(sum(counts) for counts in zip(*(place.weekly for place in self.places), strict=True))

    @property
    def total(self) -> int:
        return sum(place.total for place in self.places)

    @property
    def agreed(self) -> int:
        return sum(place.agreed for place in self.places)


def last_weeks(now: datetime) -> tuple[date, ...]:
    """Mondays of London's weeks, the present one last."""
    today = localdate(now)
    monday = today - timedelta(days=today.weekday())
    return tuple(monday - timedelta(weeks=back) for back in reversed(range(WEEKS)))


def compute(known: Iterable[EnquiryData], locations: dict[int, str], weeks: tuple[date, ...]) -> Statistics:
    """Every location in its order, those without an enquiry too; then those who had no preference."""
    known = list(known)
    waits = [(enquiry.replied_at - enquiry.received_at).total_seconds() for enquiry in known if enquiry.replied_at]
    return Statistics(
        weeks,
        tuple(_place(name, known, weeks, key) for key, name in [*locations.items(), (None, NO_PREFERENCE)]),
        typical=timedelta(seconds=median(waits)) if waits else None,
        slowest=timedelta(seconds=max(waits)) if waits else None,
        spread=_spread(known),
    )


def _place(name: str, known: list[EnquiryData], weeks: tuple[date, ...], key: int | None) -> LocationCount:
    here = [enquiry for enquiry in known if enquiry.location == key]
    counted = Counter(
        localdate(enquiry.received_at) - timedelta(days=localdate(enquiry.received_at).weekday()) for enquiry in here
    )
    return LocationCount(name, tuple(counted[week] for week in weeks), sum(enquiry.is_agreed for enquiry in here))


def _spread(known: list[EnquiryData]) -> tuple[tuple[str, int], ...]:
    counted = Counter(_how_soon(enquiry) for enquiry in known)
    return tuple((label, counted[label]) for label in (*SPREAD, UNANSWERED))


def _how_soon(enquiry: EnquiryData) -> str:
    if enquiry.replied_at is None:
        return UNANSWERED
    return SPREAD[min(working_days_between(enquiry.received_at, enquiry.replied_at), len(SPREAD) - 1)]


def working_days_between(begins: datetime, ends: datetime) -> int:
    """That began after the first moment and not after the second, as the promise to reply counts them."""
    first, last = localdate(begins), localdate(ends)
    return sum(is_working_day(first + timedelta(days=after)) for after in range(1, (last - first).days + 1))


def gather(now: datetime) -> Statistics:
    """Of the last twelve weeks, the present one included; five queries."""
    weeks = last_weeks(now)
    since = midnight(weeks[0])
    moves = _moves(since)
    replied, agreed = _first_replies(since, moves), _agreed(since, moves)
    counted = Enquiry.objects.filter(kind__in=Enquiry.BOOKABLE, set_aside_because="", received_at__gte=since)
    rows = counted.exclude(status=Enquiry.Status.SET_ASIDE).values_list("pk", "received_at", "location", "status")
    known = [
        EnquiryData(received_at, location, replied.get(pk), pk in agreed or status == Enquiry.Status.BOOKED)
        for pk, received_at, location, status in rows
    ]
    return compute(known, dict(Location.objects.values_list("pk", "name")), weeks)


Move = tuple[int, datetime, str]  # enquiry, when, and to which status


def _moves(since: datetime) -> list[Move]:
    moved = Event.objects.filter(kind=Event.Kind.MOVED, enquiry__received_at__gte=since).exclude(moved_to="")
    return list(moved.values_list("enquiry", "at", "moved_to"))


def _first_replies(since: datetime, moves: list[Move]) -> dict[int, datetime]:
    """A letter, or the day it was marked as answered, such as after a call."""
    letters = Reply.objects.filter(enquiry__received_at__gte=since).values_list("enquiry", "written_at")
    marked = ((enquiry, at) for enquiry, at, status in moves if status not in STILL_UNANSWERED)
    first: dict[int, datetime] = {}
    for enquiry, at in [*letters, *marked]:
        first[enquiry] = min(at, first.get(enquiry, at))
    return first


def _agreed(since: datetime, moves: list[Move]) -> set[int]:
    """Who has, or ever had, an appointment: in the diary, or agreed without it."""
    booked = Appointment.objects.filter(booked_at__isnull=False, enquiry__received_at__gte=since)
    marked = (enquiry for enquiry, _, status in moves if status == Enquiry.Status.BOOKED)
    return {*booked.values_list("enquiry", flat=True), *marked}
