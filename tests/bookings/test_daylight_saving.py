"""The days on which London's clock is changed: what is offered is there, and what is chosen is what is booked."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings import appointments, availability, formatting
from bookings.exceptions import SlotUnavailable
from bookings.models import Appointment, AppointmentType, OccupiedCell, OpeningException, WeeklyHours
from bookings.scheduling import cells
from bookings.slot import Slot
from practice.clock import LONDON, localdate

FORWARD = [date(2026, 3, 29), date(2027, 3, 28)]
BACK = [date(2026, 10, 25), date(2027, 10, 31)]
SUNDAY = 6


@pytest.fixture
def appointment_type(db):
    AppointmentType.objects.update(publishes_times=True, minutes=20, minutes_after=10, every=30)
    return AppointmentType.objects.get(slug="complimentary-consultation")


@pytest.fixture(params=["weekly", "extra"])
def open_nights(request, harley_street):
    """From midnight to four on London's clock: three hours in spring, five in autumn."""

    def opened(day):
        hours = {"location": harley_street, "opens": time(0), "closes": time(4)}
        if request.param == "weekly":
            return WeeklyHours.objects.create(weekday=SUNDAY, **hours)
        return OpeningException.objects.create(is_open=True, first_day=day, last_day=day, **hours)

    return opened


def a_week_before(day):
    return datetime.combine(day - timedelta(days=6), time(12), UTC)


def offered_times(appointment_type, harley_street, day):
    now = a_week_before(day)
    times = availability.free(
        appointment_type, harley_street, availability.rules_for(appointment_type, now), now, answer_by=None
    )
    return [moment for moment in times if localdate(moment) == day]


@pytest.mark.parametrize(("day", "hours"), [*((day, 3) for day in FORWARD), *((day, 5) for day in BACK)])
def test_every_offered_moment_is_there_once(appointment_type, harley_street, open_nights, day, hours):
    open_nights(day)
    times = offered_times(appointment_type, harley_street, day)

    midnight = datetime.combine(day, time(0), LONDON).astimezone(UTC)
    assert times == [midnight + timedelta(minutes=30 * number) for number in range(2 * hours)]
    counts = Counter(f"{moment.astimezone(LONDON):%H:%M}" for moment in times)
    twice = {"01:00": 2, "01:30": 2} if hours == 5 else {}
    never = {"01:00", "01:30"} if hours == 3 else set()
    on_the_clock = {f"{hour:02}:{minute:02}" for hour in range(4) for minute in (0, 30)}
    assert counts == {at: twice.get(at, 1) for at in on_the_clock - never}


@pytest.mark.parametrize("day", [*FORWARD, *BACK])
def test_what_is_chosen_is_what_is_booked(appointment_type, harley_street, open_nights, make_enquiry, actor, day):
    """Each of the moments by another person, those that the clock shows twice included."""
    open_nights(day)
    now, times = a_week_before(day), offered_times(appointment_type, harley_street, day)

    for moment in times:
        [requested] = appointments.request_slots(make_enquiry(now=now), [Slot(moment, harley_street)], now)
        appointments.accept_request(requested, now, actor=actor, draft=None)

    booked = Appointment.objects.booked().order_by("starts_at")
    assert [appointment.starts_at for appointment in booked] == times
    assert {appointment.ends_at - appointment.starts_at for appointment in booked} == {timedelta(minutes=20)}
    taken = [number for appointment in booked for number in appointment.covers]
    assert len(taken) == len(set(taken)) == OccupiedCell.objects.count() == 6 * len(times)
    assert offered_times(appointment_type, harley_street, day) == []


@pytest.mark.parametrize("day", BACK)
def test_the_second_of_two_like_hours_is_another_time(
    appointment_type, harley_street, open_nights, make_enquiry, actor, day
):
    """Said alike on the clock, an hour apart in truth."""
    open_nights(day)
    first, second = (
        moment
        for moment in offered_times(appointment_type, harley_street, day)
        if f"{moment.astimezone(LONDON):%H:%M}" == "01:00"
    )
    assert second - first == timedelta(hours=1)
    appointments.book_agreed(make_enquiry(), Slot(first, harley_street), a_week_before(day), actor=actor)

    remaining = offered_times(appointment_type, harley_street, day)
    assert first not in remaining
    assert second in remaining


@pytest.mark.parametrize("day", FORWARD)
def test_a_moment_of_the_missing_hour_is_the_one_after_it(
    appointment_type, harley_street, open_nights, make_enquiry, day
):
    """The clock never shows 01:30; the moment that arithmetic gives is half past two, which is offered by that name."""
    open_nights(day)
    missing = datetime.combine(day, time(1, 30), LONDON)
    real = datetime.combine(day, time(1, 30), UTC)
    assert missing.astimezone(UTC) == real
    now = a_week_before(day)
    [requested] = appointments.request_slots(make_enquiry(now=now), [Slot(real, harley_street)], now)
    assert formatting.moment(requested.starts_at).endswith("02:30")


@pytest.mark.parametrize("day", [*FORWARD, *BACK])
@pytest.mark.parametrize("minutes", [-30, 5])
def test_nothing_beside_the_hours_can_be_chosen(
    appointment_type, harley_street, open_nights, make_enquiry, day, minutes
):
    open_nights(day)
    moment = offered_times(appointment_type, harley_street, day)[0] + timedelta(minutes=minutes)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [Slot(moment, harley_street)], a_week_before(day))


def test_cells_are_counted_through_the_change():
    """An appointment over the moment of the change is as long as any other."""
    for day in (*FORWARD, *BACK):
        change = datetime.combine(day, time(1), UTC)
        covered = cells.covered(change - timedelta(minutes=30), change + timedelta(minutes=30))
        assert len(covered) == 12
