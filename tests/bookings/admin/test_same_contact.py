"""The screen of an enquiry says who it may be from, and what they were or were not sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import appointments, enquiries
from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.worker import delivery
from tests.bookings.views.private_page.helpers import page_text

HEADING = "Also from the same address or number"


@pytest.fixture
def now():
    return timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def screen(therapist_client):
    def read(enquiry):
        return therapist_client.get(reverse("admin:bookings_enquiry_change", args=[enquiry.pk]))

    return read


def test_who_has_an_appointment_already_is_named_with_it(make_enquiry, actor, harley_street, screen, now):
    known = make_enquiry(now - timedelta(days=9), name="Anna Bell", email="anna@example.org")
    starts_at = now.replace(hour=10) + timedelta(days=3)
    appointments.book_agreed(known, Slot(starts_at, harley_street), now, actor=actor)
    second = make_enquiry(now, name="A. B.", email="ANNA@example.org\u200e")
    response = screen(second)

    text = page_text(response)
    assert HEADING in text
    assert f"Anna Bell {known.reference}" in text
    assert reverse("admin:bookings_enquiry_change", args=[known.pk]) in response.content.decode()
    assert "Upcoming appointment: " in text
    assert ", 10:00, Harley Street" in text or ", 11:00, Harley Street" in text
    assert "The same email address" in text
    assert f"A. B. {second.reference}" in page_text(screen(known))


def test_a_shared_number_is_found_however_it_is_written(make_enquiry, screen, now):
    phone = {"channel": "phone", "email": "", "name": "Ben"}
    first = make_enquiry(now - timedelta(days=2), **phone, phone="07700 900 982")
    second = make_enquiry(now, **phone, phone="020 7946 0018 or +44 7700 900982")

    assert f"Ben {first.reference}" in page_text(screen(second))
    assert "The same telephone number" in page_text(screen(second))


def test_a_stranger_is_nobody_known_whatever_their_name(make_enquiry, screen, now):
    make_enquiry(now, name="Anna Bell", email="anna@example.org", phone="")
    stranger = make_enquiry(now, name="Anna Bell", email="another@example.org", phone="")

    assert HEADING not in page_text(screen(stranger))


def test_the_screen_takes_one_query_for_any_number_of_others(make_enquiry, screen, now):
    enquiry = make_enquiry(now)
    screen(enquiry)  # the first opening is recorded
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = screen(enquiry)
        counts.append(len(queries))
        for days in range(7):
            make_enquiry(now - timedelta(days=days))

    assert counts[0] == counts[1]
    assert "There are more." in page_text(screen(enquiry))
    assert response.context["same_contact"].has_more


def test_the_silence_about_a_second_message_of_the_day_is_explained(make_enquiry, screen, now):
    morning = now.replace(hour=9, minute=10)
    make_enquiry(morning)
    waiting = make_enquiry(morning)
    delivery.send_due(lambda: morning)
    silent = make_enquiry(now)
    next_day = make_enquiry(now.replace(hour=8) + timedelta(days=1))

    why = "No acknowledgement was sent, because one"
    assert f"{why} was already on its way to the same address." in page_text(screen(waiting))
    assert f"{why} went to the same address the same day at " in page_text(screen(silent))
    assert f"{why} went to the same address the day before at " in page_text(screen(next_day))


def test_what_was_sent_or_not_is_said_for_every_enquiry(make_enquiry, screen, actor, now):
    sent = make_enquiry(now, email="one@example.org")
    delivery.send_due(lambda: now)
    due = make_enquiry(now, email="two@example.org")
    by_phone = make_enquiry(now, channel="phone", email="", phone="07700 900 982")
    suspect = make_enquiry(now, email="three@example.org", suspicion="The message contains several links.")
    answered = make_enquiry(now, email="four@example.org")
    enquiries.change_status(answered, Enquiry.Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=now)
    answered.messages.all().delete()  # as the worker does with what is obsolete

    assert "Acknowledgement Sent " in page_text(screen(sent))
    assert "Acknowledgement Not sent yet." in page_text(screen(due))
    assert "None is sent, because they chose phone only." in page_text(screen(by_phone))
    assert "No acknowledgement was sent, because the message was set aside. If you put" in page_text(screen(suspect))
    assert "None was sent, because this had changed before it could go." in page_text(screen(answered))


def test_a_suspect_put_back_on_the_day_of_another_message_has_its_reason(make_enquiry, screen, actor, now):
    make_enquiry(now)
    suspect = make_enquiry(now, suspicion="The message contains several links.")
    enquiries.change_status(suspect, Enquiry.Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=now)

    assert "because one was already on its way to the same address." in page_text(screen(suspect))
