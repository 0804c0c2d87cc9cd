"""What the last weeks came to, counted from the enquiries that are kept; nothing is stored for it.

Twelve weeks are 84 days: a closed enquiry is erased after 90, so that within them only the therapist's own erasing leaves
gaps.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from bookings.models import Appointment, Enquiry, Event, Reply
from bookings.promise import LONDON, is_working_day
from practice.models import Location

WEEKS = 12
NO_PREFERENCE = "No preference"
UNANSWERED = "Not answered yet"
SPREAD = ("Before the next working day", "On the next working day", "Two working days later", "Later")
STILL_UNANSWERED = (Enquiry.Status.WAITING, Enquiry.Status.PAUSED, Enquiry.Status.SET_ASIDE)
AN_ANSWER = tuple(f"to “{status.label}”" for status in Enquiry.Status if status not in STILL_UNANSWERED)
AGREED = f"to “{Enquiry.Status.BOOKED.label}”"


@dataclass(frozen=True)
class Known:
    """All that is asked of one enquiry."""

    received_at: datetime
    location: int | None
    replied_at: datetime | None = None
    is_agreed: bool = False


@dataclass(frozen=True)
class Place:
    name: str
    weekly: tuple[int, ...]
    agreed: int

    @property
    def total(self) -> int:
        return sum(self.weekly)


@dataclass(frozen=True)
class Figures:
    weeks: tuple[date, ...]  # their Mondays, the present one last
    places: tuple[Place, ...]
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
    today = now.astimezone(LONDON).date()
    monday = today - timedelta(days=today.weekday())
    return tuple(monday - timedelta(weeks=back) for back in reversed(range(WEEKS)))


def compute(known: Iterable[Known], locations: dict[int, str], weeks: tuple[date, ...]) -> Figures:
    """Every location in its order, those without an enquiry too; then those who had no preference."""
    known = list(known)
    waits = [enquiry.replied_at - enquiry.received_at for enquiry in known if enquiry.replied_at]
    return Figures(
        weeks,
        tuple(_place(name, known, weeks, key) for key, name in [*locations.items(), (None, NO_PREFERENCE)]),
        typical=median(waits) if waits else None,
        slowest=max(waits, default=None),
        spread=_spread(known),
    )


def _place(name: str, known: list[Known], weeks: tuple[date, ...], key: int | None) -> Place:
    here = [enquiry for enquiry in known if enquiry.location == key]
    counted = Counter(_day(enquiry.received_at) - timedelta(days=_day(enquiry.received_at).weekday()) for enquiry in here)
    return Place(name, tuple(counted[week] for week in weeks), sum(enquiry.is_agreed for enquiry in here))


def _spread(known: list[Known]) -> tuple[tuple[str, int], ...]:
    counted = Counter(_how_soon(enquiry) for enquiry in known)
    return tuple((label, counted[label]) for label in (*SPREAD, UNANSWERED))


def _how_soon(enquiry: Known) -> str:
    if enquiry.replied_at is None:
        return UNANSWERED
    return SPREAD[min(working_days_between(enquiry.received_at, enquiry.replied_at), len(SPREAD) - 1)]


def working_days_between(begins: datetime, ends: datetime) -> int:
    """That began after the first moment and not after the second, as the promise to reply counts them."""
    first, last = _day(begins), _day(ends)
    return sum(is_working_day(first + timedelta(days=after)) for after in range(1, (last - first).days + 1))


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def gather(now: datetime) -> Figures:
    """Of the last twelve weeks, the present one included; five queries."""
    weeks = last_weeks(now)
    recent = {"received_at__gte": datetime.combine(weeks[0], time(), tzinfo=LONDON)}
    enquiries = Enquiry.objects.filter(kind__in=Enquiry.BOOKABLE, set_aside_because="", **recent)
    rows = list(enquiries.exclude(status=Enquiry.Status.SET_ASIDE).values_list("pk", "received_at", "location", "status"))
    moves = _moves(recent)
    replied, agreed = _first_replies(recent, moves), _agreed(recent, moves)
    known = [
        Known(received_at, location, replied.get(pk), pk in agreed or status == Enquiry.Status.BOOKED)
        for pk, received_at, location, status in rows
    ]
    return compute(known, dict(Location.objects.values_list("pk", "name")), weeks)


def _moves(recent: dict[str, datetime]) -> list[tuple[int, datetime, str]]:
    """Enquiry, moment and words, which only the key can read."""
    about = {f"enquiry__{name}": value for name, value in recent.items()}
    return list(Event.objects.filter(kind=Event.Kind.MOVED, **about).values_list("enquiry", "at", "text"))


def _first_replies(recent: dict[str, datetime], moves: list[tuple[int, datetime, str]]) -> dict[int, datetime]:
    """A letter, or what was marked as answered, such as after a call."""
    about = {f"enquiry__{name}": value for name, value in recent.items()}
    letters = Reply.objects.filter(**about).values_list("enquiry", "written_at")
    first: dict[int, datetime] = {}
    for enquiry, at in [*letters, *((enquiry, at) for enquiry, at, text in moves if text.endswith(AN_ANSWER))]:
        first[enquiry] = min(at, first.get(enquiry, at))
    return first


def _agreed(recent: dict[str, datetime], moves: list[tuple[int, datetime, str]]) -> set[int]:
    """Who has, or ever had, an appointment: in the diary, or agreed without it."""
    about = {f"enquiry__{name}": value for name, value in recent.items()}
    booked = Appointment.objects.filter(booked_at__isnull=False, **about).values_list("enquiry", flat=True)
    return {*booked, *(enquiry for enquiry, _, text in moves if text.endswith(AGREED))}
