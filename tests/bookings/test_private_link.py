"""The private link: what it shows, what it does, and what it never says."""

import hashlib
import logging
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import appointments, enquiries, links
from bookings.appointments import Time
from bookings.mail import emails
from bookings.models import (
    Appointment,
    AppointmentKind,
    Enquiry,
    Event,
    Notification,
    PrivateLink,
    WeeklyHours,
)
from bookings.returning import erase, pause
from bookings.visitors import times
from practice.facts import practice_row
from practice.logs import WithoutSecrets
from practice.models import Location
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
UNKNOWN = "A" * 32
SECRETS = ["Zoë", "O’Hara", "zoe@example.org", "I would like to talk", "Addiction", "therap"]
Status = Appointment.Status


@pytest.fixture
def harley_street(db):
    return Location.objects.get(slug="harley-street")


@pytest.fixture
def published(harley_street):
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentKind.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def at(harley_street):
    return lambda place=None, **later: Time(TEN + timedelta(**later), place or harley_street)


@pytest.fixture
def booked(receive, therapist, at):
    def make(place=None, hours=0, **details):
        return appointments.agree(receive(**details), at(place, hours=hours), NOW, who=therapist)

    return make


@pytest.fixture
def offered(receive, therapist, at):
    def make(enquiry=None, *times):
        times = times or (at(), at(hours=2))  # ten and noon
        held = NOW + timedelta(days=3)
        return appointments.offer(enquiry or receive(), times, held, NOW, who=therapist, letter=None)

    return make


def link_of(enquiry):
    return links.path(enquiry, NOW)


def get(path, moment=NOW, client=None, **more):
    with time_machine.travel(moment, tick=False):
        return (client or Client()).get(path, **more)


def post(path, given=None, moment=NOW, client=None):
    with time_machine.travel(moment, tick=False):
        return (client or Client()).post(path, given or {})


