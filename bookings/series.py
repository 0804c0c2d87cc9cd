"""The acts on a series of appointments: agree on it, change it, pause it, end it, and add what comes into view.

Each act is one transaction that first locks the diary. An appointment of a series is moved or cancelled alone as any
other (bookings/appointments.py).
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import F, Q

from bookings import booking, enquiries, formatting, locking, offers, series_days
from bookings.actor import Actor
from bookings.enquiries import ReplyDraft, is_repeated
from bookings.events import record_act
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Purpose, Series, SkippedDay
from bookings.series_days import PLACED_WEEKS, PlannedDay
from bookings.slot import Slot
from practice.clock import from_wall_clock

DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


def agree(
    series: Series, now: datetime, *, actor: Actor, draft: ReplyDraft | None, books_closed_days: bool = False
) -> list[Appointment]:
    """Save the series and book its appointments; without a draft, the person was told otherwise.

    Closed days are left out, unless she books them all the same; days that are taken are asked about on the desk.
    Return nothing on a second click. Raises SlotUnavailable where the first time is taken, and NotAllowed.
    """
    with locking.diary_locked(now):
        enquiry = Enquiry.objects.select_for_update().get(pk=series.enquiry_id)
        if is_repeated(draft, is_done=_stands_already(series)):
            return []
        ensure_sensible(series, now)
        offers.withdraw_open_slots(enquiry, actor, now)
        series.enquiry, series.made_at = enquiry, now
        planned = series_days.plan(series, now)
        series_days.ensure_bookable(planned, books_closed_days=books_closed_days)
        series.save()
        booked = series_days.place(
            series, planned, now, actor=actor, books_closed_days=books_closed_days, is_asked=True
        )
        record_act(enquiry, f"Series booked: {formatting.series(series)}", actor, now)
        booking.settle(enquiry, actor, now)
        _send(draft, booked[0], Purpose.SERIES, actor, now)
    return booked


def change(
    appointment: Appointment,
    series: Series,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None,
    version: int | None = None,
    books_closed_days: bool = False,
) -> list[Appointment]:
    """Let another series take over from this appointment on. The appointments stay the same ones in every calendar.

    `version` is the sequence of the appointment that the therapist saw. Exceptions as in `agree`.
    """
    with locking.diary_locked(now):
        current = booking.lock_appointment(appointment)
        if is_repeated(draft, is_done=_stands_already(series)):
            return []
        former = _series_of(current, version, now)
        ensure_sensible(series, now)
        series.enquiry, series.made_at = current.enquiry, now
        moving = rest_of_series(current, now)
        planned = series_days.plan(series, now, without=[each.pk for each in moving])
        series_days.ensure_bookable(planned, books_closed_days=books_closed_days)
        _end_before(former, current)
        series.save()
        booked = series_days.place(
            series, planned, now, actor=actor, books_closed_days=books_closed_days, is_asked=True, moving=moving
        )
        record_act(current.enquiry, f"Series changed: {formatting.series(series)}", actor, now)
        _send(draft, booked[0], Purpose.CHANGE, actor, now)
    return booked


def end(
    appointment: Appointment, now: datetime, *, actor: Actor, draft: ReplyDraft | None, version: int | None = None
) -> list[Appointment]:
    """End the series before this appointment: cancel it and all later ones. Exceptions as in `change`."""
    with locking.diary_locked(now):
        current = booking.lock_appointment(appointment)
        if is_repeated(draft, is_done=current.status == Appointment.Status.CANCELLED):
            return []
        former = _series_of(current, version, now)
        cancelled = _call_off(rest_of_series(current, now), actor, now)
        _end_before(former, current)
        record_act(current.enquiry, f"Series ended before {formatting.moment(current.starts_at)}", actor, now)
        booking.answer_after_cancelling(current.enquiry, actor, now)
        _send(draft, cancelled[0], Purpose.END, actor, now)
    return cancelled


def pause(
    appointment: Appointment,
    last_day: date,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None,
    version: int | None = None,
) -> list[Appointment]:
    """Leave out this appointment and the later ones up to and including `last_day`. Exceptions as in `change`."""
    with locking.diary_locked(now):
        current = booking.lock_appointment(appointment)
        if is_repeated(draft, is_done=current.status == Appointment.Status.CANCELLED):
            return []
        former, first_day = _series_of(current, version, now), _day_of(current)
        if last_day < first_day:
            raise NotAllowed("The pause ends before it begins.")
        if former.last_day and former.last_day <= last_day:
            raise NotAllowed("Nothing would come after this pause. End the series instead.")
        paused = [each for each in rest_of_series(current, now) if _day_of(each) <= last_day]
        cancelled = _call_off(paused, actor, now)
        ahead = former.recurrence.days(until=last_day, after=max(former.placed_until or first_day, first_day))
        series_days.skip(former, [(day, SkippedDay.Reason.CHOSEN) for day in ahead], is_settled=True)
        record_act(current.enquiry, f"Series paused until {formatting.day(last_day)}", actor, now)
        booking.answer_after_cancelling(current.enquiry, actor, now)
        _send(draft, cancelled[0], Purpose.PAUSE, actor, now)
    return cancelled


def leave_out(days: Iterable[SkippedDay]) -> int:
    """Settle that nothing is booked on these days, and return how many were still asked about."""
    return SkippedDay.objects.filter(pk__in=[day.pk for day in days], is_settled=False).update(is_settled=True)


def book_all_the_same(skipped: SkippedDay, now: datetime, *, actor: Actor) -> Appointment | None:
    """Book a day that was left out; None on a second click. Raises SlotUnavailable, also where the time is over."""
    with locking.diary_locked(now):
        days = SkippedDay.objects.select_related("series__location", "series__appointment_type")
        current = days.filter(pk=skipped.pk).first()
        if current is None:
            return None
        series = current.series
        series.enquiry = Enquiry.objects.select_for_update().get(pk=series.enquiry_id)
        slot = Slot(from_wall_clock(current.day, series.at), series.location)
        booking.ensure_clear(series.appointment_type, slot, now, minutes=series.minutes)
        current.delete()
        booked = series_days.book(series, PlannedDay(current.day, slot), actor, now)
        record_act(series.enquiry, f"Booked: {formatting.time_and_place(booked)}", actor, now)
        booking.settle(series.enquiry, actor, now)
    return booked


def roll_on(now: datetime) -> None:
    """Place what has come into the next half year, with no query for what stands there already."""
    until = series_days.horizon(now)
    behind = Series.objects.filter(placed_until__lt=until).filter(Q(last_day=None) | Q(last_day__gt=F("placed_until")))
    nothing_due = []
    for series in behind.select_related("enquiry", "location", "appointment_type"):
        if next(series.recurrence.days(until=until, after=series.placed_until), None):
            with locking.diary_locked(now):
                _roll_on(series, now)
        else:
            nothing_due.append(series.pk)
    Series.objects.filter(pk__in=nothing_due, placed_until__lt=until).update(placed_until=until)


def rest_of_series(appointment: Appointment, now: datetime) -> list[Appointment]:
    """Return this appointment and the later ones of its series that are still to come, in the order of the series."""
    if appointment.series_id is None:
        return []
    rest = Appointment.objects.booked().filter(
        series=appointment.series_id, series_day__gte=appointment.series_day, starts_at__gt=now
    )
    return list(rest.select_related("enquiry", "location", "appointment_type").order_by("series_day"))


def forget_orphans(now: datetime) -> None:
    """Delete the series of enquiries that the previous release has erased. RETENTION_TASKS calls this."""
    Series.objects.exclude(enquiry__in=Enquiry.objects.values("pk")).delete()


def ensure_sensible(series: Series, now: datetime) -> None:
    """Raise NotAllowed where a series can't be agreed on like that."""
    if series.last_day and series.last_day < series.first_day:
        raise NotAllowed("The series ends before it begins.")
    if from_wall_clock(series.first_day, series.at) <= now:
        raise NotAllowed("The first appointment would be over. Choose a day to come.")
    if series.first_day > series_days.horizon(now):
        raise NotAllowed(f"Let the series begin within the next {PLACED_WEEKS} weeks.")


