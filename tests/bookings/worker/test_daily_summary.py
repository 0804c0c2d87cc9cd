"""The daily summary."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail

from bookings import appointments
from bookings.models import BookingSettings, BusySpan, Message
from bookings.slot import Slot
from bookings.worker import delivery, timed_messages
from practice.models import Location
from tests.bookings.conftest import NOW
from tests.bookings.driven_clock import DrivenClock, london_time
from tests.bookings.worker.helpers import DAILY_SUMMARY, THERAPIST


@pytest.mark.parametrize(
    ("starts", "first"), [("2026-11-24 15:00", "Wed 25 Nov 08:00"), ("2026-11-24 07:50", "Tue 24 Nov 08:00")]
)
def test_on_a_new_site_the_first_summary_comes_when_its_hour_next_strikes(starts, first):
    clock = DrivenClock(london_time(starts), minutes=10)
    clock.run_until("2026-11-25 10:00")

    assert clock.delivered_at(DAILY_SUMMARY)[0] == first


def test_after_an_outage_of_days_one_summary_comes_at_once_and_none_for_what_is_past():
    BookingSettings.objects.update(summary_made_on=date(2026, 11, 20))
    clock = DrivenClock(london_time("2026-11-24 15:00"))
    clock.run_until("2026-11-25 09:00")

    assert clock.delivered_at(DAILY_SUMMARY) == ["Tue 24 Nov 15:00", "Wed 25 Nov 08:00"]


def test_a_summary_that_mail_held_up_until_the_next_day_is_dropped():
    BookingSettings.objects.update(summary_made_on=date(2026, 11, 23))
    timed_messages.enqueue_due(london_time("2026-11-24 08:00"))
    assert Message.objects.get().kind == "daily_summary"
    clock = DrivenClock(london_time("2026-11-25 07:30"))
    clock.run_until("2026-11-25 09:00")

    assert clock.delivered_at(DAILY_SUMMARY) == ["Wed 25 Nov 08:00"]


def test_without_an_hour_there_is_no_summary():
    BookingSettings.objects.update(summary_made_on=date(2026, 11, 23))
    timed_messages.enqueue_due(london_time("2026-11-24 08:00"))
    BookingSettings.objects.update(summary_at=None)
    clock = DrivenClock(london_time("2026-11-24 08:00"))
    clock.run_until("2026-11-25 09:00")

    assert not clock.deliveries


def summary_email():
    return next(message for message in mail.outbox if message.subject.startswith(DAILY_SUMMARY))


def test_a_quiet_day_in_a_few_lines():
    clock = DrivenClock(london_time("2026-11-24 07:45"))
    clock.run_until("2026-11-24 08:00")

    assert summary_email().subject == "Today: 0 waiting, mail works"
    assert summary_email().to == [THERAPIST]
    assert summary_email().body == (
        "Nobody is waiting for your answer.\n\nMail works.\n\n"
        "Appointments today, London time: none.\n\nTomorrow: none.\n\n"
        "Your desk, after signing in:\nhttp://127.0.0.1:8000/admin/\n\n"
        "This email comes every day. When it does not, something is wrong: look at your desk.\n"
    )


def test_a_summary_that_mail_held_up_does_not_count_itself():
    BookingSettings.objects.update(summary_made_on=date(2026, 11, 23))
    timed_messages.enqueue_due(london_time("2026-11-24 08:00"))
    Message.objects.update(last_error="The mail server could not be reached.")
    DrivenClock(london_time("2026-11-24 10:00"))

    assert summary_email().subject == "Today: 0 waiting, mail works"


def test_a_full_day_without_a_word_about_anybody(make_enquiry, actor):
    yesterday = london_time("2026-11-23 14:00")
    place = Location.objects.get(slug="harley-street")
    booked, moved, offered = (make_enquiry(yesterday, email=f"person{number}@example.org") for number in range(3))
    make_enquiry(yesterday, email="waiting@example.org")
    make_enquiry(yesterday, suspicion="Filled in like a robot")
    for enquiry, at in ((booked, "2026-11-24 10:00"), (moved, "2026-11-25 00:30")):
        appointments.book_agreed(enquiry, Slot(london_time(at), place), yesterday, actor=actor)
    times = [Slot(london_time(f"2026-12-01 1{hour}:00"), place) for hour in range(3)]
    until = london_time("2026-11-25 17:00")
    appointments.offer(offered, times, until, yesterday, actor=actor, draft=None)
    delivery.send_due(lambda: yesterday)
    Message.objects.filter(kind="acknowledge").update(
        sent_at=None, last_error="The mail server refused the receiver’s address (550).", refused=True
    )
    Message.objects.filter(kind="tell_therapist").update(
        sent_at=None, last_error="The mail server could not be reached."
    )
    Message.objects.update(next_try=london_time("2026-11-30 08:00"))
    rules = BookingSettings.objects.get()
    rules.busy_address, rules.busy_problem = "https://calendar.example.org/secret.ics", "It did not answer in time."
    rules.busy_read_at, rules.summary_made_on = london_time("2026-11-22 06:00"), date(2026, 11, 23)
    rules.save()
    DrivenClock(london_time("2026-11-24 08:00"))

    unsent = Message.objects.filter(kind="tell_therapist", sent_at=None).count()
    assert unsent >= 1
    body = summary_email().body
    assert summary_email().subject == "Today: 1 waiting, mail is failing"
    assert "1 message waits for your answer. The nearest deadline is Tuesday 24 November, 17:00, London time." in body
    assert "1 is set aside as possible spam." in body
    assert f"{unsent} message" in body
    assert "1 message could not be delivered, or not for certain; the enquiry says which and why." in body
    assert f"today, London time:\n- 10:00, Harley Street, ref {booked.reference}\n" in body
    assert f"Tomorrow:\n- 00:30, Harley Street, ref {moved.reference}\n" in body
    assert body.count(f"- Wednesday 25 November, 17:00, ref {offered.reference}\n") == 1
    assert "Last read on Sunday 22 November, 06:00. It did not answer in time." in body
    for secret in ("Zoë", "O’Hara", "example.org", "talk", "secret.ics"):
        assert secret not in body


def test_when_two_days_are_free_the_next_appointment_is_named(make_enquiry, actor):
    place = Location.objects.get(slug="harley-street")
    enquiry = make_enquiry()
    appointments.book_agreed(enquiry, Slot(london_time("2026-11-30 10:00"), place), NOW, actor=actor)
    BookingSettings.objects.update(summary_made_on=date(2026, 11, 23))
    DrivenClock(NOW)

    assert f"Next: Monday 30 November, 10:00, Harley Street, ref {enquiry.reference}." in summary_email().body


def test_another_calendar_is_spoken_of_only_when_it_is_old():
    rules = BookingSettings.objects.get()
    rules.busy_address, rules.summary_made_on = "https://calendar.example.org/secret.ics", date(2026, 11, 22)
    rules.busy_read_at = london_time("2026-11-23 09:00")
    rules.save()
    BusySpan.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    DrivenClock(london_time("2026-11-23 09:30"))
    DrivenClock(london_time("2026-11-24 09:30"))

    bodies = [message.body for message in mail.outbox if message.subject.startswith(DAILY_SUMMARY)]
    assert ["up to date" in body for body in bodies] == [False, True]


def test_summaries_are_forgotten_after_a_month():
    for days in (31, 29):
        at = NOW - timedelta(days=days)
        Message.objects.create(kind="daily_summary", about=f"{at.date()}", due_at=at, next_try=at, sent_at=at)
    timed_messages.delete_old_summaries(NOW)

    assert Message.objects.get().due_at == NOW - timedelta(days=29)


def test_a_notice_of_an_erasure_is_forgotten_once_it_was_sent():
    for reference, sent_at in (("SENT2345", NOW), ("WAITS234", None)):
        times = {"due_at": NOW, "next_try": NOW, "sent_at": sent_at}
        Message.objects.create(kind="tell_erased", about=reference, **times)
    timed_messages.delete_sent_notices_of_erasures(NOW)

    assert Message.objects.get().about == "WAITS234"
    assert "bookings.worker.timed_messages.delete_sent_notices_of_erasures" in settings.RETENTION_TASKS
