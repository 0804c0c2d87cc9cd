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
from practice.models import Location

FORWARD = [date(2026, 3, 29), date(2027, 3, 28)]
BACK = [date(2026, 10, 25), date(2027, 10, 31)]
SUNDAY = 6


@pytest.fixture
def room(db):
    return Location.objects.get(slug="harley-street")


@pytest.fixture
def kind(db):
    AppointmentType.objects.update(publishes_times=True, minutes=20, minutes_after=10, every=30)
    return AppointmentType.objects.get(slug="complimentary-consultation")


@pytest.fixture(params=["weekly", "extra"])
def open_at_night(request, room):
    """From midnight to four on London's clock: three hours in spring, five in autumn."""

    def opened(day):
        hours = {"location": room, "opens": time(0), "closes": time(4)}
        if request.param == "weekly":
            return WeeklyHours.objects.create(weekday=SUNDAY, **hours)
        return OpeningException.objects.create(is_open=True, first_day=day, last_day=day, **hours)

    return opened


def a_week_before(day):
    return datetime.combine(day - timedelta(days=6), time(12), UTC)


def offered(kind, room, day):
    now = a_week_before(day)
    times = availability.free(kind, room, availability.rules_for(kind, now), now, answer_by=None)
    return [one for one in times if localdate(one) == day]


@pytest.mark.parametrize(("day", "hours"), [*((day, 3) for day in FORWARD), *((day, 5) for day in BACK)])
def test_every_offered_moment_is_there_once(kind, room, open_at_night, day, hours):
    open_at_night(day)
    times = offered(kind, room, day)

    midnight = datetime.combine(day, time(0), LONDON).astimezone(UTC)
    assert times == [midnight + timedelta(minutes=30 * number) for number in range(2 * hours)]
    shown = Counter(f"{one.astimezone(LONDON):%H:%M}" for one in times)
    twice = {"01:00": 2, "01:30": 2} if hours == 5 else {}
    never = {"01:00", "01:30"} if hours == 3 else set()
    on_the_clock = {f"{hour:02}:{minute:02}" for hour in range(4) for minute in (0, 30)}
    assert shown == {at: twice.get(at, 1) for at in on_the_clock - never}


@pytest.mark.parametrize("day", [*FORWARD, *BACK])
def test_what_is_chosen_is_what_is_booked(kind, room, open_at_night, receive, actor, day):
    """Each of the moments by another person, those that the clock shows twice included."""
    open_at_night(day)
    now, times = a_week_before(day), offered(kind, room, day)

    for moment in times:
        [wanted] = appointments.request_slots(receive(now=now), [Slot(moment, room)], now)
        appointments.accept_request(wanted, now, actor=actor, draft=None)

    booked = Appointment.objects.booked().order_by("starts_at")
    assert [one.starts_at for one in booked] == times
    assert {one.ends_at - one.starts_at for one in booked} == {timedelta(minutes=20)}
    taken = [number for one in booked for number in one.covers]
    assert len(taken) == len(set(taken)) == OccupiedCell.objects.count() == 6 * len(times)
    assert offered(kind, room, day) == []


@pytest.mark.parametrize("day", BACK)
def test_the_second_of_two_like_hours_is_another_time(kind, room, open_at_night, receive, actor, day):
    """Said alike on the clock, an hour apart in truth."""
    open_at_night(day)
    first, second = (one for one in offered(kind, room, day) if f"{one.astimezone(LONDON):%H:%M}" == "01:00")
    assert second - first == timedelta(hours=1)
    appointments.book_agreed(receive(), Slot(first, room), a_week_before(day), actor=actor)

    left = offered(kind, room, day)
    assert first not in left
    assert second in left


@pytest.mark.parametrize("day", FORWARD)
def test_a_moment_of_the_missing_hour_is_the_one_after_it(kind, room, open_at_night, receive, day):
    """The clock never shows 01:30; the moment that arithmetic gives is half past two, which is offered by that name."""
    open_at_night(day)
    missing = datetime.combine(day, time(1, 30), LONDON)
    real = datetime.combine(day, time(1, 30), UTC)
    assert missing.astimezone(UTC) == real
    now = a_week_before(day)
    [wanted] = appointments.request_slots(receive(now=now), [Slot(real, room)], now)
    assert formatting.moment(wanted.starts_at).endswith("02:30")


@pytest.mark.parametrize("day", [*FORWARD, *BACK])
@pytest.mark.parametrize("minutes", [-30, 5])
def test_nothing_beside_the_hours_can_be_chosen(kind, room, open_at_night, receive, day, minutes):
    open_at_night(day)
    moment = offered(kind, room, day)[0] + timedelta(minutes=minutes)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(receive(), [Slot(moment, room)], a_week_before(day))


def test_cells_are_counted_through_the_change():
    """An appointment over the moment of the change is as long as any other."""
    for day in (*FORWARD, *BACK):
        change = datetime.combine(day, time(1), UTC)
        covered = cells.covered(change - timedelta(minutes=30), change + timedelta(minutes=30))
        assert len(covered) == 12