def page(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def status(appointment):
    return Appointment.objects.get(pk=appointment.pk).status


def now_of(enquiry):
    return Enquiry.objects.get(pk=enquiry.pk)


def told(enquiry):
    found = Notification.objects.filter(enquiry=enquiry, kind=Notification.Kind.TELL_CHANGE)
    return [one.about.split(":")[-1] if one.appointment else one.about.split(":")[0] for one in found]


def everything():
    """Every row of the database, so that any change shows."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


def ring():
    practice = practice_row()
    practice.phone = "+44 20 7946 0018"
    practice.save()


def addresses(enquiry, number):
    base = link_of(enquiry)
    acts = ["accept", "take-back", "cancel", "move"]
    return [
        *(f"{base}{rest}" for rest in ("", "?gone", "?done=cancelled", "times/", "pause/", "erase/", "nowhere/")),
        *(f"{base}{number}/{act}/" for act in acts),
        reverse("bookings:private_erased"),
        f"/private/{UNKNOWN}/",
    ]


# What it shows ------------------------------------------------------------------------------------


def test_who_waits_reads_by_when_and_what_they_asked_for(receive):
    enquiry = receive()
    shown = page(get(link_of(enquiry)))

    assert "I have your request and reply by Wednesday 25 November, 17:00 London time" in shown
    assert enquiry.reference in shown
    assert "Complimentary consultation" in shown
    assert "Monday, Wednesday: morning, evening" in shown


def test_a_missed_promise_is_owned(receive):
    enquiry = receive()
    path = link_of(enquiry)

    assert "I am sorry" in page(get(path, NOW + timedelta(days=3)))
    assert "I am sorry" not in page(get(path))


def test_an_appointment_is_shown_with_until_and_place(booked):
    shown = page(get(link_of(booked().enquiry)))

    assert "You have an appointment" in shown
    assert "Tuesday 1 December, 10:00–10:30 London time" in shown
    assert "Harley Street" in shown


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Tuesday 1 December, 10:00–10:30 London time (11:00–11:30 in Berlin)"),
        ("Pacific/Auckland", "10:00–10:30 London time (23:00–23:30 in Auckland)"),
        ("Pacific/Kiritimati", "10:00–10:30 London time (Wednesday 2 December, 00:00–00:30 in Kiritimati)"),
        ("America/New_York", "(05:00–05:30 in New York)"),
        ("", "10:00–10:30 London time"),
        ("Nowhere/At_All", "10:00–10:30 London time"),
        ("../../etc/passwd", "10:00–10:30 London time"),
    ],
)
def test_online_both_clocks_are_named(booked, zone, words):
    online = Location.objects.get(slug="online")
    shown = page(get(link_of(booked(online, time_zone=zone).enquiry)))

    assert words in shown


def test_in_a_room_there_is_one_clock(booked):
    assert "Berlin" not in page(get(link_of(booked(time_zone="Europe/Berlin").enquiry)))


def test_offers_say_until_when_they_are_held_and_then_they_are_gone(offered):
    first, _ = offered()
    path = link_of(first.enquiry)

    assert "Held for you until Friday 27 November, 12:00 London time" in page(get(path))
    assert "Accept Tuesday 1 December, 10:00" in page(get(path))
    assert "Accept" not in page(get(path, NOW + timedelta(days=3)))
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
def test_every_other_state_has_its_words(receive, therapist, to, words):
    enquiry = receive()
    enquiries.move(enquiry, to, who=therapist, reply_days=1, now=NOW)
    response = get(link_of(enquiry))

    assert words in page(response)
    assert ("Write to me again" in page(response)) == (to == "closed")
    assert ("pause" in page(response)) == (to in ("listed", "answered"))
    assert "Erase this request" in page(response)
    assert "spam" not in page(response)


@pytest.fixture
def everybody(receive, offered, booked, published, at):
    """(enquiry, number of an appointment of theirs) in each state that a link may find."""
    asking, paused = receive(), receive()
    preference = appointments.ask_for(asking, [at(hours=1)], NOW)[0]
    offer, appointment, cancelled = offered()[0], booked(hours=4), booked(hours=6)
    appointments.cancel(cancelled, NOW)
    post(f"{link_of(paused)}pause/")
    of_appointments = [(one.enquiry, one.pk) for one in (preference, offer, appointment, cancelled)]
    found = [(receive(), 1), (paused, 1), *of_appointments]
    for enquiry, _ in found:
        link_of(enquiry)  # was sent to them
    return found


def test_no_page_names_them_the_subject_or_their_words_or_leads_to_another_site(everybody):
    ring()
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


# Reading changes nothing --------------------------------------------------------------------------


def test_reading_changes_nothing(everybody):
    paths = [path for enquiry, number in everybody for path in addresses(enquiry, number)]
    later = NOW + timedelta(days=4)  # offers have run out: that is for the lock to say, not for a reader
    before = everything()
    for path in paths:
        get(path)
        with time_machine.travel(later, tick=False):
            Client().head(path)

    assert everything() == before


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


def test_many_appointments_cost_no_more_queries(receive, therapist, at):
    enquiry = receive()
    path = link_of(enquiry)
    costs = []
    for hours in (0, 1, 2, 3, 4):
        appointments.agree(enquiry, at(hours=hours), NOW, who=therapist)
        get(path)
        with CaptureQueriesContext(connection) as asked:
            get(path)
        costs.append(len(asked))

    assert len(set(costs)) == 1


# Whose link it is ---------------------------------------------------------------------------------


def test_the_database_holds_only_the_digest_of_a_token(receive):
    path = link_of(receive())
    token = path.split("/")[2]

    assert PrivateLink.objects.get().digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(everything())


def unknown(enquiry):
    return f"/private/{UNKNOWN}/"


def cut_short(enquiry):
    return link_of(enquiry)[:-5] + "/"


def expired(enquiry):
    path = link_of(enquiry)
    PrivateLink.objects.update(ends_at=NOW)
    return path


def ended(enquiry):
    path = link_of(enquiry)
    links.end(enquiry)
    return path


def erased(enquiry):
    path = link_of(enquiry)
    erase(enquiry, NOW)
    return path


@pytest.mark.parametrize("how", [unknown, cut_short, expired, ended, erased])
def test_what_is_not_open_is_answered_alike(receive, client, how):
    """One query, one page: nobody learns whether there ever was such a link."""
    usual = get(unknown(receive()))
    path = how(receive())
    get(path)
    with CaptureQueriesContext(connection) as asked:
        response = get(path)
    with CaptureQueriesContext(connection) as asked_usually:
        get(unknown(None))

    assert response.status_code == 404
    assert "This link is not open" in page(response)
    assert "/consultation/" in response.content.decode()
    assert response.content == usual.content
    assert len(asked) == len(asked_usually)
    for act in ("times/", "pause/", "erase/", "1/accept/"):
        assert post(path + act).status_code == 404


def test_a_complaint_has_no_link(receive):
    enquiry = receive(kind=Enquiry.Kind.COMPLAINT)

    assert get(link_of(enquiry)).status_code == 404
    assert post(f"{link_of(enquiry)}erase/").status_code == 404
    assert Enquiry.objects.exists()


def test_no_message_about_a_complaint_offers_a_link(receive):
    complaint = emails.holding(receive(kind=Enquiry.Kind.COMPLAINT), practice_row(), NOW)
    request = emails.holding(receive(), practice_row(), NOW)

    assert "/private/" not in complaint.body
    assert "/private/" in request.body


def test_reading_does_not_make_a_link_live_longer(receive):
    path = link_of(receive())
    ends_at = PrivateLink.objects.get().ends_at
    get(path, NOW + timedelta(days=50))

    assert PrivateLink.objects.get().ends_at == ends_at
    assert get(path, ends_at - timedelta(seconds=1)).status_code == 200
    assert get(path, ends_at).status_code == 404


@pytest.mark.parametrize("act", ["accept", "take-back", "cancel", "move"])
def test_nobody_reaches_the_appointment_of_another(receive, booked, offered, published, act):
    path = link_of(receive())
    before = everything()
    theirs = offered()[0] if act == "accept" else booked()
    if act == "take-back":
        appointments.cancel(theirs, NOW)
    before = everything()

    assert post(f"{path}{theirs.pk}/{act}/", {"time": choice(TEN + timedelta(hours=1))}).status_code == 404
    assert get(f"{path}{theirs.pk}/{act}/").status_code == 404
    assert post(f"{path}{10**30}/{act}/").status_code == 404
    assert everything() == before


def test_every_act_needs_the_cookie_and_the_answer_is_kind(everybody):
    before = everything()
    for enquiry, number in everybody:
        for act in ("times/", "pause/", "erase/", f"{number}/accept/", f"{number}/cancel/", f"{number}/take-back/"):
            response = post(link_of(enquiry) + act, {"days": ["4"]}, client=Client(enforce_csrf_checks=True))
            assert response.status_code in (302, 403, 404), act
            if response.status_code == 403:
                assert "Nothing has changed yet" in page(response)
                if act == "times/":
                    assert re.search(r'value="4"[^>]* checked', response.content.decode())

    assert everything() == before


def test_with_the_cookie_of_the_page_an_act_is_done(offered):
    first, _ = offered()
    browser = Client(enforce_csrf_checks=True)
    path = link_of(first.enquiry)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', get(path, client=browser).content.decode())[1]
    response = post(f"{path}{first.pk}/accept/", {"csrfmiddlewaretoken": token}, client=browser)

    assert response.url == f"{path}?done=accepted"
    assert status(first) == Status.BOOKED
    assert "desk" not in browser.cookies  # no session


@pytest.mark.parametrize(
    "asked", ["?done=%3Cscript%3E", "?done=nonsense", "?done=accepted&done=x", "?done=", "?at=x&from=y"]
)
def test_only_known_words_of_the_address_are_said(receive, asked):
    shown = get(link_of(receive()) + asked).content.decode()

    assert 'class="news"' not in shown
    assert "script>alert" not in shown
    assert "nonsense" not in shown


# What they do -------------------------------------------------------------------------------------


def choice(moment, place="harley-street"):
    return times.write(Time(moment, Location.objects.get(slug=place)))


def test_they_accept_an_offer_and_a_second_click_does_no_harm(offered):
    first, second = offered()
    path = f"{link_of(first.enquiry)}{first.pk}/accept/"
    answers = [post(path), post(path)]

    assert [answer.url.partition("?")[2] for answer in answers] == ["done=accepted"] * 2
    assert (status(first), status(second)) == (Status.BOOKED, Status.CANCELLED)
    assert now_of(first.enquiry).status == Enquiry.Status.BOOKED
    assert told(first.enquiry) == ["booked"]
    assert "The appointment is yours" in page(get(answers[0].url))


def test_an_offer_that_ran_out_is_said_kindly(offered):
    first, _ = offered()
    response = post(f"{link_of(first.enquiry)}{first.pk}/accept/", moment=NOW + timedelta(days=3))

    assert response.url.endswith("?done=changed")
    assert status(first) != Status.BOOKED
    assert "Nothing is lost" in page(get(response.url, NOW + timedelta(days=3)))


def test_they_cancel_after_a_question_and_take_it_back_within_an_hour(booked):
    appointment = booked()
    path = link_of(appointment.enquiry)
    assert "Cancel Tuesday 1 December, 10:00" in page(get(f"{path}{appointment.pk}/cancel/"))
    for _ in range(2):
        assert post(f"{path}{appointment.pk}/cancel/").url == f"{path}?done=cancelled"
    assert status(appointment) == Status.CANCELLED
    assert "Take it back" in page(get(path, NOW + timedelta(minutes=60)))
    assert "Take it back" not in page(get(path, NOW + timedelta(minutes=61)))

    for _ in range(2):
        assert post(f"{path}{appointment.pk}/take-back/").url == f"{path}?done=back"

    assert status(appointment) == Status.BOOKED
    assert told(appointment.enquiry) == ["cancelled", "booked"]


def test_after_an_hour_or_once_somebody_else_has_it_nothing_is_taken_back(booked, receive, therapist, at):
    appointment = booked()
    path = f"{link_of(appointment.enquiry)}{appointment.pk}"
    post(f"{path}/cancel/")
    assert post(f"{path}/take-back/", moment=NOW + timedelta(minutes=61)).url.endswith("done=changed")
    appointments.agree(receive(), at(), NOW, who=therapist)

    assert post(f"{path}/take-back/").url.endswith("done=changed")
    assert status(appointment) == Status.CANCELLED


def test_what_has_begun_is_not_cancelled(booked):
    appointment = booked()
    path = f"{link_of(appointment.enquiry)}{appointment.pk}/cancel/"

    assert get(path, TEN).url.endswith("done=changed")
    assert post(path, moment=TEN).url.endswith("done=changed")
    assert status(appointment) == Status.BOOKED


def test_they_move_within_published_times(booked, published):
    appointment = booked()
    path = f"{link_of(appointment.enquiry)}{appointment.pk}/move/"
    shown = get(path).content.decode()
    assert choice(TEN + timedelta(hours=1)) in shown
    assert choice(datetime(2026, 12, 1, 3, tzinfo=UTC)) not in shown

    for _ in range(2):
        response = post(path, {"time": choice(TEN + timedelta(hours=1))})
        assert response.url.endswith("?done=moved")

    moved = Appointment.objects.get(pk=appointment.pk)
    assert (moved.starts_at, moved.sequence) == (TEN + timedelta(hours=1), 1)
    assert told(appointment.enquiry) == ["moved"]


def test_without_published_times_they_ask_for_another_and_keep_theirs(booked):
    appointment = booked()
    path = link_of(appointment.enquiry)
    assert "Move it" not in page(get(path))
    for answer in (get(f"{path}{appointment.pk}/move/"), post(f"{path}{appointment.pk}/move/", {"time": "x"})):
        assert answer.url == f"{path}times/"
    assert "Your appointment stays as it is" in page(get(f"{path}times/"))
    post(f"{path}times/", {"days": ["4"], "parts": ["evening"]})

    assert status(appointment) == Status.BOOKED
    assert now_of(appointment.enquiry).status == Enquiry.Status.WAITING
    shown = page(get(path))
    assert "Your appointment " in shown
    assert "reply by" in shown


@pytest.mark.parametrize(
    "time",
    [
        "",
        "soon",
        "20261201T1100Z-999",  # nowhere
        "20261201T1100Z-\0",
        "20261201T1100-1",  # without a zone
        "99991231T2359Z-1",
        "00010101T0000Z-1",
        "20261301T1100Z-1",
        "20261201T1107Z-1",  # off the grid
        "20261201T0300Z-1",  # at night
        "20261123T1100Z-1",  # past
        "20261201T1100Z-2",  # closed there
        "x" * 500,
    ],
)
def test_no_other_time_is_taken(booked, published, time):
    assert times.write(Time(TEN, Location.objects.get(pk=1))) == "20261201T1000Z-1"
    appointment = booked()
    path = link_of(appointment.enquiry)
    before = everything()
    answers = [
        post(f"{path}{appointment.pk}/move/", {"time": time}),
        post(f"{path}times/", {"first": time}),
        post(f"{path}times/", {"first": choice(TEN + timedelta(hours=1)), "second": time or "x"}),
    ]

    assert all(answer.status_code in (200, 409) for answer in answers)
    assert all("There is a problem" in page(answer) for answer in answers)
    after = everything()
    del before["bookings.Diary"], after["bookings.Diary"]  # its version counts who took the lock
    assert after == before


def test_they_ask_for_other_days_and_the_promise_begins_anew(offered):
    offers = offered()
    enquiry = offers[0].enquiry
    path = f"{link_of(enquiry)}times/"
    assert "free again for others" in page(get(path))
    later = NOW + timedelta(days=1)
    answers = [post(path, {"days": ["4", "0"], "parts": ["evening", "morning"]}, later) for _ in range(2)]

    assert answers[1].url.endswith("?done=asked")
    current = now_of(enquiry)
    assert (current.status, current.days, current.parts) == ("waiting", [0, 4], ["morning", "evening"])
    assert current.reply_due == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert [status(one) for one in offers] == [Status.CANCELLED] * 2
    assert told(enquiry) == ["asked"]
    wishes = Event.objects.filter(enquiry=enquiry, kind=Event.Kind.PERSON)
    assert [event.text for event in wishes] == ["They asked for another time: Monday, Friday: morning, evening"]


def test_they_ask_for_published_times_in_order(receive, published, at):
    enquiry = receive()
    path = f"{link_of(enquiry)}times/"
    assert "Tuesday 1 December, 10:00" in page(get(path))
    given = {"first": choice(TEN + timedelta(hours=2)), "second": choice(TEN)}
    for _ in range(2):
        assert post(path, given).url.endswith("?done=asked")

    pending = enquiry.appointments.filter(status=Status.PENDING).order_by("rank")
    assert [(one.rank, one.starts_at) for one in pending] == [(1, TEN + timedelta(hours=2)), (2, TEN)]
    assert told(enquiry) == ["asked"]
    shown = page(get(link_of(enquiry)))
    assert "Tuesday 1 December, 12:00–12:30 London time, Harley Street" in shown
    assert "Nothing is held until I confirm one of them" in shown


def test_a_time_that_was_taken_meanwhile_loses_nothing(receive, published, booked):
    enquiry = receive()
    path = f"{link_of(enquiry)}times/"
    booked()
    response = post(path, {"first": choice(TEN), "second": choice(TEN + timedelta(hours=2))})

    assert response.status_code == 409
    assert "This time has just been taken" in page(response)
    assert not enquiry.appointments.exists()
    assert f'value="{choice(TEN + timedelta(hours=2))}" selected' in response.content.decode()
    assert choice(TEN) not in response.content.decode()


def test_later_times_are_on_further_pages_and_a_choice_among_them_is_kept(receive, published):
    path = f"{link_of(receive())}times/"
    first = get(path).content.decode()
    later = re.search(r'href="\?(at=[\w-]+)&amp;(from=2026-[\d-]+)">Later times', first)
    further = f"{path}?{later[1]}&{later[2]}"
    chosen = re.search(r'<option value="(\w+-\d+)"', get(further).content.decode())[1]
    assert chosen not in first
    assert "The first free times" in page(get(further))
    assert later[0].partition("?")[2].partition('"')[0] in get(further).content.decode()

    response = post(further, {"first": chosen, "days": ["0"]})

    assert "There is a problem" in page(response)
    assert f'value="{chosen}" selected' in response.content.decode()
    assert post(further, {"first": chosen}).url.endswith("done=asked")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "asked", ["?from=9999-12-31", "?from=0001-01-01", "?from=x", "?at=nowhere", "?at=%00", "?from=%00"]
)
def test_any_page_of_times_can_be_asked_for(receive, asked):
    assert get(f"{link_of(receive())}times/{asked}").status_code == 200


def test_a_lost_race_on_the_form_ends_at_the_next_times(receive, published):
    shown = page(get(f"{link_of(receive())}?gone"))

    assert "The time you chose has just been taken. Nothing is lost: your request is here." in shown
    assert "These times are free now" in shown


@pytest.mark.parametrize("given", [{}, {"days": ["1"]}, {"parts": ["morning"]}, {"days": ["9"], "parts": ["noon"]}])
@pytest.mark.usefixtures("db")
def test_half_an_answer_is_asked_for_again(receive, given):
    enquiry = receive()
    response = post(f"{link_of(enquiry)}times/", given)

    assert response.status_code == 200
    assert "There is a problem" in page(response)
    assert "<title>Error: Another time</title>" in response.content.decode()
    assert not told(enquiry)


def test_they_pause_and_nobody_writes_to_them(offered):
    offer = offered()[0]
    enquiry = offer.enquiry
    path = f"{link_of(enquiry)}pause/"
    for _ in range(2):
        assert post(path).url.endswith("?done=paused")

    assert now_of(enquiry).status == Enquiry.Status.PAUSED
    assert now_of(enquiry).check_in_on is None
    assert status(offer) == Status.CANCELLED
    assert told(enquiry) == ["paused"]
    assert "hear nothing from me until you come back" in page(get(link_of(enquiry)))


def test_they_allow_one_question_on_a_day_and_coming_back_ends_it(receive):
    enquiry = receive()
    path = link_of(enquiry)
    post(f"{path}pause/", {"check_in_on": "2027-03-03"})
    assert now_of(enquiry).check_in_on == date(2027, 3, 3)
    assert "one short question on Wednesday 3 March 2027" in page(get(path))
    assert "Come back and choose when" in page(get(path))
    post(f"{path}times/", {"days": ["0"], "parts": ["morning"]})

    assert (now_of(enquiry).status, now_of(enquiry).check_in_on) == (Enquiry.Status.WAITING, None)


@pytest.mark.parametrize("day", ["2026-11-24", "2020-01-01", "2027-11-25", "soon", "9999-12-31", "2027-02-29", "\0"])
def test_no_other_day_is_taken(receive, day):
    enquiry = receive()
    response = post(f"{link_of(enquiry)}pause/", {"check_in_on": day})

    assert response.status_code == 200
    assert "There is a problem" in page(response)
    assert now_of(enquiry).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("day", ["2026-11-25", "2027-11-24", "03/03/2027"])
def test_the_first_and_the_last_day_are_taken(receive, day):
    enquiry = receive()

    assert post(f"{link_of(enquiry)}pause/", {"check_in_on": day}).status_code == 302
    assert now_of(enquiry).check_in_on


def test_no_question_by_email_where_email_is_not_safe(receive):
    enquiry = receive(channel="phone", email="", phone="+44 7700 900982")
    path = f"{link_of(enquiry)}pause/"
    assert "check_in_on" not in get(path).content.decode()
    post(path, {"check_in_on": "2027-03-03"})

    assert (now_of(enquiry).status, now_of(enquiry).check_in_on) == (Enquiry.Status.PAUSED, None)
    pause(enquiry, NOW, check_in_on=date(2027, 3, 3))
    assert now_of(enquiry).check_in_on is None


def test_with_an_appointment_to_come_there_is_no_pause(booked):
    enquiry = booked().enquiry
    path = f"{link_of(enquiry)}pause/"
    post(f"{link_of(enquiry)}times/", {"days": ["0"], "parts": ["morning"]})

    assert get(path).url.endswith("done=changed")
    assert post(path).url.endswith("done=changed")
    assert now_of(enquiry).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("to", ["closed", "set_aside"])
def test_what_is_closed_or_set_aside_is_not_opened_by_them(receive, therapist, to):
    enquiry = receive()
    enquiries.move(enquiry, to, who=therapist, reply_days=1, now=NOW)
    for act in ("times/", "pause/"):
        assert get(link_of(enquiry) + act).url.endswith("done=changed")
        given = {"days": ["0"], "parts": ["morning"]}
        assert post(link_of(enquiry) + act, given).url.endswith("done=changed")

    assert now_of(enquiry).status == to


def test_they_erase_everything_and_only_the_reference_is_told(offered, receive, caplog):
    enquiry, bystander = offered()[0].enquiry, receive()
    path = link_of(enquiry)
    assert "Erase everything" in page(get(f"{path}erase/"))
    with caplog.at_level(logging.INFO, logger="bookings"):
        response = post(f"{path}erase/")

    assert response.url == reverse("bookings:private_erased")
    assert "remove this site" in page(get(response.url))
    assert list(Enquiry.objects.all()) == [bystander]
    assert not Appointment.objects.exists()
    assert not PrivateLink.objects.filter(enquiry_id=enquiry.pk).exists()
    assert get(path).status_code == post(f"{path}erase/").status_code == 404
    assert [one.getMessage() for one in caplog.records if one.name == "bookings.returning"] == [
        f"Erased enquiry {enquiry.reference}: the person asked for it."
    ]
    message = emails.compose(Notification.objects.get(enquiry=None), practice_row(), NOW)
    assert message.subject == f"A change on your website – ref {enquiry.reference}"
    assert "erased their request" in message.body
    assert enquiry.reference in message.body
    assert not [secret for secret in SECRETS if secret in message.body + message.subject]


@pytest.mark.parametrize("became", [Status.BOOKED, Status.FULFILLED, Status.NOSHOW])
def test_once_there_was_an_appointment_they_are_told_whom_to_ask(booked, therapist, became):
    ring()
    appointment, moment = booked(), NOW
    if became != Status.BOOKED:
        moment = TEN + timedelta(hours=1)
        appointments.close_with(appointment, became, moment, who=therapist)
    path = f"{link_of(appointment.enquiry)}erase/"

    assert post(path, moment=moment).url.endswith("done=changed")
    assert Enquiry.objects.exists()
    assert "ring +44 20 7946 0018" in page(get(path, moment))
    assert "Erase everything" not in page(get(path, moment))


def test_two_tabs_that_do_different_things_lose_nothing(offered):
    first, second = offered()
    path = link_of(first.enquiry)
    post(f"{path}{first.pk}/accept/")

    assert post(f"{path}{second.pk}/accept/").url.endswith("done=changed")
    assert post(f"{path}pause/").url.endswith("done=changed")
    assert post(f"{path}erase/").url.endswith("done=changed")
    assert (status(first), status(second)) == (Status.BOOKED, Status.CANCELLED)


# Logs ---------------------------------------------------------------------------------------------


def test_no_log_holds_a_token(receive, caplog):
    path = ended(receive())
    caplog.handler.addFilter(WithoutSecrets())
    get(path)
    Client().put(path)
    Client(enforce_csrf_checks=True).post(f"{path}erase/")
    logging.getLogger("gunicorn.error").error("Error handling request %s", path)

    assert "Not Found: /private/…/" in caplog.text
    assert "Method Not Allowed" in caplog.text
    assert path.split("/")[2] not in caplog.text


def test_the_console_is_filtered(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without_secrets"]
    for name in ("", "django", "gunicorn.error"):
        console = [handler for handler in logging.getLogger(name).handlers if handler.name == "console"]
        assert [type(one) for one in console[0].filters] == [WithoutSecrets], name


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Not Found: /private/AbCdEfGhIjKlMnOpQrSt_-2345678901/times/", "Not Found: /private/…/times/"),
        ("Not Found: /addictions/ketamine/", "Not Found: /addictions/ketamine/"),
        ("Not Found: /a-long-address-of-a-page/", "Not Found: /a-long-address-of-a-page/"),
        ("Notification 7 was not sent: 100%", "Notification 7 was not sent: 100%"),
    ],
)
def test_what_opens_something_is_blanked_and_the_rest_stays(said, written):
    record = logging.LogRecord("x", logging.WARNING, "", 0, said, (), None)

    assert WithoutSecrets().filter(record)
    assert record.getMessage() == written
