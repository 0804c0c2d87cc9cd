"""Replies that are sent twice, by phone, or after something changed meanwhile."""

import re
import uuid
from datetime import timedelta

import pytest

from bookings import appointments, booking, enquiries
from bookings.admin import texts
from bookings.admin.reply_actions import ACTIONS
from bookings.enquiries import ReplyDraft
from bookings.messages.calendar_files import SERIES_PURPOSES
from bookings.models import Appointment, Enquiry, Message, OccupiedCell, Purpose, Reply
from bookings.slot import Slot
from tests.bookings.admin.replies.helpers import (
    PHONE,
    TEN,
    ReplyScreen,
    Status,
    deliver_emails,
    enquiry_url,
    error_messages,
    page_text,
    reply_url,
    slot_fields,
)
from tests.bookings.conftest import NOW


@pytest.fixture
def hold(locations, actor):
    """Offers a time to somebody."""

    def held(enquiry):
        slots = [Slot(TEN + timedelta(hours=4), locations["harley-street"])]
        return appointments.offer(enquiry, slots, NOW + timedelta(days=3), NOW, actor=actor, draft=None)

    return held


ABOUT_ONE_TIME = [purpose.value for purpose in Purpose if purpose not in SERIES_PURPOSES]  # test_series.py has the rest


@pytest.mark.parametrize("purpose", ABOUT_ONE_TIME)
def test_a_second_click_sends_nothing_twice(
    make_slot_request, book_appointment, locations, therapist_client, mailoutbox, hold, purpose
):
    appointment = book_appointment() if purpose in ("move", "join", "cancel") else None
    enquiry = appointment.enquiry if appointment else make_slot_request()
    if purpose == "withdraw":
        hold(enquiry)
    if purpose == "accept":
        appointment = enquiry.appointments.get()
    with_time = slot_fields(locations, at="15:00") if purpose in ("offer", "agreed", "move") else {}
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, purpose, appointment), **with_time)
    reply_screen.data.setdefault("body", "Dear Zoë")

    page = reply_screen.preview()
    for _ in range(2):
        done = reply_screen.send(page)
        assert ACTIONS[Purpose(purpose)].sent in done.content.decode()

    assert (Reply.objects.count(), Message.objects.filter(kind="reply").count()) == (1, 1)
    assert enquiry.appointments.filter(status__in=("booked", "proposed")).count() <= 1


@pytest.mark.parametrize("purpose", [purpose for purpose in ABOUT_ONE_TIME if purpose != Purpose.REPLY])
def test_whoever_has_only_a_phone_is_told_by_phone_once(
    make_slot_request, book_appointment, locations, therapist_client, mailoutbox, hold, purpose
):
    appointment = book_appointment(**PHONE) if purpose in ("move", "join", "cancel") else None
    enquiry = appointment.enquiry if appointment else make_slot_request(**PHONE)
    if purpose == "withdraw":
        hold(enquiry)
    if purpose == "accept":
        appointment = enquiry.appointments.get()
    with_time = slot_fields(locations, at="15:00") if purpose in ("offer", "agreed", "move") else {}
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, purpose, appointment), **with_time)
    page = therapist_client.get(reply_screen.url).content.decode()
    has_to_ring = purpose != "agreed"  # then they have spoken already
    assert ('Call <bdi>Zoë O’Hara</bdi>: <a href="tel:07700900982">' in page) == has_to_ring
    assert ("don’t leave a voicemail" in page) == has_to_ring
    assert 'name="body"' not in page
    before = Enquiry.objects.get().status, set(enquiry.appointments.values_list("status", "starts_at"))

    if purpose != "agreed":
        assert error_messages(reply_screen.record()) == {"told": ["Tell them first, then tick this."]}
        assert before == (Enquiry.objects.get().status, set(enquiry.appointments.values_list("status", "starts_at")))
    happened = enquiry.events.count()
    done = reply_screen.record(told="on")
    written = enquiry.events.count()
    again = reply_screen.record(told="on")

    for page in (done, again):
        assert ACTIONS[Purpose(purpose)].recorded in page_text(page)
    assert enquiry.events.count() == written > happened
    assert not Reply.objects.exists()
    assert deliver_emails(mailoutbox) == []


@pytest.mark.parametrize(("purpose", "word"), [("decline", "Declined"), ("refer", "Referred on"), ("list", "Put on")])
def test_the_history_says_that_they_were_told_by_phone(make_enquiry, therapist_client, purpose, word):
    enquiry = make_enquiry(**PHONE)
    ReplyScreen(therapist_client, reply_url(enquiry, purpose)).record(told="on")

    event = enquiry.events.get(kind="diary")
    assert event.text.startswith(word)
    assert event.text.endswith("told by phone")
    assert event.text in therapist_client.get(enquiry_url(enquiry)).content.decode()


