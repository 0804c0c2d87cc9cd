"""Which times are free, read from the diary; the rules themselves are in bookings/scheduling."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import starmap
from typing import NamedTuple

from bookings import busy_calendar
from bookings.models import Appointment, AppointmentType, BookingSettings, BusySpan, OpeningException, WeeklyHours
from bookings.scheduling import cells
from bookings.scheduling.free_times import SlotTerms, free_times
from bookings.scheduling.opening_hours import ExceptionRule, OpenSpan, WeeklyRule, open_spans
from practice.clock import localdate
from practice.models import Location

ROOM = Location.Kind.ROOM.value
WEEKLY = ("location", "weekday", "opens", "closes")
LONGEST = timedelta(days=1)  # an appointment with what is kept free around it and the way between two rooms


class HeldTime(NamedTuple):
    """The cells that an appointment takes from the diary, its buffers (minutes) included."""

    first: int
    end: int
    before: int
    after: int
    location: int
    place: str  # the kind of that location
    appointment_type: int

    @property
    def starts_at(self) -> datetime:
        return cells.begins(self.first) + timedelta(minutes=self.before)

    def keeps_from(self, location: Location, terms: SlotTerms, travel: int) -> range:
        """Return the cells that it leaves to nobody there: with its buffers, or the way between two rooms if longer."""
        if self.location == location.pk or not self.place == location.kind == ROOM:
            return range(self.first, self.end)
        before, after = cells.count(travel - terms.after - self.before), cells.count(travel - terms.before - self.after)
        return range(self.first - before, self.end + after)


@dataclass(frozen=True)
class AvailabilityRules:
    """All that decides what is free in a stretch of time, read at once."""

    diary: BookingSettings
    weekly: list[WeeklyRule]
    exceptions: list[ExceptionRule]
    held: list[HeldTime]
    busy: list[range]


def read_rules(
    begins: datetime,
    ends: datetime,
    now: datetime,
    *,
    without: Appointment | None = None,
    without_keys: Collection[int] = (),
    diary_row: BookingSettings | None = None,
) -> AvailabilityRules:
    """Read the rules in five queries, or four with the diary's row. What moves isn't in its own way."""
    begins, ends = begins - LONGEST, ends + LONGEST
    first_day, last_day = localdate(begins), localdate(ends)
    held = Appointment.objects.holding().overlapping(begins, ends)
    held = held.exclude(status=Appointment.Status.PROPOSED, held_until__lte=now)
    if without or without_keys:
        held = held.exclude(pk__in=[*without_keys, *([without.pk] if without else [])])
    fields = [
        "first_cell",
        "end_cell",
        "minutes_before",
        "minutes_after",
        "location",
        "location__kind",
        "appointment_type",
    ]
    return AvailabilityRules(
        diary=diary_row or BookingSettings.load(),
        weekly=list(starmap(WeeklyRule, WeeklyHours.objects.order_by().values_list(*WEEKLY))),
        exceptions=OpeningException.objects.rules(first_day, last_day),
        held=list(starmap(HeldTime, held.values_list(*fields).order_by())),
        busy=[
            cells.covered(*span)
            for span in BusySpan.objects.filter(starts_at__lt=ends, ends_at__gt=begins).values_list(
                "starts_at", "ends_at"
            )
        ],
    )


def rules_for(
    appointment_type: AppointmentType, now: datetime, *, without: Appointment | None = None
) -> AvailabilityRules:
    """Return the rules of the days on which such an appointment may be chosen."""
    return read_rules(now, now + timedelta(days=appointment_type.horizon_days), now, without=without)


def free(
    appointment_type: AppointmentType,
    location: Location,
    rules: AvailabilityRules,
    now: datetime,
    *,
    answer_by: datetime | None,
) -> list[datetime]:
    """Return when a person may begin such an appointment there (UTC, the earliest first).

    A request needs an answer, so for one no time is free that begins before the answer is promised. Without
    `answer_by`, the time is booked at once.
    None while the therapist's other calendar was never read or not for hours: nobody knows when she is busy.
    """
    if busy_calendar.is_stale(rules.diary, now):
        return []
    terms = appointment_type.terms
    opening = list(_opening(location, rules, now, appointment_type.horizon_days))
    times = free_times(opening, _taken(location, rules, terms), terms, now)
    times = [time for time in times if answer_by is None or time >= answer_by]
    if appointment_type.daily_cap is None:
        return times
    held_that_day = Counter(
        localdate(held.starts_at) for held in rules.held if held.appointment_type == appointment_type.pk
    )
    return [time for time in times if held_that_day[localdate(time)] < appointment_type.daily_cap]


def is_clear(
    appointment_type: AppointmentType,
    location: Location,
    starts_at: datetime,
    rules: AvailabilityRules,
    minutes: int | None = None,
) -> bool:
    """Return whether no other appointment, nor the way to it, is in the way; hours and busy time don't matter.

    It is as long as its type says, or `minutes`.
    """
    ends_at = starts_at + timedelta(minutes=minutes or appointment_type.minutes)
    needed = cells.covered(
        starts_at - timedelta(minutes=appointment_type.minutes_before),
        ends_at + timedelta(minutes=appointment_type.minutes_after),
    )
    return not any(
        taken.start < needed.stop and needed.start < taken.stop
        for taken in (
            held.keeps_from(location, appointment_type.terms, rules.diary.travel_minutes) for held in rules.held
        )
    )


def is_open(location: Location, starts_at: datetime, ends_at: datetime, rules: AvailabilityRules) -> bool:
    """Return whether the location is open then."""
    spans = opening(location, localdate(starts_at), rules)
    return any(span.starts_at <= starts_at and ends_at <= span.ends_at for span in spans)


def opening(location: Location, day: date, rules: AvailabilityRules) -> list[OpenSpan]:
    """Return when the location is open on that day.

    One without weekly hours is always open, but for days that are closed and bank holidays.
    """
    weekly = [rule for rule in rules.weekly if rule.location == location.pk]
    always = [WeeklyRule(location.pk, weekday, time.min, time.max) for weekday in range(7)]
    rests = rules.diary.rests_on_bank_holidays
    return open_spans(location.pk, day, weekly or always, rules.exceptions, rests_on_bank_holidays=rests)


def _opening(location: Location, rules: AvailabilityRules, now: datetime, days: int) -> Iterator[OpenSpan]:
    today = localdate(now)
    weekly = [rule for rule in rules.weekly if rule.location == location.pk]
    for number in range(days + 1):
        yield from open_spans(
            location.pk,
            today + timedelta(days=number),
            weekly,
            rules.exceptions,
            rests_on_bank_holidays=rules.diary.rests_on_bank_holidays,
        )


def _taken(location: Location, rules: AvailabilityRules, terms: SlotTerms) -> list[range]:
    return [*rules.busy, *(held.keeps_from(location, terms, rules.diary.travel_minutes) for held in rules.held)]
