"""Which messages carry a calendar file, and that they go without it rather than not at all."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from bookings import appointments
from bookings.actor import Actor
from bookings.enquiries import ReplyDraft
from bookings.messages import calendar_files
from bookings.models import Appointment, BookingSettings
from bookings.slot import Slot
from bookings.worker import delivery
from practice.models import Location
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def book_appointment(make_enquiry, actor):
    """An appointment of someone who allows a calendar file, or does not."""

    def book(allowed=True, draft=None):
        time = Slot(TEN, Location.objects.get(slug="harley-street"))
        return appointments.book_agreed(make_enquiry(calendar_ok=allowed), time, NOW, actor=actor, draft=draft)

    return book


@pytest.fixture
def deliver_emails(mailoutbox):
    """What the person has been sent since it was last asked."""

    def send():
        del mailoutbox[:]
        delivery.send_due(lambda: NOW + timedelta(seconds=1))
        return [message for message in mailoutbox if message.to == ["zoe@example.org"]]

    return send


def new_draft():
    return ReplyDraft("Your appointment", "Until then.", uuid.uuid4())


def calendar_parts(message):
    """(content type with its method, what is in the calendar) of each calendar part of the message as it is sent."""
    parts = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"]
    return [(part["Content-Type"], Calendar.from_ical(part.get_payload(decode=True))) for part in parts]


def test_a_confirmation_carries_it_inline_and_attached(book_appointment, deliver_emails):
    appointment = book_appointment(draft=new_draft())

    parts = calendar_parts(deliver_emails()[-1])

    assert len(parts) == 2
    for kind, calendar in parts:
        event = calendar.walk("VEVENT")[0]
        assert 'method="REQUEST"' in kind or "method=REQUEST" in kind
        assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", appointment.uid, 0)
        assert (event.start, event.end) == (TEN, appointment.ends_at)
        assert (event["SUMMARY"], event["CLASS"]) == ("Appointment", "PRIVATE")
        assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:website@localhost", "mailto:zoe@example.org")
        assert "DESCRIPTION" not in event
        assert "LOCATION" not in event


def test_request_move_and_cancel_speak_of_the_same_event(book_appointment, deliver_emails, actor):
    appointment = book_appointment(draft=new_draft())
    seen = calendar_parts(deliver_emails()[-1])[:1]
    to = Slot(TEN + timedelta(days=1), appointment.location)
    appointments.move(appointment, to, NOW, actor=actor, draft=new_draft())
    seen += calendar_parts(deliver_emails()[-1])[:1]
    appointments.cancel(appointment, NOW, actor=Actor.PERSON)
    seen += calendar_parts(deliver_emails()[-1])[:1]

    assert [calendar["METHOD"] for _, calendar in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [re.search(r'method="?(\w+)', kind)[1] for kind, _ in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [calendar.walk("VEVENT")[0]["SEQUENCE"] for _, calendar in seen] == [0, 1, 2]
    assert {calendar.walk("VEVENT")[0]["UID"] for _, calendar in seen} == {appointment.uid}


def test_nobody_gets_it_who_did_not_allow_it(book_appointment, deliver_emails):
    appointment = book_appointment(allowed=False, draft=new_draft())
    appointments.cancel(appointment, NOW, actor=Actor.PERSON)

    messages = deliver_emails()

    assert len(messages) == 2  # confirmed, cancelled
    assert not any(calendar_parts(message) for message in messages)


def test_an_offer_carries_none(make_enquiry, actor, deliver_emails):
    time = Slot(TEN, Location.objects.get(slug="harley-street"))
    offered = make_enquiry(calendar_ok=True)
    appointments.offer(offered, [time], NOW + timedelta(days=2), NOW, actor=actor, draft=new_draft())

    assert not any(calendar_parts(message) for message in deliver_emails())


def test_a_file_that_cannot_be_written_never_stops_the_mail(book_appointment, deliver_emails, monkeypatch, caplog):
    monkeypatch.setattr(calendar_files, "invite", lambda *_: 1 / 0)
    book_appointment(draft=new_draft())

    messages = deliver_emails()

    assert messages[-1].body == "Until then."
    assert not calendar_parts(messages[-1])
    assert "goes without its calendar file (ZeroDivisionError)" in caplog.text


def test_the_title_in_a_calendar_can_be_changed(book_appointment, deliver_emails):
    BookingSettings.objects.update(calendar_title="Dentist")
    book_appointment(draft=new_draft())
    assert calendar_parts(deliver_emails()[-1])[0][1].walk("VEVENT")[0]["SUMMARY"] == "Dentist"


def test_a_reminder_carries_none(book_appointment, mailoutbox):
    book_appointment()
    delivery.send_due(lambda: TEN - timedelta(hours=1))

    assert "coming up" in mailoutbox[-1].subject
    assert not calendar_parts(mailoutbox[-1])


def test_what_was_moved_while_its_letter_waited_is_told_as_it_is_now(book_appointment, deliver_emails, therapist):
    appointment = book_appointment(draft=new_draft())
    Appointment.objects.update(starts_at=TEN + timedelta(hours=1), ends_at=TEN + timedelta(hours=2), sequence=1)

    event = calendar_parts(deliver_emails()[-1])[0][1].walk("VEVENT")[0]

    assert (event["UID"], event["SEQUENCE"], event.start) == (appointment.uid, 1, TEN + timedelta(hours=1))
