"""Opening hours in London time, also on days when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.scheduling.opening_hours import ExceptionRule, OpenSpan, WeeklyRule, open_spans
from practice.clock import LONDON, midnight

HARLEY_STREET, ST_PAULS = 1, 2
MONDAY = date(2026, 12, 7)
SPRING = [date(2026, 3, 29), date(2027, 3, 28)]
AUTUMN = [date(2026, 10, 25), date(2027, 10, 31)]
OFFICE = [WeeklyRule(HARLEY_STREET, weekday, time(9), time(17)) for weekday in range(5)]


def london_times(spans):
    """Return start and end in London time."""
    return [tuple(at.astimezone(LONDON).strftime("%H:%M") for at in (span.starts_at, span.ends_at)) for span in spans]


def open_times(day, *exceptions, weekly=OFFICE, location=HARLEY_STREET, **options):
    return london_times(open_spans(location, day, weekly, exceptions, **options))


def test_weekly_hours_apply_to_their_own_location():
    assert open_times(MONDAY) == [("09:00", "17:00")]
    assert open_times(MONDAY, location=ST_PAULS) == []
    assert open_times(MONDAY + timedelta(days=5)) == []


def test_overlapping_and_adjacent_hours_are_merged():
    hours = [(9, 12), (11, 13), (13, 14), (16, 16), (15, 16)]
    weekly = [WeeklyRule(HARLEY_STREET, 0, time(opens), time(closes)) for opens, closes in hours]
    assert open_times(MONDAY, weekly=weekly) == [("09:00", "14:00"), ("15:00", "16:00")]


def test_closed_times_and_closed_days_are_removed():
    lunch = ExceptionRule(False, MONDAY, MONDAY, opens=time(12), closes=time(13))
    assert open_times(MONDAY, lunch) == [("09:00", "12:00"), ("13:00", "17:00")]
    holiday = ExceptionRule(False, MONDAY - timedelta(days=3), MONDAY)
    assert open_times(MONDAY, holiday) == []
    assert open_times(MONDAY + timedelta(days=1), holiday) == [("09:00", "17:00")]


def test_a_single_location_can_be_closed():
    weekly = [*OFFICE, WeeklyRule(ST_PAULS, 0, time(10), time(12))]
    closed = ExceptionRule(False, MONDAY, MONDAY, location=ST_PAULS)
    assert open_times(MONDAY, closed, weekly=weekly) == [("09:00", "17:00")]
    assert open_times(MONDAY, closed, weekly=weekly, location=ST_PAULS) == []


def test_extra_hours_open_a_closed_day_and_closed_times_override_them():
    saturday = MONDAY + timedelta(days=5)
    extra = ExceptionRule(True, saturday, saturday, HARLEY_STREET, time(10), time(13))
    assert open_times(saturday, extra) == [("10:00", "13:00")]
    closed = ExceptionRule(False, saturday, saturday, opens=time(12), closes=time(18))
    assert open_times(saturday, closed, extra) == [("10:00", "12:00")]


def test_bank_holidays_are_closed_by_default_and_without_extra_hours():
    boxing_day_moved = date(2026, 12, 28)
    extra = ExceptionRule(True, boxing_day_moved, boxing_day_moved, HARLEY_STREET, time(10), time(11))
    assert open_times(boxing_day_moved) == []
    assert open_times(boxing_day_moved, rests_on_bank_holidays=False) == [("09:00", "17:00")]
    assert open_times(boxing_day_moved, extra) == [("10:00", "11:00")]


@pytest.mark.parametrize(("day", "offset"), [(date(2026, 3, 27), 0), (date(2026, 3, 30), 1)])
def test_hours_follow_the_clock_before_and_after_a_clock_change(day, offset):
    [span] = open_spans(HARLEY_STREET, day, OFFICE)
    assert span == OpenSpan(
        datetime(day.year, day.month, day.day, 9 - offset, tzinfo=UTC),
        datetime(day.year, day.month, day.day, 17 - offset, tzinfo=UTC),
    )


@pytest.mark.parametrize("day", [*SPRING, *AUTUMN])
def test_each_hour_of_a_clock_change_day_is_as_the_clock_shows(day):
    day_begins = midnight(day)
    passed = 0
    for hour in range(24):
        span = open_spans(HARLEY_STREET, day, [WeeklyRule(HARLEY_STREET, 6, time(hour), time(23, 59))])[0]
        shown = span.starts_at.astimezone(LONDON)
        skipped = day in SPRING and hour == 1
        assert shown.replace(tzinfo=None) == datetime.combine(day, time(hour + skipped))
        passed = (span.starts_at - day_begins) // timedelta(hours=1)
    assert passed == (22 if day in SPRING else 24)


@pytest.mark.parametrize(("days", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_a_clock_change_day_is_an_hour_shorter_or_longer(days, hours):
    for day in days:
        [span] = open_spans(HARLEY_STREET, day, [WeeklyRule(HARLEY_STREET, 6, time.min, time.max)])
        assert span.ends_at - span.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize("day", AUTUMN)
def test_the_repeated_hour_is_open_twice(day):
    [span] = open_spans(HARLEY_STREET, day, [WeeklyRule(HARLEY_STREET, 6, time(1), time(1, 30))])
    assert span.ends_at - span.starts_at == timedelta(minutes=90)


@pytest.mark.parametrize("day", SPRING)
@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (time(0, 30), time(1, 30), [("00:30", "02:00")]),
        (time(1, 30), time(2, 30), [("02:00", "02:30")]),
        (time(1, 15), time(1, 45), []),
    ],
)
def test_skipped_times_are_the_moment_of_the_clock_change(day, opens, closes, expected):
    assert open_times(day, weekly=[WeeklyRule(HARLEY_STREET, 6, opens, closes)]) == expected
