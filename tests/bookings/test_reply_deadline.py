from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.reply_deadline import ReplyPolicy, half_time
from bookings.scheduling.working_days import is_working_day
from practice.absence import Absence
from practice.clock import LONDON


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-24 12:00", 1, "2026-11-25 17:00"),  # Tuesday to Wednesday
        ("2026-11-27 18:00", 1, "2026-11-30 17:00"),  # Friday evening to Monday
        ("2026-11-28 09:00", 2, "2026-12-01 17:00"),  # Saturday to Tuesday
        ("2026-12-24 12:00", 1, "2026-12-29 17:00"),  # over Christmas; the 28th stands in for Boxing Day, a Saturday
        ("2026-12-31 12:00", 1, "2027-01-04 17:00"),  # over New Year's Day and a weekend
        ("2027-03-25 12:00", 1, "2027-03-30 16:00"),  # over Easter and into summer time: 17:00 is 16:00 UTC
        ("2026-06-01 23:30", 1, "2026-06-03 16:00"),  # half past midnight in London is the next day already
    ],
)
def test_the_reply_is_due_at_five_london_time_after_so_many_working_days(received, days, due):
    def utc(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert ReplyPolicy(days).deadline(utc(received)).astimezone(UTC) == utc(due)


def london_time(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        ("2026-11-20", "2026-12-06", "2026-12-08 17:00"),  # back on a Monday
        ("2026-11-20", "2026-12-04", "2026-12-07 17:00"),  # back on a Saturday
        ("2026-11-20", "2026-11-23", "2026-11-25 17:00"),  # back today
        ("2026-01-01", "2026-01-02", "2026-11-25 17:00"),  # long over
        ("2026-11-25", "2026-12-06", "2026-12-07 17:00"),  # away from tomorrow, so the first working day is the return
        ("2026-11-26", "2026-12-06", "2026-11-25 17:00"),  # not away yet
    ],
)
def test_days_away_do_not_count_for_the_promise(first, last, due):
    away = Absence(date.fromisoformat(first), date.fromisoformat(last))
    assert ReplyPolicy(1, away).deadline(london_time("2026-11-24 12:00")) == london_time(due)


def test_a_complaint_is_answered_within_thirty_days_even_while_the_therapist_is_away():
    received, away = london_time("2026-11-24 12:00"), ReplyPolicy(1, Absence(date(2026, 11, 20), date(2027, 2, 28)))

    assert away.deadline(received, is_complaint=True) == london_time("2026-12-23 17:00")
    assert ReplyPolicy(1).deadline(received, is_complaint=True) == london_time("2026-11-25 17:00")


@pytest.mark.parametrize(
    ("first", "last", "is_said"),
    [
        ("2026-11-20", "2026-11-24", True),  # back tomorrow
        ("2026-11-20", "2026-11-23", False),  # back today
        ("2026-11-26", "2026-11-27", True),
        ("2026-11-26", "2026-11-30", False),  # the answer is due on the last day: it was promised before
        ("2026-12-01", "2026-12-02", False),  # begins after the answer
    ],
)
def test_an_absence_is_said_to_those_whose_answer_comes_after_it(first, last, is_said):
    away = Absence(date.fromisoformat(first), date.fromisoformat(last))
    said = ReplyPolicy(1, away).absence_before(london_time("2026-11-30 17:00"), london_time("2026-11-24 12:00"))
    assert said == (away if is_said else None)


def test_half_time_leaves_out_the_days_away():
    away = Absence(date(2026, 11, 25), date(2026, 12, 6))
    policy = ReplyPolicy(2, away)

    assert policy.nudge_at(london_time("2026-11-24 13:00"), london_time("2026-12-08 17:00")) == london_time(
        "2026-12-07 15:00"
    )
    assert policy.nudge_at(london_time("2026-11-26 12:00"), london_time("2026-12-07 17:00")) == london_time(
        "2026-12-07 13:00"
    )


