"""The screen for the other calendar and the feed."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bookings import busy_calendar
from bookings.admin import texts
from bookings.ical import CalendarError
from bookings.models import BookingSettings, BusySpan
from tests.bookings.admin import sentences
from tests.confirmations import confirmed_post, token_in

SCREEN = "/admin/bookings/bookingsettings/calendars/"


@pytest.fixture
def other_calendar(db):
    booking_settings = BookingSettings.objects.get()
    booking_settings.busy_address = "https://calendar.example/secret.ics"
    booking_settings.save()


def test_the_feed_address_is_shown_once_and_can_be_turned_off(therapist_client, client):
    page = therapist_client.post(SCREEN, {"act": "new"}).content.decode()
    address = re.search(r"http://127.0.0.1:8000(/calendar/[\w-]{32}\.ics)", page)[1]
    assert client.get(address).status_code == 200
    assert address not in therapist_client.get(SCREEN).content.decode()

    confirmed_post(therapist_client, SCREEN, {"act": "end"})

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("act", "facts"), [("new", [texts.FEED_STOPS, texts.FEED_NEW_ADDRESS]), ("end", [texts.FEED_STOPS])]
)
def test_an_address_in_use_stops_working_only_after_a_question(therapist_client, act, facts):
    therapist_client.post(SCREEN, {"act": "new"})
    digest = BookingSettings.objects.get().feed_digest

    question = therapist_client.post(SCREEN, {"act": act})
    assert question.context["facts"] == facts
    assert all(fact in question.content.decode() for fact in facts)
    assert BookingSettings.objects.get().feed_digest == digest
    page = confirmed_post(therapist_client, SCREEN, {"act": act})
    assert BookingSettings.objects.get().feed_digest != digest
    assert ("Copy this address now" in page.content.decode()) == (act == "new")


def test_an_address_that_is_not_in_use_is_turned_off_without_a_question(therapist_client):
    assert token_in(therapist_client.post(SCREEN, {"act": "end"}, follow=True)) is None


def test_opening_the_screen_changes_nothing(therapist_client):
    therapist_client.get(SCREEN, {"act": "new"})
    assert BookingSettings.objects.get().feed_digest == ""


def test_a_problem_with_the_other_calendar_is_explained(therapist_client, other_calendar, monkeypatch):
    def raise_error(address, **_):
        raise CalendarError(sentences.CALENDAR_TOO_SLOW)

    monkeypatch.setattr(busy_calendar.read, "__defaults__", (raise_error,))

    page = therapist_client.post(SCREEN, {"act": "read"}, follow=True).content.decode()

    assert sentences.CALENDAR_TOO_SLOW in page
    assert "secret.ics" not in page


def test_reading_without_an_address_gives_an_error(therapist_client):
    page = therapist_client.post(SCREEN, {"act": "read"}, follow=True).content.decode()
    assert texts.OTHER_ADDRESS_MISSING in page


def test_the_dashboard_says_when_the_other_calendar_cannot_be_read(therapist_client, other_calendar):
    words = "Your other calendar can’t be read at the moment or hasn’t been read yet, so the site offers"
    assert words in therapist_client.get("/admin/").content.decode()

    BookingSettings.objects.update(busy_problem="The calendar is too large.")
    assert words in therapist_client.get("/admin/").content.decode()

    BookingSettings.objects.update(busy_read_at=timezone.now())

    assert words not in therapist_client.get("/admin/").content.decode()


def test_the_screen_says_that_no_times_are_offered(therapist_client, other_calendar):
    words = "Until it’s read, the site offers and suggests no times"
    assert words in therapist_client.get(SCREEN).content.decode()

    now = timezone.now()
    BookingSettings.objects.update(
        busy_read_at=now, busy_tried_at=now, busy_problem="1 entry wasn’t understood: 3 May."
    )
    html = therapist_client.get(SCREEN).content.decode()
    assert words not in html
    assert "It was read, but not all of it.</strong> 1 entry wasn’t understood: 3 May." in html

    BookingSettings.objects.update(busy_read_at=now - busy_calendar.STALE_AFTER - timedelta(minutes=1))
    assert words in therapist_client.get(SCREEN).content.decode()


def test_only_upcoming_busy_times_are_counted(therapist_client, other_calendar):
    now = timezone.now()
    BookingSettings.objects.update(busy_read_at=now)
    for days in (-1, 1):
        at = now + timedelta(days=days)
        BusySpan.objects.create(starts_at=at, ends_at=at + timedelta(hours=1))

    assert "1 upcoming busy time" in therapist_client.get(SCREEN).content.decode()


def test_staff_without_the_permission_do_not_see_the_screen(client, db):
    client.force_login(User.objects.create(username="accounts", is_staff=True))

    assert client.get(SCREEN).status_code == 403
    assert client.post(SCREEN, {"act": "new"}).status_code == 403
    assert BookingSettings.objects.get().feed_digest == ""


def test_anonymous_users_have_no_access(client, db):
    assert client.get(SCREEN).status_code == 302
    assert client.post(SCREEN, {"act": "new"}).status_code == 302
    assert BookingSettings.objects.get().feed_digest == ""
