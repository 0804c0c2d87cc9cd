"""The private page shows the state of the request and nothing that names anybody."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import appointments, enquiries
from bookings.actor import Actor
from bookings.reply_deadline import ReplyPolicy
from practice.models import Location
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import (
    SECRETS,
    Status,
    all_rows,
    get,
    page_text,
    post,
    private_path,
    private_urls,
    set_practice_phone,
    stored_status,
)


def test_who_waits_reads_by_when_and_what_they_asked_for(make_enquiry):
    enquiry = make_enquiry()
    text = page_text(get(private_path(enquiry)))

    assert "I have your request and will reply by Wednesday 25 November, 17:00 London time" in text
    assert enquiry.reference in text
    assert "Complimentary consultation" in text
    assert "Monday, Wednesday: morning, evening" in text


def test_a_missed_promise_is_owned(make_enquiry):
    enquiry = make_enquiry()
    path = private_path(enquiry)

    assert "I am sorry" in page_text(get(path, NOW + timedelta(days=3)))
    assert "I am sorry" not in page_text(get(path))


def test_an_appointment_is_shown_with_until_and_place(book_appointment):
    text = page_text(get(private_path(book_appointment().enquiry)))

    assert "You have an appointment" in text
    assert "Tuesday 1 December, 10:00 to 10:30 London time" in text
    assert "Harley Street" in text


def test_once_it_is_over_no_appointment_is_to_come(book_appointment, actor):
    appointment = book_appointment()
    after = appointment.ends_at + timedelta(hours=1)
    appointments.record_outcome(appointment, "fulfilled", after, actor=actor)

    assert "There is no appointment to come." in page_text(get(private_path(appointment.enquiry), after))


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Tuesday 1 December, 10:00 to 10:30 London time (11:00 to 11:30 in Berlin)"),
        ("Pacific/Auckland", "10:00 to 10:30 London time (23:00 to 23:30 in Auckland)"),
        ("Pacific/Kiritimati", "10:00 to 10:30 London time (Wednesday 2 December, 00:00 to 00:30 in Kiritimati)"),
        ("America/New_York", "(05:00 to 05:30 in New York)"),
        ("", "10:00 to 10:30 London time"),
        ("Nowhere/At_All", "10:00 to 10:30 London time"),
        ("../../etc/passwd", "10:00 to 10:30 London time"),
    ],
)
def test_online_both_clocks_are_named(book_appointment, zone, words):
    online = Location.objects.get(slug="online")
    text = page_text(get(private_path(book_appointment(online, time_zone=zone).enquiry)))

    assert words in text


def test_a_room_that_went_online_has_no_address(book_appointment, harley_street):
    path = private_path(book_appointment().enquiry)
    Location.objects.update(address="12 Harley Street")
    assert "12 Harley Street" in page_text(get(path))

    Location.objects.filter(pk=harley_street.pk).update(kind=Location.Kind.ONLINE)
    assert "12 Harley Street" not in page_text(get(path))


def test_in_a_room_there_is_one_clock(book_appointment):
    assert "Berlin" not in page_text(get(private_path(book_appointment(time_zone="Europe/Berlin").enquiry)))


def test_when_is_not_said_to_be_open_once_they_are_booked(book_appointment, make_enquiry):
    undecided = {"days": [], "parts": []}
    assert "When Not chosen yet" in page_text(get(private_path(make_enquiry(**undecided))))
    assert "Not chosen yet" not in page_text(get(private_path(book_appointment(**undecided).enquiry)))


def test_the_video_link_is_there_while_the_appointment_stands(book_appointment):
    appointment = book_appointment(place=Location.objects.get(slug="online"))
    appointments.save_notes(appointment, video_link="https://video.example/room")
    link = '<a class="button" href="https://video.example/room" rel="noopener noreferrer">Join the video call</a>'
    assert link in get(private_path(appointment.enquiry)).content.decode()

    appointments.cancel(appointment, NOW, actor=Actor.PERSON)
    assert "video.example" not in get(private_path(appointment.enquiry)).content.decode()


def test_offers_say_until_when_they_are_held_and_then_they_are_gone(offer_slots):
    first, _ = offer_slots()
    path = private_path(first.enquiry)

    assert "Held for you until Friday 27 November, 12:00 London time" in page_text(get(path))
    assert "Accept Tuesday 1 December, 10:00" in page_text(get(path))
    assert "Accept" not in page_text(get(path, NOW + timedelta(days=3)))
    assert stored_status(first) == Status.PROPOSED  # reading frees nothing


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("listed", "You are on my waiting list"),
        ("closed", "This request is closed"),
        ("set_aside", "Your request is here"),
        ("answered", "The next step is yours"),
    ],
)
def test_every_other_state_has_its_words(make_enquiry, actor, to, words):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
    response = get(private_path(enquiry))

    assert words in page_text(response)
    assert ("Write to me again" in page_text(response)) == (to == "closed")
    assert ("pause" in page_text(response)) == (to in ("listed", "answered"))
    assert "Erase this request" in page_text(response)
    assert "spam" not in page_text(response)


def test_no_page_names_them_the_subject_or_their_words_or_leads_to_another_site(enquiries_in_each_state):
    set_practice_phone()
    for enquiry, number in enquiries_in_each_state:
        for path in private_urls(enquiry, number):
            text = get(path, follow=True).content.decode()
            assert "<h1>" in text
            assert not [secret for secret in SECRETS if secret.lower() in text.lower()], path
            assert not re.search(r'<a [^>]*href="https?:[^>]*>', text), path
            assert re.search(r'<a class="leave" href="/leave/" [^>]*rel="nofollow noreferrer"', text), path


def test_no_answer_is_kept_or_listed(enquiries_in_each_state):
    enquiry, number = enquiries_in_each_state[3]
    for path in private_urls(enquiry, number):
        responses = [get(path), Client().put(path)]
        if path != reverse("bookings:private_erased"):
            responses.append(Client(enforce_csrf_checks=True).post(path))
        if "erase" not in path:
            responses.append(post(path))
        for response in responses:
            assert response.headers["Cache-Control"] == "no-store, private", (path, response)
            assert response.headers["Referrer-Policy"] == "same-origin"
            if response.status_code in (200, 302, 403, 404) and "erased" not in path:
                assert response.headers["X-Robots-Tag"] == "noindex, nofollow", (path, response)
    assert get(private_path(enquiry).rstrip("/")).headers["Cache-Control"] == "no-store, private"


def test_reading_changes_nothing(enquiries_in_each_state):
    paths = [path for enquiry, number in enquiries_in_each_state for path in private_urls(enquiry, number)]
    later = NOW + timedelta(days=4)  # offers have run out: that is for the lock to say, not for a reader
    before = all_rows()
    for path in paths:
        get(path)
        with time_machine.travel(later, tick=False):
            Client().head(path)

    assert all_rows() == before


@pytest.mark.parametrize("path", ["", "?gone", "times/", "pause/", "erase/", "{}/move/", "{}/cancel/"])
def test_reading_costs_few_queries(enquiries_in_each_state, path):
    page_costs = []
    for enquiry, number in enquiries_in_each_state:
        base = private_path(enquiry)
        get(base)
        with CaptureQueriesContext(connection) as queries:
            get(base + path.format(number))
        page_costs.append(len(queries))

    assert max(page_costs) <= 13


def test_many_appointments_cost_no_more_queries(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    path = private_path(enquiry)
    costs = []
    for hours in (0, 1, 2, 3, 4):
        appointments.book_agreed(enquiry, make_slot(hours=hours), NOW, actor=actor)
        get(path)
        with CaptureQueriesContext(connection) as queries:
            get(path)
        costs.append(len(queries))

    assert len(set(costs)) == 1


@pytest.mark.usefixtures("published_slots")
@pytest.mark.parametrize(
    "query", ["?from=9999-12-31", "?from=0001-01-01", "?from=x", "?at=nowhere", "?at=%00", "?from=%00"]
)
def test_any_page_of_times_can_be_asked_for(make_enquiry, query):
    assert get(f"{private_path(make_enquiry())}times/{query}").status_code == 200