def test_a_promise_that_ends_on_a_day_away_is_remembered_before_the_absence():
    policy = ReplyPolicy(1, Absence(date(2026, 11, 25), date(2026, 12, 6)))

    assert policy.nudge_at(london_time("2026-11-24 13:00"), london_time("2026-11-25 17:00")) == london_time(
        "2026-11-24 15:00"
    )


def test_a_complaint_that_falls_due_within_an_absence_is_remembered_all_the_same():
    policy = ReplyPolicy(1, Absence(date(2026, 11, 1), date(2027, 2, 28)))
    received, due = london_time("2026-11-24 09:00"), london_time("2026-11-25 17:00")

    assert policy.nudge_at(received, due) == london_time("2026-11-24 17:00")


@pytest.mark.parametrize(
    ("received", "due", "half"),
    [
        ("2026-11-24 09:00", "2026-11-25 17:00", "2026-11-24 17:00"),  # two whole days
        ("2026-11-24 12:00", "2026-11-25 17:00", "2026-11-25 10:30"),  # Tuesday noon: 13 hours, the half of which is 6½
        ("2026-11-24 23:30", "2026-11-25 17:00", "2026-11-25 13:00"),  # in the night, when no hours pass
        ("2026-11-24 17:00", "2026-11-25 17:00", "2026-11-25 13:00"),  # when the day ends
        ("2026-11-27 15:00", "2026-11-30 17:00", "2026-11-30 12:00"),  # over a weekend: 2 + 8 hours
        ("2026-11-28 11:00", "2026-12-01 17:00", "2026-11-30 17:00"),  # on a Saturday
        ("2026-12-24 12:00", "2026-12-29 17:00", "2026-12-29 10:30"),  # over Christmas Day and the 28th, both holidays
        ("2026-10-23 16:00", "2026-10-26 17:00", "2026-10-26 12:30"),  # into winter time, on Sunday the 25th
        ("2026-03-27 16:00", "2026-03-30 17:00", "2026-03-30 12:30"),  # into summer time, on Sunday the 29th
    ],
)
def test_half_time_counts_the_hours_of_working_days(received, due, half):
    moment = half_time(london_time(received), london_time(due))

    assert moment == london_time(half)
    assert moment.tzinfo is LONDON


def test_on_the_days_of_the_change_half_time_is_by_the_clock_on_the_wall():
    """A moment given in UTC comes back in London time."""
    received, due = (datetime.fromisoformat(text) for text in ("2026-10-26T09:00Z", "2026-10-26T17:00Z"))
    assert half_time(received, due).isoformat() == "2026-10-26T13:00:00+00:00"

    received, due = (datetime.fromisoformat(text) for text in ("2026-03-30T08:00Z", "2026-03-30T16:00Z"))
    assert half_time(received, due).isoformat() == "2026-03-30T13:00:00+01:00"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-27 17:00", "2026-11-30 09:00"),  # nothing but a weekend
        ("2026-12-25 09:00", "2026-12-25 17:00"),  # a complaint whose thirty days end on a holiday
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-25 12:00", "2026-11-24 12:00"),  # due before it came
    ],
)
def test_where_no_working_time_lies_between_half_time_is_never_after_the_deadline(received, due):
    moment = half_time(london_time(received), london_time(due))

    assert min(london_time(received), london_time(due)) <= moment <= london_time(due)


def working_minutes(begins, ends):
    """Counted one by one."""
    minute, count = begins.astimezone(UTC), 0
    while minute < ends:
        local = minute.astimezone(LONDON)
        count += is_working_day(local.date()) and 9 <= local.hour < 17
        minute += timedelta(minutes=1)
    return count


@given(
    received=st.datetimes(datetime(2026, 3, 20), datetime(2027, 4, 5)).map(lambda at: at.replace(second=0, tzinfo=UTC)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=8)),
)
def test_as_many_working_minutes_lie_before_half_time_as_after_it(received, length):
    due = received + length
    half = half_time(received, due)

    assert received <= half <= due
    assert abs(working_minutes(received, half) - working_minutes(half, due)) <= 1
