from datetime import timedelta

import pytest
import time_machine

from bookings.models import Message
from practice.models import Practice
from tests.bookings.admin import sentences
from tests.bookings.conftest import NOW


@pytest.fixture
def desk(client, therapist):
    """The first page after signing in, as text, at noon."""

    def text(at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            return client.get("/admin/").content.decode()

    return text


def test_the_dashboard_shows_who_is_waiting_and_the_deadline(receive, desk):
    receive()

    assert "Zoë O’Hara" in desk(NOW + timedelta(hours=3))
    assert "Waiting 3\xa0hours, reply by Wednesday 25 November, 17:00" in desk(NOW + timedelta(hours=3))


def test_the_dashboard_says_when_nobody_is_waiting(desk):
    assert "Nobody is waiting. Every message has been answered." in desk()


def test_the_dashboard_counts_possible_spam(receive, desk):
    receive(suspicion=sentences.SEVERAL_LINKS)

    assert "1 set aside as possible spam" in desk()


def test_the_dashboard_says_that_mail_is_failing_and_why(receive, desk):
    receive()
    Message.objects.update(last_error="The mail server could not be reached.")

    page = desk(NOW + timedelta(minutes=5))
    assert "Mail is failing." in page
    assert "The mail server could not be reached." in page


def test_the_dashboard_says_that_the_worker_is_not_running(receive, desk):
    receive()

    assert "the worker isn’t running" in desk(NOW + timedelta(minutes=5))


def test_the_dashboard_says_that_mail_is_working(receive, desk):
    receive()
    Message.objects.update(sent_at=NOW)

    assert "Mail is working. Last message delivered Tuesday 24 November, 12:00." in desk()


def test_the_dashboard_lists_what_the_therapist_has_to_fill_in(desk):
    page = desk()
    for fact in ("Your name", "Credentials", "Phone number", "Address of Harley Street"):
        assert f">{fact}</a>" in page

    Practice.objects.update(therapist_name="A. Therapist")
    assert ">Your name</a>" not in desk()


def test_the_dashboard_asks_to_check_urgent_help_lines_after_six_months(desk):
    assert "still answers" not in desk()
    assert "Check that Samaritans 116 123 still answers (last verified 1 November 2026)" in desk(
        NOW + timedelta(days=200)
    )


def test_the_dashboard_does_not_blame_the_worker_while_mail_is_being_sent(receive, desk):
    receive()
    Message.objects.update(attempts=1, leased_until=NOW + timedelta(minutes=30))

    assert "The mail server hasn’t answered yet." in desk(NOW + timedelta(minutes=5))
