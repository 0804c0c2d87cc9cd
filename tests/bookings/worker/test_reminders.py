"""Reminders of an appointment: when they leave, and what becomes of them when the appointment does."""

import smtplib
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from bookings import appointments
from bookings.actor import Actor
from bookings.models import AppointmentType, BookingSettings, Message, Person
from bookings.scheduling.quiet_hours import after_quiet, before_quiet
from bookings.slot import Slot
from bookings.worker import delivery
from tests.bookings.conftest import NOW
from tests.bookings.driven_clock import DrivenClock, format_time, london_time

pytestmark = pytest.mark.any_database

REMINDER = "Your appointment is coming up"
QUIET = (time(21), time(8))
DAYS_BEFORE = london_time("2026-11-28 20:00")  # the clock begins then: what should have left before would leave at once


@pytest.fixture
def book_appointment(make_enquiry, actor, harley_street):
    """An appointment agreed on 24 November 2026 at noon, or when the clock says."""

    def book(at, now=NOW, **changes):
        return appointments.book_agreed(
            make_enquiry(now, **changes), Slot(london_time(at), harley_street), now, actor=actor
        )

    return book


@pytest.fixture
def break_mail(monkeypatch):
    def start_refusing():
        def refuse(message, *args, **kwargs):
            raise smtplib.SMTPServerDisconnected("gone")

        monkeypatch.setattr(mail.EmailMessage, "send", refuse)
        return monkeypatch.undo

    return start_refusing


def reminders():
    return Message.objects.filter(kind="remind")


@pytest.mark.parametrize(
    ("hours", "again", "at", "sent_at"),
    [
        (24, None, "2026-12-01 10:00", ["Mon 30 Nov 10:00"]),
        (48, 2, "2026-12-01 11:00", ["Sun 29 Nov 11:00", "Tue 01 Dec 09:00"]),
        (24, 2, "2026-12-01 09:00", ["Mon 30 Nov 09:00", "Mon 30 Nov 21:00"]),  # 07:00 is quiet
        (24, None, "2026-12-01 21:30", ["Mon 30 Nov 21:00"]),
        (12, 11, "2026-12-01 09:00", ["Mon 30 Nov 21:00"]),  # both in the same night
        (24, 24, "2026-12-01 10:00", ["Mon 30 Nov 10:00"]),
        (None, None, "2026-12-01 10:00", []),
        (336, None, "2026-12-01 10:00", []),  # booked too late for it
    ],
)
def test_reminders_leave_so_many_hours_before_and_never_at_night(book_appointment, hours, again, at, sent_at):
    BookingSettings.objects.update(remind_hours=hours, remind_again_hours=again)
    book_appointment(at)
    clock = DrivenClock(DAYS_BEFORE, minutes=60)
    clock.run_until("2026-12-02 12:00")

    assert clock.delivered_at(REMINDER, to="zoe@example.org") == sent_at


@pytest.mark.parametrize(
    ("booked", "at", "sent_at"),
    [
        ("2026-10-22 12:00", "2026-10-25 10:00", "Sat 24 Oct 11:00"),  # the night is an hour longer
        ("2026-10-22 12:00", "2026-10-26 10:00", "Sun 25 Oct 10:00"),
        ("2027-03-25 12:00", "2027-03-28 10:00", "Sat 27 Mar 09:00"),  # and an hour shorter
        ("2027-03-25 12:00", "2027-03-29 10:00", "Sun 28 Mar 10:00"),
        ("2026-12-23 12:00", "2026-12-28 09:00", "Sun 27 Dec 09:00"),
    ],
)
def test_hours_are_hours_also_when_the_clock_is_changed(book_appointment, booked, at, sent_at):
    book_appointment(at, now=london_time(booked).astimezone(UTC))
    clock = DrivenClock(london_time(booked), minutes=60)
    clock.run_until(at)

    assert clock.delivered_at(REMINDER) == [sent_at]


def test_what_is_moved_is_reminded_of_at_its_new_time_only(book_appointment, actor, harley_street):
    appointment = book_appointment("2026-12-01 10:00")
    appointments.move(appointment, Slot(london_time("2026-12-03 15:00"), harley_street), NOW, actor=actor)
    clock = DrivenClock(DAYS_BEFORE, minutes=60)
    clock.run_until("2026-12-04 12:00")

    assert clock.delivered_at(REMINDER) == ["Wed 02 Dec 15:00"]
    body = next(message.body for message in mail.outbox if message.subject == REMINDER)
    assert "Thursday 3 December 2026, 15:00 to" in body
    assert not reminders().unsent().exists()


