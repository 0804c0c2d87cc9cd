"""The therapist's other calendar, and what a bad one cannot do."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings import availability, busy_calendar
from bookings.ical.busy import CalendarError
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
def rules(db):
    found = BookingSettings.objects.get()
    found.busy_address = ADDRESS
    found.save()
    return found


def broken(address):
    raise CalendarError("The calendar’s server takes too long to respond.")


def read(now=NOW, fetch=lambda address: LUNCH):
    return busy_calendar.read_if_due(now, fetch)


def spans():
    return list(BusySpan.objects.values_list("starts_at", "ends_at"))


def test_its_events_are_busy_and_their_words_are_not_kept(rules):
    assert read()

    assert spans() == [(TEN, TEN + timedelta(hours=1))]
    assert {field.name for field in BusySpan._meta.fields} == {"id", "starts_at", "ends_at"}
    rules.refresh_from_db()
    assert (rules.busy_read_at, rules.busy_problem) == (NOW, "")


def test_nothing_is_offered_while_it_is_busy(rules):
    harley_street = Location.objects.get(slug="harley-street")
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens="09:00", closes="12:00")
    AppointmentType.objects.update(minutes=60, minutes_after=0)
    kind = AppointmentType.objects.get(kind="private")

    def free():
        return availability.free(kind, harley_street, availability.rules_for(kind, NOW), NOW)[:3]

    assert TEN in free()
    read()
    assert TEN not in free()
    assert TEN - timedelta(hours=1) in free()


def test_it_is_read_every_quarter_of_an_hour_by_one_sender(rules):
    assert read()
    assert not read(NOW + timedelta(minutes=14))
    assert read(NOW + timedelta(minutes=15))


def test_without_an_address_nothing_is_read(db):
    assert not read(fetch=pytest.fail)


@pytest.mark.parametrize("content", [b"<html>", b"BEGIN:VCALENDAR", b""])
def test_what_is_not_a_calendar_leaves_the_last_good_copy(rules, content):
    read()

    assert not read(NOW + timedelta(hours=1), lambda address: content)

    assert spans() == [(TEN, TEN + timedelta(hours=1))]
    rules.refresh_from_db()
    assert rules.busy_read_at == NOW
    assert rules.busy_problem


def test_a_calendar_that_cannot_be_reached_leaves_the_last_good_copy_and_grows_stale(rules):
    read()
    later = NOW + busy_calendar.STALE_AFTER

    assert not read(later, broken)

    rules.refresh_from_db()
    assert spans()
    assert rules.busy_problem == "The calendar’s server takes too long to respond."
    assert not busy_calendar.is_stale(rules, later)
    assert busy_calendar.is_stale(rules, later + timedelta(seconds=1))


def test_the_next_good_reading_replaces_what_was_read_and_what_was_wrong(rules):
    read()
    read(NOW + timedelta(hours=1), broken)
    assert read(NOW + timedelta(hours=2), lambda address: LUNCH.replace(b"20261201T", b"20261202T"))

    assert spans() == [(TEN + timedelta(days=1), TEN + timedelta(days=1, hours=1))]
    rules.refresh_from_db()
    assert (rules.busy_read_at, rules.busy_problem) == (NOW + timedelta(hours=2), "")


def test_an_unexpected_fault_is_a_sentence_and_names_no_address(rules, caplog):
    def fails(address):
        raise RuntimeError(address)

    assert not read(fetch=fails)

    rules.refresh_from_db()
    assert rules.busy_problem == busy_calendar.UNEXPECTED
    assert "secret-address" not in caplog.text


def test_what_was_read_of_a_former_address_counts_for_nothing(rules):
    def changed_meanwhile(address):
        current = BookingSettings.objects.get()
        current.busy_address = "https://calendar.example/another.ics"
        current.save()
        return LUNCH

    assert not read(fetch=changed_meanwhile)
    assert not spans()


def test_taking_the_address_away_frees_its_times(rules):
    read()
    busy_calendar.forget()
    assert not spans()
