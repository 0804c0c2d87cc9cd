from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User

from bookings.models import Message
from practice import mail_account
from practice.models import Practice, SiteState
from tests.bookings.admin import sentences
from tests.bookings.conftest import NOW


@pytest.fixture
def dashboard_html(client, therapist):
    """The first page after signing in, as text, at noon."""

    def get_html(at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            return client.get("/admin/").content.decode()

    return get_html


def test_the_dashboard_shows_who_is_waiting_and_the_deadline(make_enquiry, dashboard_html):
    make_enquiry()

    assert "Zoë O’Hara" in dashboard_html(NOW + timedelta(hours=3))
    assert "Waiting 3\xa0hours, reply by Wednesday 25 November, 17:00" in dashboard_html(NOW + timedelta(hours=3))


def test_the_dashboard_says_when_nobody_is_waiting(dashboard_html):
    assert "Nobody is waiting. Every message has been answered." in dashboard_html()


def test_the_dashboard_counts_possible_spam(make_enquiry, dashboard_html):
    make_enquiry(suspicion=sentences.SEVERAL_LINKS)

    assert "1 set aside as possible spam" in dashboard_html()


def test_the_dashboard_says_that_mail_is_failing_and_why(make_enquiry, dashboard_html):
    make_enquiry()
    Message.objects.update(last_error="The mail server could not be reached.")

    page = dashboard_html(NOW + timedelta(minutes=5))
    assert "Mail is failing." in page
    assert "The mail server could not be reached." in page


def test_the_dashboard_says_that_the_worker_is_not_running(make_enquiry, dashboard_html):
    make_enquiry()

    assert "the worker isn’t running" in dashboard_html(NOW + timedelta(minutes=5))


def test_the_dashboard_says_that_mail_is_working(make_enquiry, dashboard_html):
    make_enquiry()
    Message.objects.update(sent_at=NOW)

    page = dashboard_html()
    assert "Mail is working. The mail server accepted the last message on Tuesday 24 November, 12:00." in page


def test_the_dashboard_says_that_mail_works_only_after_a_message_was_accepted(dashboard_html):
    assert "Mail is working" not in dashboard_html()
    assert "nobody knows whether mail works" in dashboard_html()
    SiteState.load()
    SiteState.objects.update(test_message_at=NOW)
    assert "Mail is working." in dashboard_html()


def test_the_dashboard_does_not_say_that_mail_works_with_an_account_that_was_changed(dashboard_html, settings):
    SiteState.load()
    SiteState.objects.update(test_message_at=NOW)
    mail_account.remember()
    assert "Mail is working." in dashboard_html()
    settings.EMAIL_HOST_PASSWORD = "other"
    page = dashboard_html()
    assert "Mail is working." not in page
    assert "The mail settings have changed since" in page


def test_the_dashboard_names_the_command_that_lets_held_messages_go(dashboard_html):
    SiteState.load()
    SiteState.objects.update(messages_held_at=NOW)
    assert "lets the messages go with “python manage.py release_messages”" in dashboard_html()


def test_the_dashboard_lists_what_the_therapist_has_to_fill_in(dashboard_html):
    page = dashboard_html()
    for fact in ("Your name", "Credentials", "Phone number", "Address of Harley Street"):
        assert f">{fact}</a>" in page

    Practice.objects.update(therapist_name="A. Therapist")
    assert ">Your name</a>" not in dashboard_html()


def test_the_dashboard_asks_to_check_urgent_help_lines_after_six_months(dashboard_html):
    assert "still answers" not in dashboard_html()
    assert "Check that Samaritans 116 123 still answers (last verified 1 November 2026)" in dashboard_html(
        NOW + timedelta(days=200)
    )


def test_the_dashboard_does_not_blame_the_worker_while_mail_is_being_sent(make_enquiry, dashboard_html):
    make_enquiry()
    Message.objects.update(attempts=1, leased_until=NOW + timedelta(minutes=30))

    assert "The mail server hasn’t answered yet." in dashboard_html(NOW + timedelta(minutes=5))


def test_without_rights_nothing_but_the_desk_is_opened(client, make_enquiry):
    enquiry = make_enquiry()
    client.force_login(User.objects.create(username="ann", is_staff=True))
    screens = ["bookings/enquiry/", f"bookings/enquiry/{enquiry.pk}/change/", "bookings/bookingsettings/week/"]
    screens += ["pages/page/", "practice/practice/1/change/", "auth/user/", "bookings/weeklyhours/"]

    assert [client.get(f"/admin/{screen}").status_code for screen in screens] == [403] * len(screens)
    desk = client.get("/admin/").content.decode()
    assert enquiry.reference not in desk
    assert "O’Hara" not in desk
