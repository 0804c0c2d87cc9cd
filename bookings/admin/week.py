"""Days of the diary: opening hours, appointments, offers, requested times and busy times.

`gather` reads everything at once; `days` arranges it without further queries.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import groupby

import holidays
from django.db.models import Q

from bookings import formatting
from bookings.models import Appointment, BookingSettings, BusySpan, Enquiry, OpeningException, WeeklyHours
from bookings.scheduling.opening_hours import ExceptionRule, OpenSpan, WeeklyRule, open_spans
from practice.clock import midnight
from practice.models import Location

Status = Appointment.Status
CHOICES = {1: "first choice", 2: "second choice", 3: "third choice"}
BUSY = "busy"
KINDS = {Status.PENDING: "asked", Status.PROPOSED: "held"}  # other statuses are their own kind


@dataclass(frozen=True)
class WeekData:
    """The rows that a number of days show."""

    diary: BookingSettings
    locations: dict[int, str]  # names of active locations
    weekly: list[WeeklyRule]
    exceptions: list[ExceptionRule]
    appointments: list[Appointment]
    busy: list[OpenSpan]


@dataclass(frozen=True)
class EntryPerson:
    enquiry: int
    name: str
    summary: str  # type and location
    status: str


@dataclass(frozen=True)
class DiaryEntry:
    """One entry in the diary, within one day, in UTC. An entry without people is busy time."""

    starts_at: datetime
    ends_at: datetime
    kind: str  # a CSS class
    times: str
    people: tuple[EntryPerson, ...] = ()

    @property
    def start_label(self) -> str:
        return self.times.partition("–")[0]

    @property
    def end_label(self) -> str:
        """Return the rest of the times, such as “–10:50”."""
        return self.times.removeprefix(self.start_label)

    @property
    def rivals(self) -> int:
        """Return how many people requested this time, or 0 if only one did."""
        count = len({person.enquiry for person in self.people})
        return count if count > 1 else 0


@dataclass(frozen=True)
class DiaryDay:
    date: date
    begins: datetime
    ends: datetime
    holiday: str
    is_closed_for_holiday: bool
    opening: tuple[tuple[str, OpenSpan], ...]
    closed: tuple[str, ...]
    is_away: bool
    entries: tuple[DiaryEntry, ...]

    @property
    def hours(self) -> int:
        """Return 24, or 23 or 25 on days when the clocks change."""
        return (self.ends - self.begins) // timedelta(hours=1)

    @property
    def opening_labels(self) -> list[tuple[str, str]]:
        return [(location, times_label(span.starts_at, span.ends_at, self)) for location, span in self.opening]


def gather(first: date, count: int, now: datetime) -> WeekData:
    """Read everything that is shown of the days, in six queries."""
    begins, ends = midnight(first), midnight(first + timedelta(days=count))
    last = first + timedelta(days=count - 1)
    appointments = Appointment.objects.exclude(status=Status.CANCELLED).overlapping(begins, ends)
    appointments = appointments.exclude(status=Status.PROPOSED, held_until__lte=now)
    appointments = appointments.exclude(Q(status=Status.PENDING) & Q(enquiry__status=Enquiry.Status.SET_ASIDE))
    busy = BusySpan.objects.filter(starts_at__lt=ends, ends_at__gt=begins)
    return WeekData(
        diary=BookingSettings.load(),
        locations=dict(Location.objects.active().values_list("pk", "name")),
        weekly=[hours.rule for hours in WeeklyHours.objects.all()],
        exceptions=OpeningException.objects.rules(first, last),
        appointments=list(appointments.with_people().select_related("location", "appointment_type")),
        busy=[OpenSpan(*span) for span in busy.values_list("starts_at", "ends_at")],
    )


def days(first: date, count: int, data: WeekData) -> list[DiaryDay]:
    return [_day(first + timedelta(days=number), data) for number in range(count)]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def holiday_name(day: date) -> str:
    """Return the name of a bank holiday in England, or an empty string."""
    return _holiday_names(day.year).get(day, "")


@cache
def _holiday_names(year: int) -> dict[date, str]:
    # The library says “observed” where the government says “substitute day”.
    names = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return {day: name.replace("observed", "substitute day").replace("'", "’") for day, name in names.items()}


def times_label(starts_at: datetime, ends_at: datetime, day: DiaryDay) -> str:
    """Return times such as “10:00–10:50”, or “from 22:00” if they continue on the next day."""
    starts_today, ends_today = starts_at > day.begins, ends_at < day.ends
    if starts_today and ends_today:
        return f"{formatting.clock(starts_at)}–{formatting.clock(ends_at)}"
    if starts_today:
        return f"from {formatting.clock(starts_at)}"
    return f"until {formatting.clock(ends_at)}" if ends_today else "all day"


def _day(day: date, data: WeekData) -> DiaryDay:
    holiday, rests = holiday_name(day), data.diary.rests_on_bank_holidays
    opening = [
        (name, span)
        for location, name in data.locations.items()
        for span in open_spans(location, day, data.weekly, data.exceptions, rests_on_bank_holidays=rests)
    ]
    bare = DiaryDay(
        date=day,
        begins=midnight(day),
        ends=midnight(day + timedelta(days=1)),
        holiday=holiday,
        is_closed_for_holiday=bool(holiday) and rests,
        opening=tuple(sorted(opening, key=lambda item: item[1].starts_at)),
        closed=tuple(_closed(day, data)),
        is_away=any(rule.is_absence and rule.first_day <= day <= rule.last_day for rule in data.exceptions),
        entries=(),
    )
    entries = sorted([*_appointments(bare, data), *_busy(bare, data)], key=lambda entry: (entry.starts_at, entry.kind))
    return DiaryDay(**{**vars(bare), "entries": tuple(entries)})


def _closed(day: date, data: WeekData) -> Iterator[str]:
    for exception in data.exceptions:
        if exception.is_open or exception.is_absence or not exception.first_day <= day <= exception.last_day:
            continue
        location = f", {data.locations[exception.location]}" if exception.location in data.locations else ""
        if location or exception.location is None:
            is_all_day = exception.opens == time.min and exception.closes == time.max
            hours = "all day" if is_all_day else f"{exception.opens:%H:%M}–{exception.closes:%H:%M}"
            yield f"{hours}{location}"


def _appointments(day: DiaryDay, data: WeekData) -> Iterator[DiaryEntry]:
    """Yield the entries of a day. Everyone who requested the same time is in one entry."""

    def group_key(appointment: Appointment) -> tuple:
        is_pending = appointment.status == Status.PENDING
        return appointment.starts_at, not is_pending, 0 if is_pending else appointment.pk

    todays = [each for each in data.appointments if each.starts_at < day.ends and each.ends_at > day.begins]
    for _, group in groupby(sorted(todays, key=group_key), group_key):
        appointments = list(group)
        first = appointments[0]
        yield _entry(
            day,
            first.starts_at,
            max(appointment.ends_at for appointment in appointments),
            KINDS.get(Status(first.status), first.status),
            (_person(appointment) for appointment in appointments),
        )


def _busy(day: DiaryDay, data: WeekData) -> Iterator[DiaryEntry]:
    for span in data.busy:
        if span.starts_at < day.ends and span.ends_at > day.begins:
            yield _entry(day, span.starts_at, span.ends_at, BUSY)


def _entry(
    day: DiaryDay, starts_at: datetime, ends_at: datetime, kind: str, people: Iterable[EntryPerson] = ()
) -> DiaryEntry:
    span = max(starts_at, day.begins), min(ends_at, day.ends)
    return DiaryEntry(*span, kind=kind, times=times_label(*span, day), people=tuple(people))


def _person(appointment: Appointment) -> EntryPerson:
    summary = f"{appointment.appointment_type.name}, {appointment.location.name}"
    name = formatting.contact_name(appointment.enquiry)
    return EntryPerson(appointment.enquiry_id, name, summary, _status(appointment))


def _status(appointment: Appointment) -> str:
    if appointment.status == Status.PROPOSED and appointment.held_until:
        return f"Offered, held until {formatting.moment(appointment.held_until)}"
    if appointment.status == Status.PENDING and appointment.rank in CHOICES:
        return f"Requested, their {CHOICES[appointment.rank]}"
    return appointment.get_status_display()
