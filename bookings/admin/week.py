"""Days of the diary in order of time: hours, appointments, offers, what is asked for, and busy time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby

import holidays
from django.db.models import Q

from bookings import formatting, locking
from bookings.models import Appointment, BookingSettings, BusySpan, Enquiry, OpeningException, WeeklyHours
from bookings.scheduling.opening_hours import ExceptionRule, OpenSpan, WeeklyRule, open_spans
from practice.clock import midnight
from practice.models import Location

Status = Appointment.Status
CHOICES = {1: "first choice", 2: "second choice", 3: "third choice"}
ASKED, BUSY = "asked", "busy"
LOOKS = {Status.PENDING: ASKED, Status.PROPOSED: "held"}  # any other status is its own look


@dataclass(frozen=True)
class WeekData:
    """All that is told of some days, read at once."""

    diary: BookingSettings
    locations: dict[int, str]  # those that are offered
    weekly: list[WeeklyRule]
    exceptions: list[ExceptionRule]
    appointments: list[Appointment]
    busy: list[OpenSpan]


@dataclass(frozen=True)
class EntryPerson:
    enquiry: int
    who: str
    what: str  # kind and place
    state: str


@dataclass(frozen=True)
class DiaryEntry:
    """From and until are in UTC and within one day; without people it is busy time."""

    starts_at: datetime
    ends_at: datetime
    look: str
    times: str
    people: tuple[EntryPerson, ...] = ()

    @property
    def begins(self) -> str:
        return self.times.partition("–")[0]

    @property
    def goes_on(self) -> str:
        """What follows of its times, such as “–10:50”."""
        return self.times.removeprefix(self.begins)

    @property
    def rivals(self) -> int:
        """How many people ask for this one time, if they are several."""
        count = len({person.enquiry for person in self.people})
        return count if count > 1 else 0


@dataclass(frozen=True)
class DiaryDay:
    date: date
    begins: datetime
    ends: datetime
    holiday: str
    is_closed_for_it: bool
    opening: tuple[tuple[str, OpenSpan], ...]
    closed: tuple[str, ...]
    entries: tuple[DiaryEntry, ...]

    @property
    def hours(self) -> int:
        """24, but for the two days a year when the clock is changed."""
        return (self.ends - self.begins) // timedelta(hours=1)

    @property
    def opening_in_words(self) -> list[tuple[str, str]]:
        return [(place, times(span.starts_at, span.ends_at, self)) for place, span in self.opening]


def gather(first: date, count: int, now: datetime) -> WeekData:
    """Six queries."""
    begins, ends = midnight(first), midnight(first + timedelta(days=count))
    last = first + timedelta(days=count - 1)
    shown = Appointment.objects.exclude(status=Status.CANCELLED).overlapping(begins, ends)
    shown = shown.exclude(status=Status.PROPOSED, held_until__lte=now)
    shown = shown.exclude(Q(status=Status.PENDING) & Q(enquiry__status=Enquiry.Status.SET_ASIDE))
    busy = BusySpan.objects.filter(starts_at__lt=ends, ends_at__gt=begins)
    return WeekData(
        diary=locking.booking_settings(),
        locations=dict(Location.objects.active().values_list("pk", "name")),
        weekly=[one.rule for one in WeeklyHours.objects.all()],
        exceptions=[one.rule for one in OpeningException.objects.filter(first_day__lte=last, last_day__gte=first)],
        appointments=list(shown.select_related("enquiry", "location")),
        busy=[OpenSpan(*span) for span in busy.values_list("starts_at", "ends_at")],
    )


def days(first: date, count: int, facts: WeekData) -> list[DiaryDay]:
    return [_day(first + timedelta(days=number), facts) for number in range(count)]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def holiday_name(day: date) -> str:
    """Of a bank holiday in England; else nothing."""
    return _holiday_names(day.year).get(day, "")


@cache
def _holiday_names(year: int) -> dict[date, str]:
    """The library's names with the word that the government uses for the day instead."""
    found = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return {day: name.replace("observed", "substitute day").replace("'", "’") for day, name in found.items()}