def test_a_time_that_others_ask_for_too_says_so_and_leads_to_them(make_slot_request, make_enquiry, therapist_client):
    first, second = make_slot_request(TEN), make_slot_request(TEN + timedelta(minutes=35))
    make_slot_request(TEN + timedelta(hours=3))
    spam = make_slot_request(TEN)
    Enquiry.objects.filter(pk=spam.pk).update(status="set_aside")

    page = therapist_client.get(enquiry_url(first)).content.decode()
    assert f'Also requested by <a href="{enquiry_url(second)}">{second.reference}</a>.' in page
    assert "Zoë" not in re.search(r"Also requested.*?</p>", page)[0]


def test_what_was_taken_meanwhile_says_so_and_cannot_be_accepted(make_slot_request, book_appointment, therapist_client):
    enquiry = make_slot_request(TEN, TEN + timedelta(hours=1))
    first, second = enquiry.appointments.order_by("rank")
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "accept", first), body="My very own words, {times}")
    page = reply_screen.preview()
    book_appointment(TEN + timedelta(minutes=15))

    refused = reply_screen.send(page)
    assert error_messages(refused)["__all__"] == [
        "Tuesday 1 December, 10:00, Harley Street, is taken, or too near to another appointment."
    ]
    form = refused.context["form"]
    assert form["body"].value() == "My very own words, {times}"
    assert form["idempotency_key"].value() != str(reply_screen.data["idempotency_key"])
    assert not Reply.objects.exists()

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert f"{texts.NO_LONGER_FREE}." in page
    assert reply_url(enquiry, "accept", first) not in page
    assert reply_url(enquiry, "accept", second) in page


def test_a_time_that_is_over_says_so(make_slot_request, therapist_client):
    enquiry = make_slot_request(NOW - timedelta(hours=1))

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert f"{texts.PAST}." in page
    assert "/answer/accept/" not in page


@pytest.mark.parametrize("purpose", ["move", "cancel"])
def test_what_they_changed_meanwhile_is_looked_at_again(book_appointment, locations, therapist_client, purpose):
    appointment = book_appointment()
    reply_screen = ReplyScreen(therapist_client, reply_url(appointment.enquiry, purpose, appointment))
    reply_screen.data |= slot_fields(locations, at="16:00") if purpose == "move" else {}
    page = reply_screen.preview()
    later = {"starts_at": TEN + timedelta(hours=1), "ends_at": TEN + timedelta(hours=1, minutes=30)}
    Appointment.objects.filter(pk=appointment.pk).update(sequence=1, **later)

    refused = reply_screen.send(page)
    assert "has been changed meanwhile" in error_messages(refused)["__all__"][0]
    assert "Tuesday 1 December, 11:00" in refused.content.decode()
    assert not Reply.objects.exists()
    assert Appointment.objects.get().status == "booked"


def test_another_reply_from_the_same_page_is_not_reported_as_sent(make_slot_request, therapist_client):
    enquiry = make_slot_request()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "accept", enquiry.appointments.get()))
    page = reply_screen.preview()
    reply_screen.send(page)

    refused = therapist_client.post(reply_screen.url, reply_screen.data | {"body": "Other words", "act": "send"})
    assert error_messages(refused)["__all__"] == [enquiries.ANOTHER_REPLY_SENT]
    assert Reply.objects.count() == 1


def test_one_offer_goes_to_whoever_is_first(make_enquiry, locations, therapist_client):
    first, second = make_enquiry(), make_enquiry()
    screens = [
        ReplyScreen(therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations))
        for enquiry in (first, second)
    ]
    previews = [reply_screen.preview() for reply_screen in screens]

    _, refused = [reply_screen.send(preview) for reply_screen, preview in zip(screens, previews, strict=True)]

    assert "is taken" in error_messages(refused)["__all__"][0]
    assert Appointment.objects.filter(status=Status.PROPOSED).count() == 1


@pytest.mark.parametrize("by_offer", [False, True])
def test_who_asks_for_another_time_and_gets_it_does_not_end_with_two(book_appointment, locations, actor, by_offer):
    first = book_appointment()
    asking, later = first.enquiry, Slot(TEN + timedelta(days=1), locations["harley-street"])
    if by_offer:
        until = NOW + timedelta(days=3)
        [requested] = appointments.offer(asking, [later], until, NOW, actor=actor, draft=None)
        for _ in range(2):
            appointments.accept_offer(requested, NOW)
    else:
        requested = booking.create(asking, asking.appointment_type, later, NOW, rank=1)
        draft = ReplyDraft("Your appointment", "Dear Zoë", uuid.uuid4())
        for words in (draft, draft, None):
            appointments.accept_request(requested, NOW, actor=actor, draft=words)

    [remaining] = asking.appointments.booked()
    assert (remaining.pk, remaining.uid, remaining.sequence) == (first.pk, first.uid, 1)
    assert remaining.starts_at == later.starts_at
    assert {cell.appointment_id for cell in OccupiedCell.objects.all()} == {first.pk}
    requested.refresh_from_db()
    assert requested.status == Appointment.Status.CANCELLED
    assert Enquiry.objects.get(pk=asking.pk).status == Enquiry.Status.BOOKED
    assert by_offer or asking.replies.get(purpose="accept").appointment == remaining
