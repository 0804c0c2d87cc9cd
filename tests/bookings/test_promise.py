from datetime import UTC, date, datetime

import pytest

from bookings.promise import LONDON, reply_due, still_away


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

    assert reply_due(utc(received), days).astimezone(UTC) == utc(due)


def london(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("away_until", "due"),
    [
        ("2026-12-07", "2026-12-08 17:00"),  # back on a Monday
        ("2026-12-05", "2026-12-07 17:00"),  # back on a Saturday
        ("2026-11-24", "2026-11-25 17:00"),  # back today
        ("2026-01-01", "2026-11-25 17:00"),  # long over
    ],
)
def test_while_the_therapist_is_away_the_promise_counts_from_the_day_of_return(away_until, due):
    assert reply_due(london("2026-11-24 12:00"), 1, date.fromisoformat(away_until)) == london(due)


def test_a_complaint_is_answered_within_thirty_days_even_while_the_therapist_is_away():
    away_until = date(2027, 3, 1)

    assert reply_due(london("2026-11-24 12:00"), 1, away_until, is_complaint=True) == london("2026-12-23 17:00")
    assert reply_due(london("2026-11-24 12:00"), 1, is_complaint=True) == london("2026-11-25 17:00")


def test_who_is_back_today_is_not_away():
    now = london("2026-11-24 12:00")

    assert still_away(date(2026, 11, 25), now) == date(2026, 11, 25)
    assert [still_away(day, now) for day in (date(2026, 11, 24), date(2026, 11, 23), None)] == [None, None, None]
