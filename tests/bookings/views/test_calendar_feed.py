"""The address that the therapist's own calendar subscribes to."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bookings import appointments
from bookings.enquiries import ReplyDraft
from bookings.models import Appointment, BookingSettings
from bookings.slot import Slot
from bookings.views import calendar_feed
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def read_feed(client):
    def get(address, at=NOW):
        with time_machine.travel(at, tick=False):
            response = client.get(address.removeprefix("http://127.0.0.1:8000"))
            return response, b"".join(response.streaming_content) if response.streaming else response.content

    return get


def feed_events(content):
    return Calendar.from_ical(content).walk("VEVENT")


def test_the_feed_shows_booked_and_held_times_without_names(make_enquiry, read_feed, actor, harley_street):
    asking = make_enquiry()
    booked = appointments.book_agreed(asking, Slot(TEN, harley_street), NOW, actor=actor)
    offered = Slot(TEN + timedelta(days=1), harley_street)
    draft = ReplyDraft("s", "b", "5a1f8f0c-4f3e-4a58-9d0c-2d2f8b1f6f10")
    [held] = appointments.offer(make_enquiry(), [offered], NOW + timedelta(days=2), NOW, actor=actor, draft=draft)

    response, content = read_feed(calendar_feed.new_address())

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    assert [(event["UID"], event["STATUS"]) for event in feed_events(content)] == [
        (booked.uid, "CONFIRMED"),
        (held.uid, "TENTATIVE"),
    ]
    assert feed_events(content)[0]["SUMMARY"] == f"Appointment, ref {asking.reference}"
    assert b"Zo" not in content
    assert b"Harley" not in content


def test_a_moved_appointment_is_the_same_event_at_another_time(make_enquiry, read_feed, actor, harley_street):
    booked = appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), NOW, actor=actor)
    appointments.move(booked, Slot(TEN + timedelta(hours=2), harley_street), NOW, actor=actor)

    [event] = feed_events(read_feed(calendar_feed.new_address())[1])

    assert (event["UID"], event["SEQUENCE"], event.start) == (booked.uid, 1, TEN + timedelta(hours=2))


def test_an_expired_offer_is_not_in_the_feed(make_enquiry, read_feed, actor, harley_street):
    draft = ReplyDraft("s", "b", "5a1f8f0c-4f3e-4a58-9d0c-2d2f8b1f6f10")
    time = Slot(TEN, harley_street)
    appointments.offer(make_enquiry(), [time], NOW + timedelta(days=2), NOW, actor=actor, draft=draft)

    assert not feed_events(read_feed(calendar_feed.new_address(), NOW + timedelta(days=2))[1])


def test_names_are_in_the_feed_only_if_the_therapist_chooses(make_enquiry, read_feed, actor, harley_street):
    appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), NOW, actor=actor)
    BookingSettings.objects.update(feed_details=True)

    [event] = feed_events(read_feed(calendar_feed.new_address())[1])

    assert event["SUMMARY"] == "Zoë O’Hara: Complimentary consultation"
    assert event["LOCATION"] == "Harley Street"


def test_a_new_address_replaces_the_old_one(read_feed, db):
    former = calendar_feed.new_address()
    address = calendar_feed.new_address()
    assert read_feed(former)[0].status_code == 404
    assert read_feed(address)[0].status_code == 200

    calendar_feed.end()
    assert read_feed(address)[0].status_code == 404


def test_the_address_is_not_in_the_database(db):
    token = re.search(r"/calendar/(.+)\.ics", calendar_feed.new_address())[1]
    assert len(token) == 32
    assert token not in BookingSettings.objects.get().feed_digest


def test_an_empty_digest_gives_no_access(read_feed, db):
    BookingSettings.objects.update(feed_digest="")
    assert read_feed(f"/calendar/{'x' * 32}.ics")[0].status_code == 404


def test_two_thousand_appointments_are_streamed(make_enquiry, private, harley_street, client, monkeypatch):
    """Nothing is read before the first line is out, and one appointment before its own lines, not two thousand."""
    asking = make_enquiry()
    Appointment.objects.bulk_create(
        Appointment(
            enquiry=asking,
            appointment_type=private,
            location=harley_street,
            starts_at=NOW + timedelta(hours=number),
            ends_at=NOW + timedelta(hours=number, minutes=50),
            status=Appointment.Status.BOOKED,
            made_at=NOW,
        )
        for number in range(2000)
    )
    response = client.get(calendar_feed.new_address().removeprefix("http://127.0.0.1:8000"))
    pieces = iter(response.streaming_content)

    made, from_db = [], Appointment.from_db
    monkeypatch.setattr(Appointment, "from_db", lambda *row: made.append(1) or from_db(*row))

    with CaptureQueriesContext(connection) as before_the_first:
        head = next(pieces)
    assert b"BEGIN:VCALENDAR" in head
    assert b"VEVENT" not in head
    assert not before_the_first

    while b"END:VEVENT" not in head:
        head += next(pieces)
    assert len(made) == 1
    assert len(feed_events(head + b"".join(pieces))) == len(made) == 2000
