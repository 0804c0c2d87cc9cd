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
    addresses,
    all_rows,
    get,
    link_of,
    post,
    set_phone,
    status,
    text_of,
)


def test_who_waits_reads_by_when_and_what_they_asked_for(receive):
    enquiry = receive()
    shown = text_of(get(link_of(enquiry)))

    assert "I have your request and reply by Wednesday 25 November, 17:00 London time" in shown
    assert enquiry.reference in shown
    assert "Complimentary consultation" in shown
    assert "Monday, Wednesday: morning, evening" in shown


def test_a_missed_promise_is_owned(receive):
    enquiry = receive()
    path = link_of(enquiry)

    assert "I am sorry" in text_of(get(path, NOW + timedelta(days=3)))
    assert "I am sorry" not in text_of(get(path))


def test_an_appointment_is_shown_with_until_and_place(booked):
    shown = text_of(get(link_of(booked().enquiry)))

    assert "You have an appointment" in shown
    assert "Tuesday 1 December, 10:00 to 10:30 London time" in shown
    assert "Harley Street" in shown


def test_once_it_is_over_no_appointment_is_to_come(booked, actor):
    appointment = booked()
    after = appointment.ends_at + timedelta(hours=1)
    appointments.record_outcome(appointment, "fulfilled", after, actor=actor)

    assert "There is no appointment to come." in text_of(get(link_of(appointment.enquiry), after))


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
def test_online_both_clocks_are_named(booked, zone, words):
    online = Location.objects.get(slug="online")
    shown = text_of(get(link_of(booked(online, time_zone=zone).enquiry)))

    assert words in shown


def test_in_a_room_there_is_one_clock(booked):
    assert "Berlin" not in text_of(get(link_of(booked(time_zone="Europe/Berlin").enquiry)))


def test_when_is_not_said_to_be_open_once_they_are_booked(booked, receive):
    undecided = {"days": [], "parts": []}
    assert "When Not chosen yet" in text_of(get(link_of(receive(**undecided))))
    assert "Not chosen yet" not in text_of(get(link_of(booked(**undecided).enquiry)))


def test_the_video_link_is_there_while_the_appointment_stands(booked):
    appointment = booked(place=Location.objects.get(slug="online"))
    appointments.save_notes(appointment, video_link="https://video.example/room")
    link = '<a href="https://video.example/room" rel="noopener noreferrer">Open the video call</a>'
    assert link in get(link_of(appointment.enquiry)).content.decode()

    appointments.cancel(appointment, NOW, actor=Actor.PERSON)
    assert "video.example" not in get(link_of(appointment.enquiry)).content.decode()


def test_offers_say_until_when_they_are_held_and_then_they_are_gone(offered):
    first, _ = offered()
    path = link_of(first.enquiry)

    assert "Held for you until Friday 27 November, 12:00 London time" in text_of(get(path))
    assert "Accept Tuesday 1 December, 10:00" in text_of(get(path))
    assert "Accept" not in text_of(get(path, NOW + timedelta(days=3)))
    assert status(first) == Status.PROPOSED  # reading frees nothing


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("listed", "You are on my waiting list"),
        ("closed", "This request is closed"),
        ("set_aside", "Your request is here"),
        ("answered", "The next step is yours"),
    ],
)
def test_every_other_state_has_its_words(receive, actor, to, words):
    enquiry = receive()
    enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
    response = get(link_of(enquiry))

    assert words in text_of(response)
    assert ("Write to me again" in text_of(response)) == (to == "closed")
    assert ("pause" in text_of(response)) == (to in ("listed", "answered"))
    assert "Erase this request" in text_of(response)
    assert "spam" not in text_of(response)


def test_no_page_names_them_the_subject_or_their_words_or_leads_to_another_site(everybody):
    set_phone()
    for enquiry, number in everybody:
        for path in addresses(enquiry, number):
            shown = get(path, follow=True).content.decode()
            assert "<h1>" in shown
            assert not [secret for secret in SECRETS if secret.lower() in shown.lower()], path
            foreign = re.findall(r'<a [^>]*href="https?:[^>]*>', shown)
            assert len(foreign) == 1, path
            assert 'class="leave"' in foreign[0]
            assert 'rel="nofollow noreferrer"' in foreign[0]


def test_no_answer_is_kept_or_listed(everybody):
    enquiry, number = everybody[3]
    for path in addresses(enquiry, number):
        answers = [get(path), Client().put(path)]
        if path != reverse("bookings:private_erased"):
            answers.append(Client(enforce_csrf_checks=True).post(path))
        if "erase" not in path:
            answers.append(post(path))
        for answer in answers:
            assert answer.headers["Cache-Control"] == "no-store, private", (path, answer)
            assert answer.headers["Referrer-Policy"] == "same-origin"
            if answer.status_code in (200, 302, 403, 404) and "erased" not in path:
                assert answer.headers["X-Robots-Tag"] == "noindex, nofollow", (path, answer)
    assert get(link_of(enquiry).rstrip("/")).headers["Cache-Control"] == "no-store, private"


def test_reading_changes_nothing(everybody):
    paths = [path for enquiry, number in everybody for path in addresses(enquiry, number)]
    later = NOW + timedelta(days=4)  # offers have run out: that is for the lock to say, not for a reader
    before = all_rows()
    for path in paths:
        get(path)
        with time_machine.travel(later, tick=False):
            Client().head(path)

    assert all_rows() == before


@pytest.mark.parametrize("path", ["", "?gone", "times/", "pause/", "erase/", "{}/move/", "{}/cancel/"])
def test_reading_costs_few_queries(everybody, path):
    page_costs = []
    for enquiry, number in everybody:
        base = link_of(enquiry)
        get(base)
        with CaptureQueriesContext(connection) as asked:
            get(base + path.format(number))
        page_costs.append(len(asked))

    assert max(page_costs) <= 13


def test_many_appointments_cost_no_more_queries(receive, actor, at):
    enquiry = receive()
    path = link_of(enquiry)
    costs = []
    for hours in (0, 1, 2, 3, 4):
        appointments.book_agreed(enquiry, at(hours=hours), NOW, actor=actor)
        get(path)
        with CaptureQueriesContext(connection) as asked:
            get(path)
        costs.append(len(asked))

    assert len(set(costs)) == 1


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "asked", ["?from=9999-12-31", "?from=0001-01-01", "?from=x", "?at=nowhere", "?at=%00", "?from=%00"]
)
def test_any_page_of_times_can_be_asked_for(receive, asked):
    assert get(f"{link_of(receive())}times/{asked}").status_code == 200
