"""A clock that jumped by more than a day erases nothing until a second look a day later agrees."""

from datetime import timedelta

import pytest

from bookings import retention
from bookings.models import Enquiry
from practice.models import SiteState
from tests.bookings.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEARS = timedelta(days=400)
EXPIRED = NOW - timedelta(days=40)


@pytest.fixture(autouse=True)
def _within_a_transaction(monkeypatch):
    """SQLite can't empty its log while the test's transaction is open."""
    monkeypatch.setattr(retention, "checkpoint_sqlite", lambda: None)


@pytest.fixture
def enquiry(make_enquiry):
    """Return an enquiry that is kept until a month from now."""
    enquiry = make_enquiry()
    Enquiry.objects.update(keep_until=(NOW + timedelta(days=30)).date())
    retention.tidy(NOW)
    return enquiry


def is_kept():
    return Enquiry.objects.exists()


def tidy_hourly(start, end):
    while start < end:
        retention.tidy(start)
        start += HOUR


def test_an_hourly_look_erases_what_has_expired(enquiry):
    Enquiry.objects.update(keep_until=EXPIRED.date())

    retention.tidy(NOW + HOUR)

    assert not is_kept()


@pytest.mark.parametrize("jump", [YEARS, timedelta(days=3650), timedelta(days=31, hours=5)])
def test_a_jump_forwards_erases_nothing_for_a_day(enquiry, jump):
    tidy_hourly(NOW + jump, NOW + jump + DAY)
    assert is_kept()

    retention.tidy(NOW + jump + DAY)
    assert not is_kept()


def test_a_jump_forwards_that_is_set_right_erases_nothing(enquiry):
    tidy_hourly(NOW + YEARS, NOW + YEARS + 5 * HOUR)
    tidy_hourly(NOW + 5 * HOUR, NOW + 3 * DAY)

    assert is_kept()


@pytest.mark.parametrize("jump", [DAY + HOUR, YEARS])
def test_a_jump_backwards_erases_nothing_for_a_day(enquiry, jump):
    Enquiry.objects.update(keep_until=(NOW - YEARS - DAY).date())

    tidy_hourly(NOW - jump, NOW - jump + DAY)
    assert is_kept()

    retention.tidy(NOW - jump + DAY)
    assert not is_kept()


def test_a_clock_that_goes_on_jumping_is_never_believed(enquiry):
    for jumps in range(1, 20):
        retention.tidy(NOW + jumps * YEARS)
        retention.tidy(NOW + HOUR)

    assert is_kept()


def test_a_second_look_just_after_the_jump_does_not_agree(enquiry):
    retention.tidy(NOW + YEARS)
    retention.tidy(NOW + YEARS + DAY - timedelta(minutes=1))

    assert is_kept()


def test_a_change_of_less_than_a_day_is_no_jump(enquiry):
    Enquiry.objects.update(keep_until=EXPIRED.date())

    retention.tidy(NOW + timedelta(hours=23))

    assert not is_kept()


def test_nothing_else_is_forgotten_either_and_the_log_says_why(enquiry, settings, caplog):
    settings.RETENTION_TASKS = ["tests.bookings.test_clock_jumps.fail"]

    retention.tidy(NOW + YEARS)

    assert "The clock has jumped by more than a day" in caplog.text


def fail(now):
    raise AssertionError("A task ran.")


def test_a_daily_run_still_erases(enquiry):
    """The second of two runs, each a little more than a day after the last, agrees."""
    Enquiry.objects.update(keep_until=EXPIRED.date())

    retention.tidy(NOW + timedelta(hours=24, minutes=1))
    retention.tidy(NOW + timedelta(hours=48, minutes=2))

    assert not is_kept()


def test_the_look_is_remembered(enquiry):
    retention.tidy(NOW + HOUR)

    assert SiteState.load().tidied_at == NOW + HOUR
