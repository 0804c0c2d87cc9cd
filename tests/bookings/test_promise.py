from datetime import UTC, datetime

import pytest

from bookings.promise import reply_due


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
