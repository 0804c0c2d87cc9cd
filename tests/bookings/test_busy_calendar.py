"""Reading the other calendar, and what a broken one can’t do."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

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


def raise_unreachable(address, **_):
    raise CalendarError("The calendar’s server takes too long to respond.")


def read_calendar(now=NOW, fetch=lambda address, **_: LUNCH):
    return busy_calendar.read_if_due(now, fetch)


def busy_spans():
    return list(BusySpan.objects.values_list("starts_at", "ends_at"))


def test_events_are_busy_and_their_titles_are_not_stored(booking_settings):
    assert read_calendar()

    assert busy_spans() == [(TEN, TEN + timedelta(hours=1))]
    assert {field.name for field in BusySpan._meta.fields} == {"id", "starts_at", "ends_at"}
    booking_settings.refresh_from_db()
    assert (booking_settings.busy_read_at, booking_settings.busy_problem) == (NOW, "")


@pytest.fixture
def free_times(booking_settings):
    """The first free times at a moment."""
    harley_street = Location.objects.get(slug="harley-street")
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens="09:00", closes="12:00")
    AppointmentType.objects.update(minutes=60, minutes_after=0)
    kind = AppointmentType.objects.get(slug="private-session")

    def times(now=NOW):
        rules = availability.rules_for(kind, now)
        return availability.free(kind, harley_street, rules, now, answer_by=None)[:3]

    return times


def test_busy_times_are_not_free(free_times):
    read_calendar(fetch=lambda address, **_: LUNCH.replace(b"20261201T", b"20261202T"))
    assert TEN in free_times()
    read_calendar(NOW + timedelta(hours=1))
    assert TEN not in free_times()
    assert TEN - timedelta(hours=1) in free_times()


def test_nothing_is_free_while_the_calendar_is_not_known(free_times):
    assert free_times() == []
    read_calendar(fetch=raise_unreachable)
    assert free_times() == []
    read_calendar(NOW + timedelta(hours=1))
    assert free_times(NOW + timedelta(hours=1))
    assert free_times(NOW + timedelta(hours=1) + busy_calendar.STALE_AFTER)
    assert free_times(NOW + timedelta(hours=1, seconds=1) + busy_calendar.STALE_AFTER) == []
    BookingSettings.objects.update(busy_address="")
    assert free_times(NOW + timedelta(hours=9))


def test_entries_that_are_not_understood_are_named_and_the_rest_is_busy(booking_settings):
    odd = b"BEGIN:VEVENT\r\nDTSTART:202612%02dT990000Z\r\nEND:VEVENT\r\n"
    content = LUNCH.replace(b"END:VCALENDAR", b"".join(odd % day for day in range(2, 7)) + b"END:VCALENDAR")
    assert read_calendar(fetch=lambda address, **_: content)

    booking_settings.refresh_from_db()
    assert (TEN, TEN + timedelta(hours=1)) in busy_spans()
    assert booking_settings.busy_read_at == NOW
    assert booking_settings.busy_problem == (
        "5 entries weren’t understood: 2 December 2026, 3 December 2026, 4 December 2026 and others. "
        "Please check them there."
    )
    assert busy_calendar.is_read_in_part(booking_settings)
    assert not busy_calendar.is_stale(booking_settings, NOW)


def test_a_large_calendar_may_be_downloaded(monkeypatch):
    limits = {}
    monkeypatch.setattr("bookings.ical.fetch", lambda address, **given: limits.update(given))
    busy_calendar.fetch_calendar(ADDRESS)
    assert limits["max_bytes"] >= 20_000_000


def test_the_calendar_is_read_every_15_minutes_by_one_worker(booking_settings):
    assert read_calendar()
    assert not read_calendar(NOW + timedelta(minutes=14))
    assert read_calendar(NOW + timedelta(minutes=15))


def test_without_an_address_nothing_is_read(db):
    assert not read_calendar(fetch=pytest.fail)


@pytest.mark.parametrize("content", [b"<html>", b"BEGIN:VCALENDAR", b""])
def test_an_invalid_calendar_keeps_the_times_read_last(booking_settings, content):
    read_calendar()

    assert not read_calendar(NOW + timedelta(hours=1), lambda address, **_: content)

    assert busy_spans() == [(TEN, TEN + timedelta(hours=1))]
    booking_settings.refresh_from_db()
    assert booking_settings.busy_read_at == NOW
    assert booking_settings.busy_problem


def test_an_unreachable_calendar_keeps_the_times_and_becomes_stale(booking_settings):
    read_calendar()
    later = NOW + busy_calendar.STALE_AFTER

    assert not read_calendar(later, raise_unreachable)

    booking_settings.refresh_from_db()
    assert busy_spans()
    assert booking_settings.busy_problem == "The calendar’s server takes too long to respond."
    assert not busy_calendar.is_stale(booking_settings, later)
    assert busy_calendar.is_stale(booking_settings, later + timedelta(seconds=1))


def test_the_next_success_replaces_the_times_and_clears_the_problem(booking_settings):
    read_calendar()
    read_calendar(NOW + timedelta(hours=1), raise_unreachable)
    assert read_calendar(NOW + timedelta(hours=2), lambda address, **_: LUNCH.replace(b"20261201T", b"20261202T"))

    assert busy_spans() == [(TEN + timedelta(days=1), TEN + timedelta(days=1, hours=1))]
    booking_settings.refresh_from_db()
    assert (booking_settings.busy_read_at, booking_settings.busy_problem) == (NOW + timedelta(hours=2), "")


def test_an_unexpected_error_is_reported_without_the_address(booking_settings, caplog):
    def raise_error(address, **_):
        raise RuntimeError(address)

    assert not read_calendar(fetch=raise_error)

    booking_settings.refresh_from_db()
    assert booking_settings.busy_problem == busy_calendar.UNEXPECTED
    assert "secret-address" not in caplog.text


def test_times_read_from_an_old_address_are_not_saved(booking_settings):
    def change_address(address, **_):
        current = BookingSettings.objects.get()
        current.busy_address = "https://calendar.example/another.ics"
        current.save()
        return LUNCH

    assert not read_calendar(fetch=change_address)
    assert not busy_spans()


def test_removing_the_address_frees_its_times(booking_settings):
    read_calendar()
    busy_calendar.forget()
    assert not busy_spans()


@pytest.fixture
def calendar_file(tmp_path):
    path = tmp_path / "calendar.ics"
    path.write_bytes(LUNCH.replace(b"20261201T", b"20260610T"))
    return path


def test_the_command_prints_busy_times_in_london(calendar_file, capsys):
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        call_command("read_calendar", str(calendar_file))
    assert capsys.readouterr().out == "2026-06-10T11:00:00+01:00/2026-06-10T12:00:00+01:00\n"


def test_the_command_names_what_it_does_not_understand(calendar_file, capsys):
    calendar_file.write_bytes(calendar_file.read_bytes().replace(b"T110000Z", b"T990000Z"))
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False), pytest.raises(SystemExit, match="1"):
        call_command("read_calendar", str(calendar_file))
    assert capsys.readouterr().out.splitlines() == [
        "2026-06-10T00:00:00+01:00/2026-06-11T00:00:00+01:00",
        "Not understood: The entry of 10 June 2026 has times that can’t be read, so its whole day is busy.",
    ]


@pytest.mark.parametrize("content", [None, b"<html>"])
def test_the_command_fails_without_a_calendar(tmp_path, content):
    path = tmp_path / "calendar.ics"
    if content:
        path.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("read_calendar", str(path))
