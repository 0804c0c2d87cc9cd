"""Statistics of the last 12 weeks, counted from the stored enquiries.

12 weeks are 84 days, and closed enquiries are erased after 90, so only enquiries erased by hand are missing.
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
DELAYS = ("Before the next working day", "On the next working day", "Two working days later", "Later")
UNANSWERED_STATUSES = (Enquiry.Status.WAITING, Enquiry.Status.PAUSED, Enquiry.Status.SET_ASIDE)


@dataclass(frozen=True)
class EnquiryData:
    """The facts about one enquiry that are counted."""

    received_at: datetime
    location: int | None
    replied_at: datetime | None = None
    is_agreed: bool = False
    is_by_hand: bool = False  # then nobody waited for a reply


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
    weeks: tuple[date, ...]  # the Mondays, this week last
    locations: tuple[LocationCount, ...]
    typical: timedelta | None  # median time to the first reply
    slowest: timedelta | None
    spread: tuple[tuple[str, int], ...]
    by_hand: int = 0

    @property
    def weekly(self) -> tuple[int, ...]:
        return tuple(sum(counts) for counts in zip(*(location.weekly for location in self.locations), strict=True))

    @property
    def total(self) -> int:
        return sum(location.total for location in self.locations)

    @property
    def agreed(self) -> int:
        return sum(location.agreed for location in self.locations)


def last_weeks(now: datetime) -> tuple[date, ...]:
    """Return the Mondays of the last weeks in London, this week last."""
    today = localdate(now)
    return tuple(_monday(today) - timedelta(weeks=back) for back in reversed(range(WEEKS)))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def compute(enquiries: Iterable[EnquiryData], locations: dict[int, str], weeks: tuple[date, ...]) -> Statistics:
    """Count the enquiries of each location, in the order given, then those without a preference."""
    enquiries = list(enquiries)
    awaited = [enquiry for enquiry in enquiries if not enquiry.is_by_hand]
    waits = [(enquiry.replied_at - enquiry.received_at).total_seconds() for enquiry in awaited if enquiry.replied_at]
    return Statistics(
        weeks,
        tuple(
            _location_count(name, enquiries, weeks, key) for key, name in [*locations.items(), (None, NO_PREFERENCE)]
        ),
        typical=timedelta(seconds=median(waits)) if waits else None,
        slowest=timedelta(seconds=max(waits)) if waits else None,
        spread=_spread(awaited),
        by_hand=len(enquiries) - len(awaited),
    )


def _location_count(name: str, enquiries: list[EnquiryData], weeks: tuple[date, ...], key: int | None) -> LocationCount:
    enquiries = [enquiry for enquiry in enquiries if enquiry.location == key]
    counts = Counter(_monday(localdate(enquiry.received_at)) for enquiry in enquiries)
    return LocationCount(name, tuple(counts[week] for week in weeks), sum(enquiry.is_agreed for enquiry in enquiries))


def _spread(enquiries: list[EnquiryData]) -> tuple[tuple[str, int], ...]:
    counts = Counter(_delay(enquiry) for enquiry in enquiries)
    return tuple((label, counts[label]) for label in (*DELAYS, UNANSWERED))


def _delay(enquiry: EnquiryData) -> str:
    if enquiry.replied_at is None:
        return UNANSWERED
    return DELAYS[min(working_days_between(enquiry.received_at, enquiry.replied_at), len(DELAYS) - 1)]


def working_days_between(begins: datetime, ends: datetime) -> int:
    """Count the working days after the first day up to the last, as the reply deadline does."""
    first, last = localdate(begins), localdate(ends)
    return sum(is_working_day(first + timedelta(days=after)) for after in range(1, (last - first).days + 1))


def gather(now: datetime) -> Statistics:
    """Compute the statistics of the last 12 weeks, this week included, in five queries."""
    weeks = last_weeks(now)
    since = midnight(weeks[0])
    changes = _status_changes(since)
    replied, agreed = _first_replies(since, changes), _agreed(since, changes)
    counted = Enquiry.objects.filter(kind=Enquiry.Kind.REQUEST, set_aside_because="", received_at__gte=since)
    rows = counted.exclude(status=Enquiry.Status.SET_ASIDE).values_list(
        "pk", "received_at", "location", "status", "source"
    )
    enquiries = [
        EnquiryData(
            received_at,
            location,
            replied.get(pk),
            pk in agreed or status == Enquiry.Status.BOOKED,
            source == Enquiry.Source.HAND,
        )
        for pk, received_at, location, status, source in rows
    ]
    return compute(enquiries, dict(Location.objects.values_list("pk", "name")), weeks)


StatusChange = tuple[int, datetime, str]  # enquiry, when, and to which status


def _status_changes(since: datetime) -> list[StatusChange]:
    events = Event.objects.filter(kind=Event.Kind.MOVED, enquiry__received_at__gte=since).exclude(moved_to="")
    return list(events.values_list("enquiry", "at", "moved_to"))


def _first_replies(since: datetime, changes: list[StatusChange]) -> dict[int, datetime]:
    """Return when each enquiry was first replied to, or marked as answered, such as after a call."""
    replies = Reply.objects.filter(enquiry__received_at__gte=since).values_list("enquiry", "written_at")
    marked = ((enquiry, at) for enquiry, at, status in changes if status not in UNANSWERED_STATUSES)
    first: dict[int, datetime] = {}
    for enquiry, at in [*replies, *marked]:
        first[enquiry] = min(at, first.get(enquiry, at))
    return first


def _agreed(since: datetime, changes: list[StatusChange]) -> set[int]:
    """Return the enquiries that have or had an appointment, in the diary or outside it."""
    booked = Appointment.objects.filter(booked_at__isnull=False, enquiry__received_at__gte=since)
    marked = (enquiry for enquiry, _, status in changes if status == Enquiry.Status.BOOKED)
    return {*booked.values_list("enquiry", flat=True), *marked}
