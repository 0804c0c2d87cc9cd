"""The days of a series: which of them can be booked, and their appointments. The callers have locked the diary."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings import availability, booking, fees
from bookings.actor import Actor
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.models import Appointment, OccupiedCell, Series, SkippedDay
from bookings.scheduling.working_days import bank_holidays
from bookings.slot import Slot
from practice.clock import from_wall_clock, is_on_clock, localdate

PLACED_WEEKS = 26
Reason = SkippedDay.Reason


@dataclass(frozen=True)
class PlannedDay:
    """A day of a series, the slot that it leads to, and what is in its way."""

    day: date
    slot: Slot
    obstacle: Reason | None = None

    @property
    def is_closed(self) -> bool:
        return self.obstacle in (Reason.BANK_HOLIDAY, Reason.CLOSED, Reason.AWAY)

    def is_left_out(self, *, books_closed_days: bool) -> bool:
        """Return whether nothing is booked on it: closed days are booked where the therapist chose that."""
        return self.obstacle is not None and not (books_closed_days and self.is_closed)


def horizon(now: datetime) -> date:
    """Return the last day in London until which series are placed."""
    return localdate(now) + timedelta(weeks=PLACED_WEEKS)


def plan(series: Series, now: datetime, *, without: Collection[int] = ()) -> list[PlannedDay]:
    """Return the days of the series that are still to be placed, in five queries.

    The appointments whose keys are in `without` are in nobody's way, because they are about to move.
    """
    days = list(series.recurrence.days(until=horizon(now), after=series.placed_until))
    if not days:
        return []
    slots = [Slot(from_wall_clock(day, series.at), series.location) for day in days]
    rules = availability.read_rules(slots[0].starts_at, slots[-1].starts_at, now, without_keys=without)
    return [PlannedDay(day, slot, _obstacle(series, day, slot, rules)) for day, slot in zip(days, slots, strict=True)]


def ensure_bookable(planned: list[PlannedDay], *, books_closed_days: bool) -> None:
    """Raise SlotUnavailable for a series whose first time is taken, and NotAllowed for one without any appointment."""
    if planned and planned[0].obstacle == Reason.TAKEN:
        raise SlotUnavailable(f"{planned[0].slot}, is taken, or too near to another appointment.")
    if all(each.is_left_out(books_closed_days=books_closed_days) for each in planned):
        raise NotAllowed("No day of this series can be booked: each one is closed, taken or missing from the clock.")


def place(
    series: Series,
    planned: list[PlannedDay],
    now: datetime,
    *,
    actor: Actor,
    books_closed_days: bool = False,
    is_asked: bool = False,
    moving: Iterable[Appointment] = (),
) -> list[Appointment]:
    """Book the planned days, first with the `moving` appointments, and keep which days are left out.

    What is taken is asked about on the desk, and what is closed, unless the therapist `is_asked` before.
    """
    left_out = [each for each in planned if each.is_left_out(books_closed_days=books_closed_days)]
    decided = set(series.skipped_days.values_list("day", flat=True)) if planned else set()
    wanted = [each for each in planned if each not in left_out and each.day not in decided]
    booked = _move_there(series, wanted, list(moving), actor, now)
    booked += [book(series, each, actor, now) for each in wanted[len(booked) :]]
    skip(series, [(each.day, each.obstacle) for each in left_out if is_asked and each.is_closed], is_settled=True)
    skip(series, [(each.day, each.obstacle) for each in left_out], is_settled=False)
    Series.objects.filter(pk=series.pk).update(placed_until=horizon(now))
    return booked


def skip(series: Series, days: Iterable[tuple[date, Reason | None]], *, is_settled: bool) -> None:
    """Keep that there is no appointment on these days. What was kept before stays as it is."""
    skipped = [
        SkippedDay(series=series, day=day, reason=reason, is_settled=is_settled) for day, reason in days if reason
    ]
    SkippedDay.objects.bulk_create(skipped, ignore_conflicts=True)


def book(series: Series, planned: PlannedDay, actor: Actor, now: datetime) -> Appointment:
    """Book one day of the series, with its reminders. Raises SlotUnavailable."""
    appointment = booking.create(
        series.enquiry,
        series.appointment_type,
        planned.slot,
        now,
        minutes=series.minutes,
        series=series,
        series_day=planned.day,
    )
    booking.confirm(appointment, actor, now)
    return appointment


def _move_there(
    series: Series, wanted: list[PlannedDay], moving: list[Appointment], actor: Actor, now: datetime
) -> list[Appointment]:
    """Give the moving appointments the first of the wanted days in order, and cancel those for which none is left."""
    OccupiedCell.objects.filter(appointment__in=moving).delete()  # so that none of them is in the way of another
    for rest in moving[len(wanted) :]:
        booking.call_off(rest, actor, now)
    moved = list(zip(moving, wanted, strict=False))
    for appointment, planned in moved:
        if appointment.appointment_type_id != series.appointment_type_id:
            appointment.appointment_type = series.appointment_type
            fees.copy_fee(appointment)
        appointment.enquiry = series.enquiry
        appointment.series, appointment.series_day = series, planned.day
        booking.put(appointment, planned.slot, now, minutes=series.minutes)
    return [appointment for appointment, _ in moved]


def _obstacle(series: Series, day: date, slot: Slot, rules: availability.AvailabilityRules) -> Reason | None:
    if not is_on_clock(day, series.at):
        return Reason.NO_TIME
    if rules.diary.rests_on_bank_holidays and day in bank_holidays(day.year):
        return Reason.BANK_HOLIDAY
    ends_at = slot.starts_at + timedelta(minutes=series.minutes)
    for rule in rules.exceptions:
        if not rule.is_open and rule.covers_part_of(slot.location.pk, slot.starts_at, ends_at):
            return Reason.AWAY if rule.is_absence else Reason.CLOSED
    is_clear = availability.is_clear(series.appointment_type, slot.location, slot.starts_at, rules, series.minutes)
    return None if is_clear else Reason.TAKEN
