from datetime import timedelta

import pytest
import time_machine

from bookings.models import Notification
from practice.models import Practice
from tests.bookings.conftest import NOW


@pytest.fixture
def desk(client, therapist):
    """The first page after signing in, as text, at noon."""

    def text(at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            return client.get("/admin/").content.decode()

    return text


def test_the_desk_says_who_waits_and_by_when(receive, desk):
    receive()

    assert "Zoë O’Hara" in desk(NOW + timedelta(hours=3))
    assert "Waiting 3\xa0hours, reply by Wednesday 25 November, 17:00" in desk(NOW + timedelta(hours=3))


def test_the_desk_says_when_nobody_waits(desk):
    assert "Nobody is waiting. Every message has been answered." in desk()


def test_the_desk_counts_what_is_set_aside(receive, desk):
    receive(suspicion="The message holds several links.")

    assert "1 set aside as possible spam" in desk()


def test_the_desk_says_that_mail_is_failing_and_why(receive, desk):
    receive()
    Notification.objects.update(last_error="The mail server could not be reached.")

    page = desk(NOW + timedelta(minutes=5))
    assert "Mail is failing." in page
    assert "The mail server could not be reached." in page


def test_the_desk_says_that_nothing_sends(receive, desk):
    receive()

    assert "the worker isn’t running" in desk(NOW + timedelta(minutes=5))


def test_the_desk_says_that_mail_works(receive, desk):
    receive()
    Notification.objects.update(sent_at=NOW)

    assert "Mail is working. Last message delivered Tuesday 24 November, 12:00." in desk()


def test_the_desk_lists_what_only_the_therapist_can_fill_in(desk):
    page = desk()
    for fact in ("Your name", "Credentials", "Phone number", "Address of Harley Street"):
        assert f">{fact}</a>" in page

    Practice.objects.update(therapist_name="A. Therapist")
    assert ">Your name</a>" not in desk()


def test_the_desk_asks_to_verify_urgent_help_after_six_months(desk):
    assert "still answers" not in desk()
    assert "Check that Samaritans 116 123 still answers (last verified 1 November 2026)" in desk(
        NOW + timedelta(days=200)
    )


def test_the_desk_does_not_say_that_nothing_sends_while_something_is_being_sent(receive, desk):
    receive()
    Notification.objects.update(attempts=1, leased_until=NOW + timedelta(minutes=30))

    assert "The mail server hasn’t answered yet." in desk(NOW + timedelta(minutes=5))
