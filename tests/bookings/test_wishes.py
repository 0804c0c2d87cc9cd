"""What somebody asked for stays visible as what they asked for, whatever comes of it."""

import uuid
from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings import appointments, formatting, private_page_acts
from bookings.models import AppointmentType, Enquiry, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import TEN, get, page_text, private_path

AT_TEN, AT_TWO = "Tuesday 1 December, 10:00, Harley Street", "Tuesday 1 December, 14:00, Harley Street"
DAYS = "Monday, Wednesday: morning, evening"


@pytest.fixture
def published(harley_street):
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def slots(harley_street):
    return [Slot(TEN + timedelta(hours=hours), harley_street) for hours in (0, 4)]


@pytest.fixture
def asking(published, make_enquiry, slots):
    """Somebody who asked for ten, or else for two o'clock."""
    enquiry = make_enquiry(days=[], parts=[])
    appointments.request_slots(enquiry, slots, NOW)
    return enquiry


def pause(enquiry, actor, slots):
    private_page_acts.pause(enquiry, NOW)


def offer_others(enquiry, actor, slots):
    other = Slot(TEN + timedelta(days=1), slots[0].location)
    appointments.offer(enquiry, [other], NOW + timedelta(days=3), NOW, actor=actor, draft=None)


def accept(enquiry, actor, slots):
    appointments.accept_request(enquiry.appointments.get(rank=2), NOW, actor=actor, draft=None)


def accept_and_move(enquiry, actor, slots):
    accept(enquiry, actor, slots)
    booked = enquiry.appointments.booked().get()
    appointments.move(booked, Slot(TEN + timedelta(days=3), booked.location), NOW, actor=actor)


def cancel(enquiry, actor, slots):
    accept(enquiry, actor, slots)
    appointments.cancel(enquiry.appointments.booked().get(), NOW, actor=actor)


ACTS = [pause, offer_others, accept, accept_and_move, cancel]


def seen_by_them(enquiry):
    return page_text(get(private_path(enquiry))).split("What you asked for")[1]


def seen_by_the_therapist(enquiry, client):
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("admin:bookings_enquiry_change", args=[enquiry.pk]))
    return page_text(page).split("What they asked for")[1].split("Their message")[0]


@pytest.mark.parametrize("act", ACTS)
def test_the_times_that_were_asked_for_stay(asking, actor, slots, therapist_client, act):
    act(asking, actor, slots)

    theirs, hers = seen_by_them(asking), seen_by_the_therapist(asking, therapist_client)
    assert f"When {AT_TEN}, London time {AT_TWO}, London time" in theirs
    assert "Not chosen yet" not in theirs
    assert AT_TEN in hers
    assert AT_TWO in hers
    assert "Complimentary consultation" in theirs
    assert "Harley Street" in hers


@pytest.mark.parametrize("act", [pause, offer_others])
def test_the_days_that_were_asked_for_stay(published, make_enquiry, actor, slots, therapist_client, act):
    enquiry = make_enquiry()
    act(enquiry, actor, slots)

    assert f"When {DAYS}" in seen_by_them(enquiry)
    assert DAYS in seen_by_the_therapist(enquiry, therapist_client)


def test_another_request_takes_the_place_of_the_first(asking):
    wishes = {"days": [0, 2], "parts": ["morning", "evening"], "policy": ReplyPolicy(1), "now": NOW}
    private_page_acts.request_other_slots(asking, [], **wishes)

    assert formatting.wishes(Enquiry.objects.get()) == [DAYS]


def test_a_time_that_was_taken_meanwhile_was_asked_for_all_the_same(
    published, make_enquiry, submit_form, answers, actor, slots, therapist_client
):
    appointments.book_agreed(make_enquiry(), slots[0], NOW, actor=actor)
    chosen = answers | {"timing": slots[0].value, "also": [slots[1].value], "days": [], "parts": []}
    submit_form(chosen | {"email": f"{uuid.uuid4().hex}@example.org"})
    enquiry = Enquiry.objects.latest("pk")

    assert [made.starts_at for made in enquiry.appointments.all()] == [slots[1].starts_at]
    assert formatting.wishes(enquiry) == [AT_TEN, AT_TWO]


def test_after_a_pause_the_form_begins_with_what_was_asked_for(make_enquiry):
    enquiry = make_enquiry()
    private_page_acts.pause(enquiry, NOW)
    page = get(f"{private_path(enquiry)}times/").context["form"]

    assert page["days"].value() == ["0", "2"]
    assert page["parts"].value() == ["morning", "evening"]