def times(starts_at: datetime, ends_at: datetime, day: "DiaryDay") -> str:
    """Such as “10:00–10:50”; what goes on from the day before, or into the next, says so."""
    is_from, is_until = starts_at > day.begins, ends_at < day.ends
    if is_from and is_until:
        return f"{formatting.clock(starts_at)}–{formatting.clock(ends_at)}"
    if is_from:
        return f"from {formatting.clock(starts_at)}"
    return f"until {formatting.clock(ends_at)}" if is_until else "all day"


def _day(day: date, facts: WeekData) -> DiaryDay:
    holiday, rests = holiday_name(day), facts.diary.rests_on_bank_holidays
    opening = [
        (name, span)
        for location, name in facts.locations.items()
        for span in open_spans(location, day, facts.weekly, facts.exceptions, rests_on_bank_holidays=rests)
    ]
    bare = DiaryDay(
        date=day,
        begins=midnight(day),
        ends=midnight(day + timedelta(days=1)),
        holiday=holiday,
        is_closed_for_it=bool(holiday) and rests,
        opening=tuple(sorted(opening, key=lambda one: one[1].starts_at)),
        closed=tuple(_closed(day, facts)),
        entries=(),
    )
    entries = sorted([*_appointments(bare, facts), *_busy(bare, facts)], key=lambda one: (one.starts_at, one.look))
    return DiaryDay(**{**vars(bare), "entries": tuple(entries)})


def _closed(day: date, facts: WeekData) -> Iterator[str]:
    for one in facts.exceptions:
        if one.is_open or not one.first_day <= day <= one.last_day:
            continue
        where = f", {facts.locations[one.location]}" if one.location in facts.locations else ""
        if where or one.location is None:
            is_all_day = one.opens == one.opens.min and one.closes == one.closes.max
            when = "all day" if is_all_day else f"{one.opens:%H:%M}–{one.closes:%H:%M}"
            yield f"{when}{where}"


def _appointments(day: DiaryDay, facts: WeekData) -> Iterator[DiaryEntry]:
    """Everybody who asks for one time is in one entry."""

    def one_time(appointment: Appointment) -> tuple:
        is_asked = appointment.status == Status.PENDING
        return appointment.starts_at, not is_asked, 0 if is_asked else appointment.pk

    here = [one for one in facts.appointments if one.starts_at < day.ends and one.ends_at > day.begins]
    for _, group in groupby(sorted(here, key=one_time), one_time):
        together = list(group)
        yield _entry(
            day,
            together[0].starts_at,
            max(one.ends_at for one in together),
            LOOKS.get(Status(together[0].status), together[0].status),
            (_person(one) for one in together),
        )


def _busy(day: DiaryDay, facts: WeekData) -> Iterator[DiaryEntry]:
    for span in facts.busy:
        if span.starts_at < day.ends and span.ends_at > day.begins:
            yield _entry(day, span.starts_at, span.ends_at, BUSY)


def _entry(
    day: DiaryDay, starts_at: datetime, ends_at: datetime, look: str, people: Iterable[EntryPerson] = ()
) -> DiaryEntry:
    within = max(starts_at, day.begins), min(ends_at, day.ends)
    return DiaryEntry(*within, look=look, times=times(*within, day), people=tuple(people))


def _person(appointment: Appointment) -> EntryPerson:
    what = f"{appointment.get_kind_display()}, {appointment.location.name}"
    return EntryPerson(appointment.enquiry_id, formatting.who(appointment.enquiry), what, _state(appointment))


def _state(appointment: Appointment) -> str:
    if appointment.status == Status.PROPOSED and appointment.held_until:
        return f"Offered, held until {formatting.moment(appointment.held_until)}"
    if appointment.status == Status.PENDING and appointment.rank in CHOICES:
        return f"Asked for, their {CHOICES[appointment.rank]}"
    return appointment.get_status_display()