def _roll_on(series: Series, now: datetime) -> None:
    series.refresh_from_db(fields=["last_day", "placed_until"])
    series.enquiry = Enquiry.objects.select_for_update().get(pk=series.enquiry_id)
    booked = series_days.place(series, series_days.plan(series, now), now, actor=Actor.SYSTEM)
    if booked:
        booking.settle(series.enquiry, Actor.SYSTEM, now)


def _stands_already(series: Series) -> bool:
    """Return whether the enquiry has just this series, as after a second click."""
    names = ("appointment_type_id", "location_id", "first_day", "at", "minutes", "every_weeks", "last_day")
    same = {name: getattr(series, name) for name in names}
    return Series.objects.filter(enquiry=series.enquiry_id, **same).exists()


def _series_of(appointment: Appointment, version: int | None, now: datetime) -> Series:
    """Return the series of an appointment to come. Raises NotAllowed where there is none, or it has changed since."""
    booking.ensure_version(appointment, version)
    if appointment.series is None or not appointment.is_to_come(now):
        raise NotAllowed("Only a series with this appointment still to come can be changed from here on.")
    return Series.objects.select_related("location", "appointment_type").get(pk=appointment.series.pk)


def _day_of(appointment: Appointment) -> date:
    if appointment.series_day is None:  # the database refuses that
        raise ValueError("The appointment belongs to no series.")
    return appointment.series_day


def _end_before(series: Series, appointment: Appointment) -> None:
    last_day = _day_of(appointment) - DAY
    Series.objects.filter(pk=series.pk).update(last_day=last_day)
    series.skipped_days.filter(day__gt=last_day).delete()


def _call_off(appointments: list[Appointment], actor: Actor, now: datetime) -> list[Appointment]:
    for each in appointments:
        booking.call_off(each, actor, now)
    return appointments


def _send(draft: ReplyDraft | None, first: Appointment, purpose: Purpose, actor: Actor, now: datetime) -> None:
    if draft:
        enquiries.reply(first.enquiry, draft, purpose=purpose, appointment=first, actor=actor, now=now)