def test_what_is_moved_there_and_back_is_reminded_of_once(book_appointment, actor, harley_street):
    appointment = book_appointment("2026-12-01 10:00")
    for at in ("2026-12-03 15:00", "2026-12-01 10:00"):
        appointments.move(appointment, Slot(london_time(at), harley_street), NOW, actor=actor)
    clock = DrivenClock(DAYS_BEFORE, minutes=60)
    clock.run_until("2026-12-04 12:00")

    assert clock.delivered_at(REMINDER) == ["Mon 30 Nov 10:00"]


def test_what_is_cancelled_is_not_reminded_of_and_what_is_asked_back_is(book_appointment, therapist):
    kept, gone = (
        book_appointment("2026-12-01 10:00", email="kept@example.org"),
        book_appointment("2026-12-01 14:00", email="gone@example.org"),
    )
    for appointment in (kept, gone):
        appointments.cancel(appointment, NOW, actor=Actor.PERSON)
    appointments.take_back(kept, NOW + timedelta(minutes=30))
    clock = DrivenClock(DAYS_BEFORE, minutes=60)
    clock.run_until("2026-12-02 12:00")

    assert [(at, to) for at, to, subject in clock.deliveries if subject == REMINDER] == [
        ("Mon 30 Nov 10:00", "kept@example.org")
    ]
    assert not reminders().unsent().exists()


def test_who_gave_a_telephone_only_gets_nothing_by_email(book_appointment):
    book_appointment("2026-12-01 10:00", channel="phone", email="", phone="07700 900 982")
    book_appointment("2026-12-01 14:00", channel="phone", email="zoe@example.org", phone="07700 900 982")

    assert not reminders().exists()


def test_who_no_longer_allows_email_is_not_reminded(book_appointment):
    book_appointment("2026-12-01 10:00")
    person = Person.objects.get()
    person.channel, person.phone = "phone", "07700 900 982"
    person.save()
    clock = DrivenClock(DAYS_BEFORE, minutes=60)
    clock.run_until("2026-12-02 12:00")

    assert not [to for _, to, _ in clock.deliveries if to == "zoe@example.org"]
    assert not reminders().exists()


def test_what_has_begun_is_not_reminded_of(book_appointment):
    book_appointment("2026-12-01 10:00")
    clock = DrivenClock(london_time("2026-12-01 10:00"))

    assert not clock.delivered_at(REMINDER)
    assert not reminders().exists()


def test_other_hours_count_for_what_is_booked_from_then_on(book_appointment):
    book_appointment("2026-12-01 10:00", email="before@example.org")
    BookingSettings.objects.update(remind_hours=48)
    book_appointment("2026-12-01 14:00", email="after@example.org")

    assert [format_time(message.due_at) for message in reminders()] == ["Sun 29 Nov 14:00", "Mon 30 Nov 10:00"]


# Mail trouble -------------------------------------------------------------------------------------


def test_what_mail_held_up_until_the_night_leaves_in_the_morning(book_appointment, break_mail):
    """Due on Monday at 20:00; mail comes back at 23:00."""
    book_appointment("2026-12-01 20:00")
    mail_comes_back = break_mail()
    clock = DrivenClock(london_time("2026-11-30 19:45"))
    clock.run_until("2026-11-30 23:00")
    mail_comes_back()
    clock.run_until("2026-11-30 23:45")
    assert not delivery.health(clock.now).is_failing(clock.now)
    assert not delivery.health(clock.now).last_error
    clock.run_until("2026-12-01 20:00")

    assert clock.delivered_at(REMINDER) == ["Tue 01 Dec 08:00"]


def test_what_is_put_off_to_the_morning_begins_anew(book_appointment):
    book_appointment("2026-12-01 20:00")
    reminders().update(unwritable=True, refused=True, last_error="It can't be written.", attempts=3)
    late = london_time("2026-11-30 23:00")

    assert delivery.send_due(lambda: late) == 0
    reminder = reminders().get()
    assert (reminder.unwritable, reminder.refused, reminder.last_error) == (False, False, "")
    assert reminder.attempts == 3


