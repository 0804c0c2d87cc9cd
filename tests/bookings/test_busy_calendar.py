"""Reading the other calendar, and what a broken one can’t do."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings import availability, busy_calendar
from bookings.ical import CalendarError
from bookings.models import AppointmentType, BookingSettings, BusySpan, WeeklyHours
from practice.models import Location
from tests.bookings.conftest import NOW

ADDRESS = "https://calendar.example/secret-address.ics"
LUNCH = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20261101T000000Z\r
DTSTART:20261201T100000Z\r
DTEND:20261201T110000Z\r
SUMMARY:Lunch with Ann\r
END:VEVENT\r
END:VCALENDAR\r
"""
TEN = datetime(2026, 12, 1, 10, tzinfo=UTC)


@pytest.fixture
def booking_settings(db):
    booking_settings = BookingSettings.objects.get()
    booking_settings.busy_address = ADDRESS
    booking_settings.save()
    return booking_settings


def unreachable(address):
    raise CalendarError("The calendar’s server takes too long to respond.")


def read(now=NOW, fetch=lambda address: LUNCH):
    return busy_calendar.read_if_due(now, fetch)


def spans():
    return list(BusySpan.objects.values_list("starts_at", "ends_at"))


def test_events_are_busy_and_their_titles_are_not_stored(booking_settings):
    assert read()

    assert spans() == [(TEN, TEN + timedelta(hours=1))]
    assert {field.name for field in BusySpan._meta.fields} == {"id", "starts_at", "ends_at"}
    booking_settings.refresh_from_db()
    assert (booking_settings.busy_read_at, booking_settings.busy_problem) == (NOW, "")


def test_busy_times_are_not_free(booking_settings):
    harley_street = Location.objects.get(slug="harley-street")
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens="09:00", closes="12:00")
    AppointmentType.objects.update(minutes=60, minutes_after=0)
    kind = AppointmentType.objects.get(slug="private-session")

    def free():
        return availability.free(kind, harley_street, availability.rules_for(kind, NOW), NOW)[:3]

    assert TEN in free()
    read()
    assert TEN not in free()
    assert TEN - timedelta(hours=1) in free()


def test_the_calendar_is_read_every_15_minutes_by_one_worker(booking_settings):
    assert read()
    assert not read(NOW + timedelta(minutes=14))
    assert read(NOW + timedelta(minutes=15))


def test_without_an_address_nothing_is_read(db):
    assert not read(fetch=pytest.fail)


@pytest.mark.parametrize("content", [b"<html>", b"BEGIN:VCALENDAR", b""])
def test_an_invalid_calendar_keeps_the_times_read_last(booking_settings, content):
    read()

    assert not read(NOW + timedelta(hours=1), lambda address: content)

    assert spans() == [(TEN, TEN + timedelta(hours=1))]
    booking_settings.refresh_from_db()
    assert booking_settings.busy_read_at == NOW
    assert booking_settings.busy_problem


def test_an_unreachable_calendar_keeps_the_times_and_becomes_stale(booking_settings):
    read()
    later = NOW + busy_calendar.STALE_AFTER

    assert not read(later, unreachable)

    booking_settings.refresh_from_db()
    assert spans()
    assert booking_settings.busy_problem == "The calendar’s server takes too long to respond."
    assert not busy_calendar.is_stale(booking_settings, later)
    assert busy_calendar.is_stale(booking_settings, later + timedelta(seconds=1))


def test_the_next_success_replaces_the_times_and_clears_the_problem(booking_settings):
    read()
    read(NOW + timedelta(hours=1), unreachable)
    assert read(NOW + timedelta(hours=2), lambda address: LUNCH.replace(b"20261201T", b"20261202T"))

    assert spans() == [(TEN + timedelta(days=1), TEN + timedelta(days=1, hours=1))]
    booking_settings.refresh_from_db()
    assert (booking_settings.busy_read_at, booking_settings.busy_problem) == (NOW + timedelta(hours=2), "")


def test_an_unexpected_error_is_reported_without_the_address(booking_settings, caplog):
    def fail(address):
        raise RuntimeError(address)

    assert not read(fetch=fail)

    booking_settings.refresh_from_db()
    assert booking_settings.busy_problem == busy_calendar.UNEXPECTED
    assert "secret-address" not in caplog.text


def test_times_read_from_an_old_address_are_not_saved(booking_settings):
    def change_address(address):
        current = BookingSettings.objects.get()
        current.busy_address = "https://calendar.example/another.ics"
        current.save()
        return LUNCH

    assert not read(fetch=change_address)
    assert not spans()


def test_removing_the_address_frees_its_times(booking_settings):
    read()
    busy_calendar.forget()
    assert not spans()
