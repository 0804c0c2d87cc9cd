"""Any person can be booked for any appointment type, whatever they asked for."""

import re
from datetime import timedelta

import pytest

from bookings import appointments, private_page_acts
from bookings.actor import Actor
from bookings.exceptions import SlotUnavailable
from bookings.models import AppointmentType
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from tests.bookings.admin.replies.helpers import TEN, ReplyScreen, error_messages, reply_url, slot_fields
from tests.bookings.conftest import NOW


@pytest.fixture
def long_session(private):
    """The other type, of ninety minutes."""
    private.minutes = 90
    private.publishes_times = True
    private.save()
    return private


@pytest.mark.parametrize("purpose", ["offer", "agreed"])
def test_the_type_they_asked_for_is_chosen_beforehand(make_slot_request, complimentary, therapist_client, purpose):
    page = therapist_client.get(reply_url(make_slot_request(), purpose)).content.decode()

    select = re.search('<select name="appointment_type".*?</select>', page, re.S)[0]
    assert re.findall(r'value="(\d+)" selected', select) == [str(complimentary.pk)]
    assert select.count("<option") == 2


def test_there_is_nothing_to_choose_where_there_is_one_type(make_slot_request, therapist_client, private):
    AppointmentType.objects.filter(pk=private.pk).update(is_active=False)

    assert (
        "appointment_type" not in therapist_client.get(reply_url(make_slot_request(), "offer")).context["form"].fields
    )


def test_another_type_is_offered_and_its_length_is_in_the_reply(
    make_slot_request, locations, long_session, therapist_client
):
    enquiry = make_slot_request()
    reply_screen = ReplyScreen(
        therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations), appointment_type=str(long_session.pk)
    )

    page = reply_screen.preview()
    assert "Tuesday 1 December, 10:00 to 11:30, Harley Street" in page.context["preview"]["body"]
    reply_screen.send(page)
    offer = enquiry.appointments.get(status="proposed")
    assert (offer.appointment_type, offer.ends_at - offer.starts_at) == (long_session, timedelta(minutes=90))
    assert enquiry.appointment_type != long_session


def test_another_type_is_agreed_by_phone(make_slot_request, locations, long_session, therapist_client):
    enquiry = make_slot_request()
    ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations)).record(
        appointment_type=str(long_session.pk)
    )

    assert enquiry.appointments.get(status="booked").appointment_type == long_session


def test_a_type_that_is_not_on_the_list_is_refused(make_slot_request, locations, therapist_client):
    enquiry = make_slot_request()
    page = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations)).record(
        appointment_type="999"
    )

    assert error_messages(page) == {"appointment_type": ["Choose an appointment type from the list."]}
    assert not enquiry.appointments.filter(status="booked").exists()


def test_an_appointment_keeps_its_type_when_it_is_moved_and_when_they_ask_again(
    make_slot_request, locations, weekly_hours, long_session, actor
):
    enquiry, harley_street = make_slot_request(), locations["harley-street"]
    booked = appointments.book_agreed(
        enquiry, Slot(TEN, harley_street), NOW, actor=actor, appointment_type=long_session
    )

    moved = appointments.move(booked, Slot(TEN + timedelta(hours=3), harley_street), NOW, actor=actor)
    assert (moved.appointment_type, moved.ends_at - moved.starts_at) == (long_session, timedelta(minutes=90))
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    later = Slot(TEN + timedelta(days=1), harley_street)
    private_page_acts.request_other_slots(enquiry, [later], days=[], parts=[], policy=ReplyPolicy(1), now=NOW)
    assert enquiry.appointments.get(status="pending").appointment_type == long_session


def test_an_offer_is_taken_up_as_the_type_that_was_offered(make_slot_request, locations, long_session, actor):
    enquiry, slot = make_slot_request(), Slot(TEN, locations["harley-street"])
    held_until = NOW + timedelta(days=2)
    (offer,) = appointments.offer(
        enquiry, [slot], held_until, NOW, actor=actor, draft=None, appointment_type=long_session
    )

    assert appointments.accept_offer(offer, NOW).appointment_type == long_session


def test_an_offer_accepted_by_phone_is_booked_as_the_type_that_was_offered(
    make_slot_request, locations, long_session, actor, therapist_client
):
    enquiry, slot = make_slot_request(), Slot(TEN, locations["harley-street"])
    held_until = NOW + timedelta(days=2)
    (offer,) = appointments.offer(
        enquiry, [slot], held_until, NOW, actor=actor, draft=None, appointment_type=long_session
    )

    reply_page = therapist_client.get(reply_url(enquiry, "agreed", offer))
    assert reply_page.context["form"]["appointment_type"].value() == long_session.pk


def test_after_an_appointment_the_next_reply_begins_with_its_type(
    make_slot_request, locations, long_session, actor, therapist_client
):
    enquiry = make_slot_request()
    booked = appointments.book_agreed(
        enquiry, Slot(TEN, locations["harley-street"]), NOW, actor=actor, appointment_type=long_session
    )
    appointments.cancel(booked, NOW, actor=Actor.PERSON)

    reply_page = therapist_client.get(reply_url(enquiry, "offer"))
    assert reply_page.context["form"]["appointment_type"].value() == long_session.pk


def test_another_type_at_the_same_time_is_no_second_click(make_slot_request, locations, long_session, actor):
    enquiry, slot = make_slot_request(), Slot(TEN, locations["harley-street"])
    appointments.book_agreed(enquiry, slot, NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(enquiry, slot, NOW, actor=actor, appointment_type=long_session)
    assert appointments.book_agreed(enquiry, slot, NOW, actor=actor) is None
