"""Nobody's appointment or offer goes silently with their enquiry, by whichever way it is closed or erased."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from bookings import appointments, enquiries, people, private_page_acts, retention
from bookings.admin.enquiry import EnquiryAdmin
from bookings.enquiries import CONCLUDED
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Message, OccupiedCell, Person, Purpose, Reply
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.worker import delivery
from tests.bookings.admin.replies.helpers import PHONE, ReplyScreen, reply_url
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import TEN, get, page_text, post, private_path

AT_TEN = "Tuesday 1 December, 10:00, Harley Street"
Status = Appointment.Status
ERASE = {
    "enquiry": lambda appointment: people.erase_enquiries(Enquiry.objects.all(), NOW),
    "person": lambda appointment: people.erase(appointment.person, NOW),
}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booked(make_enquiry, actor, harley_street):
    def book(**details):
        return appointments.book_agreed(make_enquiry(**details), Slot(TEN, harley_street), NOW, actor=actor)

    return book


@pytest.fixture
def offered(make_enquiry, actor, harley_street):
    def offer(**details):
        held_until = NOW + timedelta(days=3)
        [made] = appointments.offer(
            make_enquiry(**details), [Slot(TEN, harley_street)], held_until, NOW, actor=actor, draft=None
        )
        return made

    return offer


@pytest.fixture(params=["booked", "offered"])
def counted_on(request):
    """An appointment to come, or an offer that is held."""
    return request.getfixturevalue(request.param)()


def erase_page(enquiry):
    return reverse("admin:bookings_enquiry_delete", args=[enquiry.pk])


def is_as_before(appointment):
    current = Appointment.objects.filter(pk=appointment.pk).first()
    return current is not None and current.status == appointment.status and current.cells.exists()


def test_the_screen_names_what_is_to_be_ended_and_erases_nothing(counted_on, therapist_client):
    page = erase_page(counted_on.enquiry)
    for answer in (therapist_client.get(page), therapist_client.post(page, {"post": "yes", "told": "on"})):
        text = page_text(answer)
        assert AT_TEN in text
        assert "It can’t be erased yet." in text
        assert "Erase permanently" not in text

    assert is_as_before(counted_on)


def test_the_list_offers_no_action_that_erases():
    assert EnquiryAdmin.actions is None


@pytest.mark.parametrize("erased", [Enquiry, Person])
def test_the_database_erases_no_enquiry_with_an_appointment_by_itself(counted_on, erased):
    with pytest.raises(ProtectedError):
        erased.objects.all().delete()

    assert is_as_before(counted_on)


@pytest.mark.parametrize("of", ERASE)
def test_erasing_refuses_by_name(counted_on, of):
    with pytest.raises(NotAllowed, match=AT_TEN):
        ERASE[of](counted_on)

    assert is_as_before(counted_on)


def test_what_was_booked_while_the_screen_was_open_is_not_erased(make_enquiry, harley_street, actor, monkeypatch):
    """The screen has seen nothing; the act looks again, with the enquiry locked."""
    enquiry = make_enquiry()
    appointments.book_agreed(enquiry, Slot(TEN, harley_street), NOW, actor=actor)
    monkeypatch.setattr(EnquiryAdmin, "get_deleted_objects", lambda *_: ([], {}, set(), []))
    client = Client()
    client.force_login(actor.user)
    text = page_text(client.post(erase_page(enquiry), {"post": "yes"}, follow=True))

    assert AT_TEN in text
    assert Enquiry.objects.filter(pk=enquiry.pk).exists()


def test_retention_keeps_it_and_says_so(counted_on, caplog):
    Enquiry.objects.update(keep_until=NOW.date() - timedelta(days=1))
    with caplog.at_level(logging.WARNING):
        assert retention.erase_expired(NOW) == 0

    assert is_as_before(counted_on)
    assert counted_on.enquiry.reference in caplog.text


def test_retention_goes_on_with_the_others(counted_on, make_enquiry):
    other = make_enquiry()
    Enquiry.objects.update(keep_until=NOW.date() - timedelta(days=1))

    assert retention.erase_expired(NOW) == 1
    assert not Enquiry.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("status", [Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE])
def test_nobody_is_closed_or_set_aside_with_it(counted_on, actor, status):
    enquiry = Enquiry.objects.get()
    Enquiry.objects.update(status=Enquiry.Status.WAITING)  # from which both are possible
    with pytest.raises(NotAllowed, match=AT_TEN):
        enquiries.change_status(enquiry, status, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert is_as_before(counted_on)


@pytest.mark.parametrize("purpose", CONCLUDED)
def test_nobody_is_declined_referred_or_listed_with_it(counted_on, actor, purpose):
    Enquiry.objects.update(status=Enquiry.Status.WAITING)
    with pytest.raises(NotAllowed, match=AT_TEN):
        enquiries.conclude(counted_on.enquiry, purpose, None, actor=actor, now=NOW)

    assert is_as_before(counted_on)


@pytest.mark.parametrize("purpose", ["decline", "refer", "list"])
def test_the_screen_of_the_answer_is_not_opened_but_says_why(offered, therapist_client, purpose):
    offer = offered()
    text = page_text(therapist_client.get(reply_url(offer.enquiry, purpose), follow=True))

    assert f"A time is held for them: {AT_TEN}. Withdraw it first, so that they are told." in text
    assert "Withdraw it" in text


def test_an_offer_is_withdrawn_with_a_letter_and_then_the_enquiry_is_erased(offered, therapist_client, mailoutbox):
    offer = offered()
    hand = ReplyScreen(therapist_client, reply_url(offer.enquiry, "withdraw"))
    page = hand.preview()
    assert "Tuesday 1 December, 10:00 to 10:30, Harley Street" in page.context["preview"]["body"]
    assert is_as_before(offer)
    hand.send(page)
    assert not OccupiedCell.objects.exists()

    waiting = page_text(therapist_client.get(erase_page(offer.enquiry)))
    assert "hasn’t been sent yet" in waiting
    therapist_client.post(erase_page(offer.enquiry), {"post": "yes"})
    assert Enquiry.objects.exists()

    delivery.send_due(lambda: NOW)
    assert [message.to for message in mailoutbox if "I can no longer hold" in message.body] == [["zoe@example.org"]]
    therapist_client.post(erase_page(offer.enquiry), {"post": "yes"})
    assert not Enquiry.objects.exists()


def test_an_offer_is_withdrawn_by_phone(offered, therapist_client):
    offer = offered(**PHONE)
    ReplyScreen(therapist_client, reply_url(offer.enquiry, "withdraw")).record(told="on")

    assert Appointment.objects.get().status == Status.CANCELLED
    assert [event.text for event in offer.enquiry.events.filter(kind="diary")][-2:] == [
        f"No longer held: {AT_TEN}",
        "Nothing is held for them any more; they were told by phone",
    ]


def test_a_letter_about_an_offer_that_has_ended_meanwhile_is_not_sent(offered, therapist_client, actor):
    offer = offered()
    hand = ReplyScreen(therapist_client, reply_url(offer.enquiry, "withdraw"))
    page = hand.preview()
    appointments.accept_offer(offer, NOW)
    answer = page_text(hand.send(page))

    assert "Nothing is offered to them any more, so this was not sent." in answer
    assert not Reply.objects.exists()
    assert Appointment.objects.get().status == Status.BOOKED


def test_who_was_told_by_phone_is_erased_before_the_letter_leaves(booked, therapist_client):
    appointment = booked()
    hand = ReplyScreen(therapist_client, reply_url(appointment.enquiry, "cancel", appointment))
    hand.send(hand.preview())
    assert Message.objects.get(kind="reply").reply.purpose == Purpose.CANCEL

    therapist_client.post(erase_page(appointment.enquiry), {"post": "yes", "told": "on"})
    assert not Enquiry.objects.exists()


def test_they_erase_it_themselves_and_the_therapist_learns_of_the_appointment(booked, mailoutbox):
    appointment = booked()
    reference, page = appointment.enquiry.reference, f"{private_path(appointment.enquiry)}erase/"
    text = page_text(get(page))
    assert "You have an appointment. Erasing your request cancels it first" in text
    assert "Tuesday 1 December, 10:00 to 10:30 London time" in text
    assert "Your appointment is cancelled first." in page_text(get(private_path(appointment.enquiry)))
    post(page, {"cancels": appointment.pk})

    assert not Enquiry.objects.exists()
    assert not OccupiedCell.objects.exists()
    delivery.send_due(lambda: NOW)
    [notice] = mailoutbox
    assert reference in notice.body
    assert "Their appointment on Tuesday 1 December, 10:00, London time, is cancelled" in notice.body
    assert "Zoë" not in notice.body


def test_their_time_becomes_free_only_with_the_notice(booked, monkeypatch):
    appointment = booked()

    def fail(*args, **kwargs):
        raise RuntimeError("The notice could not be stored")

    monkeypatch.setattr(private_page_acts, "enqueue", fail)
    with pytest.raises(RuntimeError):
        private_page_acts.erase(appointment.enquiry, NOW, cancels=[appointment.pk])

    assert is_as_before(appointment)


def test_two_appointments_are_two_notices_and_none_is_one(booked, make_enquiry, actor, harley_street):
    first = booked()
    other = Slot(TEN + timedelta(days=1), harley_street)
    second = appointments.book_agreed(first.enquiry, other, NOW, actor=actor)
    private_page_acts.erase(first.enquiry, NOW, cancels=[first.pk, second.pk])
    private_page_acts.erase(make_enquiry(), NOW)

    assert Message.objects.filter(kind="tell_erased").count() == 3


@pytest.mark.parametrize("shown", [{}, {"cancels": "x"}, {"cancels": "0"}])
def test_an_appointment_that_the_page_did_not_name_is_not_cancelled_by_it(booked, shown):
    appointment = booked()
    answer = post(f"{private_path(appointment.enquiry)}erase/", shown)

    assert answer.url.endswith("done=changed")
    assert is_as_before(appointment)


def test_whoever_came_is_still_not_erased_by_the_page(booked):
    appointment = booked()
    with pytest.raises(NotAllowed):
        private_page_acts.erase(appointment.enquiry, TEN + timedelta(hours=1), cancels=[appointment.pk])

    assert is_as_before(appointment)