def test_a_reminder_put_off_beyond_its_appointment_is_dropped(book_appointment, break_mail):
    BookingSettings.objects.update(remind_hours=12)
    book_appointment("2026-12-01 07:30")
    mail_comes_back = break_mail()
    clock = DrivenClock(london_time("2026-11-30 19:15"))
    clock.run_until("2026-11-30 23:00")
    mail_comes_back()
    clock.run_until("2026-12-01 09:00")

    assert not clock.delivered_at(REMINDER)
    assert not reminders().exists()


def test_a_note_of_delay_does_not_come_at_night_either_and_comes_once(make_enquiry, break_mail):
    make_enquiry(NOW)
    mail_comes_back = break_mail()
    clock = DrivenClock(london_time("2026-11-25 16:45"))
    clock.run_until("2026-11-25 22:30")
    mail_comes_back()
    clock.run_until("2026-11-26 12:00")

    assert clock.delivered_at("Your message is not forgotten") == ["Thu 26 Nov 08:00"]


@pytest.mark.parametrize(("minutes", "sent_at"), [(0, 1), (10, 1), (11, 0)])
def test_what_was_due_as_the_night_began_has_ten_minutes(book_appointment, minutes, sent_at):
    BookingSettings.objects.update(remind_hours=12)
    book_appointment("2026-12-01 09:00")
    Message.objects.exclude(kind="remind").delete()
    now = london_time("2026-11-30 21:00") + timedelta(minutes=minutes)

    assert delivery.send_due(lambda: now) == sent_at
    assert reminders().get().attempts == sent_at


def test_a_practice_without_quiet_hours_sends_at_any_hour(book_appointment):
    BookingSettings.objects.update(remind_hours=6, quiet_from=time(0), quiet_until=time(0))
    book_appointment("2026-12-01 09:00")
    clock = DrivenClock(london_time("2026-12-01 02:00"), minutes=5)
    clock.run_until("2026-12-01 04:00")

    assert clock.delivered_at(REMINDER) == ["Tue 01 Dec 03:00"]


@pytest.mark.parametrize(
    ("at", "quiet", "before", "after"),
    [
        ("2026-11-30 20:59", QUIET, "2026-11-30 20:59", "2026-11-30 20:59"),
        ("2026-11-30 21:00", QUIET, "2026-11-30 21:00", "2026-12-01 08:00"),
        ("2026-12-01 07:59", QUIET, "2026-11-30 21:00", "2026-12-01 08:00"),
        ("2026-12-01 08:00", QUIET, "2026-12-01 08:00", "2026-12-01 08:00"),
        ("2026-10-25 03:00", QUIET, "2026-10-24 21:00", "2026-10-25 08:00"),
        ("2027-03-28 03:00", QUIET, "2027-03-27 21:00", "2027-03-28 08:00"),
        ("2026-11-30 13:30", (time(13), time(14)), "2026-11-30 13:00", "2026-11-30 14:00"),
        ("2026-11-30 14:00", (time(13), time(14)), "2026-11-30 14:00", "2026-11-30 14:00"),
        ("2026-11-30 13:00", (time(13), time(13)), "2026-11-30 13:00", "2026-11-30 13:00"),
    ],
)
def test_the_quiet_hours_begin_and_end_on_londons_clock(at, quiet, before, after):
    assert before_quiet(london_time(at), *quiet) == london_time(before)
    assert after_quiet(london_time(at), *quiet) == london_time(after)


# On the desk --------------------------------------------------------------------------------------


def test_a_reminder_to_come_is_no_trouble(book_appointment, therapist_client):
    """Neither in the panel nor on the enquiry's screen."""
    tomorrow = datetime.now(UTC) + timedelta(days=30)
    AppointmentType.objects.update(minutes=30)
    appointment = book_appointment(f"{tomorrow:%Y-%m-%d} 10:00", now=datetime.now(UTC))
    delivery.send_due(lambda: datetime.now(UTC))
    assert reminders().unsent().count() == 1

    screen = therapist_client.get(reverse("admin:bookings_enquiry_change", args=[appointment.enquiry_id]))
    assert "not delivered yet" not in screen.content.decode()
    assert delivery.health(datetime.now(UTC)).unsent == 0
