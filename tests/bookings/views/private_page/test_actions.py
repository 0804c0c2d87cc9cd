"""People act on their request by their private link."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from bookings import appointments, enquiries, formatting
from bookings.messages import emails
from bookings.models import (
    Appointment,
    AppointmentType,
    BookingSettings,
    Enquiry,
    Event,
    Message,
    PrivateLink,
)
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.facts import practice_row
from practice.models import Fee, Location
from tests.bookings import texts
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import (
    SECRETS,
    TEN,
    Status,
    all_rows,
    get,
    notices_to_therapist,
    page_text,
    post,
    private_path,
    reload,
    set_practice_phone,
    slot_value,
    stored_status,
)


def test_they_accept_an_offer_and_a_second_click_does_no_harm(offer_slots):
    first, second = offer_slots()
    path = f"{private_path(first.enquiry)}{first.pk}/accept/"
    responses = [post(path), post(path)]

    assert [response.url.partition("?")[2] for response in responses] == ["done=accepted"] * 2
    assert (stored_status(first), stored_status(second)) == (Status.BOOKED, Status.CANCELLED)
    assert reload(first.enquiry).status == Enquiry.Status.BOOKED
    assert notices_to_therapist(first.enquiry) == ["booked"]
    assert "The appointment is yours" in page_text(get(responses[0].url))


def test_an_offer_that_ran_out_is_said_kindly(offer_slots):
    first, _ = offer_slots()
    response = post(f"{private_path(first.enquiry)}{first.pk}/accept/", moment=NOW + timedelta(days=3))

    assert response.url.endswith("?done=changed")
    assert stored_status(first) != Status.BOOKED
    assert "Nothing is lost" in page_text(get(response.url, NOW + timedelta(days=3)))


@pytest.mark.parametrize(
    ("hours_before", "sentence"),
    [
        (30, "Until Monday 30 November, 10:00 London time, cancelling costs you nothing. After that, £45 is due."),
        (24, "Until Monday 30 November, 10:00 London time, cancelling costs you nothing. After that, £45 is due."),
        (23, "It could be cancelled free of charge until Monday 30 November, 10:00 London time. If you cancel it now,"),
    ],
)
def test_the_question_names_the_last_free_moment_and_what_is_due(book_appointment, hours_before, sentence):
    AppointmentType.objects.update(fee=Fee.objects.create(name="Session", pence=9000))
    BookingSettings.objects.update(late_cancel_fee="half", cancel_notice_hours=24)
    appointment = book_appointment()
    path = f"{private_path(appointment.enquiry)}{appointment.pk}/cancel/"
    at = TEN - timedelta(hours=hours_before)
    assert sentence in page_text(get(path, at))

    post(path, moment=at)
    appointment.refresh_from_db()
    assert (appointment.missed_pence == 4500) == ("now" in sentence)


def test_the_question_names_nothing_where_nothing_is_ever_due(book_appointment):
    appointment = book_appointment()
    assert "due" not in page_text(get(f"{private_path(appointment.enquiry)}{appointment.pk}/cancel/"))


def test_the_last_free_moment_is_told_by_both_clocks(book_appointment, online):
    appointment = book_appointment()
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert formatting.moment_by_clock(at, online, "Europe/Paris") == (
        "Monday 30 November, 23:30 London time (Tuesday 1 December, 00:30 in Paris)"
    )
    assert formatting.moment_by_clock(at, appointment.location, "Europe/Paris").endswith("23:30 London time")


def test_they_cancel_after_a_question_and_take_it_back_within_an_hour(book_appointment):
    appointment = book_appointment()
    path = private_path(appointment.enquiry)
    assert "Cancel Tuesday 1 December, 10:00" in page_text(get(f"{path}{appointment.pk}/cancel/"))
    for _ in range(2):
        assert post(f"{path}{appointment.pk}/cancel/").url.endswith("/?done=cancelled")
    assert stored_status(appointment) == Status.CANCELLED
    assert "Take it back" in page_text(get(path, NOW + timedelta(minutes=60)))
    assert "Take it back" not in page_text(get(path, NOW + timedelta(minutes=61)))

    for _ in range(2):
        assert post(f"{path}{appointment.pk}/take-back/").url.endswith("/?done=taken-back")

    assert stored_status(appointment) == Status.BOOKED
    assert notices_to_therapist(appointment.enquiry) == ["cancelled", "booked"]


def test_after_an_hour_or_once_somebody_else_has_it_nothing_is_taken_back(
    book_appointment, make_enquiry, actor, make_slot
):
    appointment = book_appointment()
    path = f"{private_path(appointment.enquiry)}{appointment.pk}"
    post(f"{path}/cancel/")
    assert post(f"{path}/take-back/", moment=NOW + timedelta(minutes=61)).url.endswith("done=changed")
    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    gone = post(f"{path}/take-back/")
    assert gone.url.endswith("done=taken")
    assert "Somebody else has this time now" in page_text(get(gone.url))
    assert stored_status(appointment) == Status.CANCELLED


def test_what_was_done_is_said_only_while_it_is_so(book_appointment, offer_slots, make_enquiry):
    """The browser's Back shows an address again whose act has been undone since."""
    appointment, waiting = book_appointment(hours=4), make_enquiry()
    path = private_path(appointment.enquiry)
    for done, words in (("accepted", "The appointment is yours."), ("moved", "Your appointment has moved.")):
        assert words in page_text(get(f"{path}?done={done}"))
        assert words not in page_text(get(f"{private_path(waiting)}?done={done}"))
    assert "Your appointment is cancelled." not in page_text(get(f"{path}?done=cancelled"))
    assert "Your request is paused." not in page_text(get(f"{private_path(waiting)}?done=paused"))
    assert "I have those that are" not in page_text(get(f"{private_path(waiting)}?done=fewer"))
    assert texts.REQUEST_CHANGED in page_text(get(f"{private_path(waiting)}?done=requested"))
    assert texts.REQUEST_CHANGED not in page_text(get(f"{path}?done=requested"))


def test_what_has_begun_is_not_cancelled(book_appointment):
    appointment = book_appointment()
    path = f"{private_path(appointment.enquiry)}{appointment.pk}/cancel/"

    assert get(path, TEN).url.endswith("done=changed")
    assert post(path, moment=TEN).url.endswith("done=changed")
    assert stored_status(appointment) == Status.BOOKED


def test_they_move_within_published_times(book_appointment, published_slots):
    appointment = book_appointment()
    path = f"{private_path(appointment.enquiry)}{appointment.pk}/move/"
    text = get(path).content.decode()
    assert slot_value(TEN + timedelta(hours=1)) in text
    assert slot_value(datetime(2026, 12, 1, 3, tzinfo=UTC)) not in text

    for _ in range(2):
        response = post(path, {"time": slot_value(TEN + timedelta(hours=1))})
        assert response.url.endswith("?done=moved")

    moved = Appointment.objects.get(pk=appointment.pk)
    assert (moved.starts_at, moved.sequence) == (TEN + timedelta(hours=1), 1)
    assert notices_to_therapist(appointment.enquiry) == ["moved"]
    confirmed = Message.objects.get(enquiry=appointment.enquiry, kind="confirm")
    body = emails.compose(confirmed, practice_row(), NOW).body
    assert body.startswith("Dear Zoë O’Hara,\n\nYour appointment has a new time:\n\nTuesday 1 December 2026, 11:00 to")


def test_without_published_times_they_ask_for_another_and_keep_theirs(book_appointment):
    appointment = book_appointment()
    path = private_path(appointment.enquiry)
    assert "Move it" not in page_text(get(path))
    for response in (get(f"{path}{appointment.pk}/move/"), post(f"{path}{appointment.pk}/move/", {"time": "x"})):
        assert response.url == f"/private/{appointment.enquiry.reference}/times/"
    assert "Your appointment stays as it is" in page_text(get(f"{path}times/"))
    post(f"{path}times/", {"days": ["4"], "parts": ["evening"]})

    assert stored_status(appointment) == Status.BOOKED
    assert reload(appointment.enquiry).status == Enquiry.Status.WAITING
    text = page_text(get(path))
    assert "Your appointment " in text
    assert "reply by" in text


@pytest.mark.parametrize(
    "time",
    [
        "",
        "soon",
        "3kbno-999",  # nowhere
        "3kbno-\0",
        "3kbno",  # without a location
        "00000-1",
        "zzzzz-1",
        "3kbnp-1",  # not at a time that is published
        "3kbl0-1",  # at night
        "3k9vo-1",  # past
        "3kbno-2",  # closed there
        "x" * 500,
    ],
)
def test_no_other_time_is_taken(book_appointment, published_slots, time):
    assert Slot(TEN, Location.objects.get(pk=1)).value == "3kbnc-1"
    appointment = book_appointment()
    path = private_path(appointment.enquiry)
    before = all_rows()
    responses = [
        post(f"{path}{appointment.pk}/move/", {"time": time}),
        post(f"{path}times/", {"first": time}),
        post(f"{path}times/", {"first": slot_value(TEN + timedelta(hours=1)), "second": time or "x"}),
    ]

    assert all(response.status_code in (200, 409) for response in responses)
    assert all(texts.PROBLEM in page_text(response) for response in responses)
    after = all_rows()
    del before["bookings.BookingSettings"], after["bookings.BookingSettings"]  # its version counts who took the lock
    assert after == before


def test_they_ask_for_other_days_and_the_promise_begins_anew(offer_slots):
    offers = offer_slots()
    enquiry = offers[0].enquiry
    path = f"{private_path(enquiry)}times/"
    assert "What I’ve offered you will be free for others" in page_text(get(path))
    later = NOW + timedelta(days=1)
    responses = [post(path, {"days": ["4", "0"], "parts": ["evening", "morning"]}, later) for _ in range(2)]

    assert responses[1].url.endswith("?done=requested")
    current = reload(enquiry)
    assert (current.status, current.days, current.parts) == ("waiting", [0, 4], ["morning", "evening"])
    assert current.reply_due == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert [stored_status(offer) for offer in offers] == [Status.CANCELLED] * 2
    assert notices_to_therapist(enquiry) == ["asked"]
    wishes = Event.objects.filter(enquiry=enquiry, kind=Event.Kind.PERSON)
    assert [event.text for event in wishes] == ["They asked for another time: Monday, Friday: morning, evening"]


def test_they_ask_for_published_times_in_order(make_enquiry, published_slots, make_slot):
    enquiry = make_enquiry()
    path = f"{private_path(enquiry)}times/"
    assert "Tuesday 1 December, 10:00" in page_text(get(path))
    data = {"first": slot_value(TEN + timedelta(hours=2)), "second": slot_value(TEN)}
    for _ in range(2):
        assert post(path, data).url.endswith("?done=requested")

    pending = enquiry.appointments.filter(status=Status.PENDING).order_by("rank")
    assert [(preference.rank, preference.starts_at) for preference in pending] == [
        (1, TEN + timedelta(hours=2)),
        (2, TEN),
    ]
    assert notices_to_therapist(enquiry) == ["asked"]
    text = page_text(get(private_path(enquiry)))
    assert "Tuesday 1 December, 12:00 to 12:30 London time, Harley Street" in text
    assert "Nothing is held until I confirm one of them" in text


def test_a_time_that_was_taken_meanwhile_loses_nothing(make_enquiry, published_slots, book_appointment):
    enquiry = make_enquiry()
    path = f"{private_path(enquiry)}times/"
    book_appointment()
    response = post(path, {"first": slot_value(TEN), "second": slot_value(TEN + timedelta(hours=2))})

    assert response.status_code == 409
    assert "This time is not free, or no longer" in page_text(response)
    assert not enquiry.appointments.exists()
    assert f'value="{slot_value(TEN + timedelta(hours=2))}" selected' in response.content.decode()
    assert slot_value(TEN) not in response.content.decode()


def test_later_times_are_on_further_pages_and_a_choice_among_them_is_kept(make_enquiry, published_slots):
    path = f"{private_path(make_enquiry())}times/"
    first = get(path).content.decode()
    later = re.search(r'href="\?(at=[\w-]+)&amp;(from=2026-[\d-]+)">Later times', first)
    further = f"{path}?{later[1]}&{later[2]}"
    chosen = re.search(r'<option value="(\w+-\d+)"', get(further).content.decode())[1]
    assert chosen not in first
    assert "The first free times" in page_text(get(further))
    assert later[0].partition("?")[2].partition('"')[0] in get(further).content.decode()

    response = post(further, {"first": chosen, "days": ["0"]})

    assert texts.PROBLEM in page_text(response)
    assert f'value="{chosen}" selected' in response.content.decode()
    assert post(further, {"first": chosen}).url.endswith("done=requested")


def test_a_lost_race_on_the_form_ends_at_the_next_times(make_enquiry, published_slots):
    text = page_text(get(f"{private_path(make_enquiry())}?gone"))

    assert "The time you chose has just been taken. Nothing is lost: your request is here." in text
    assert "These times are free now" in text


@pytest.mark.parametrize("to", ["closed", "set_aside"])
def test_what_is_closed_or_set_aside_is_not_opened_by_them(make_enquiry, actor, to):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
    for act in ("times/", "pause/"):
        assert get(private_path(enquiry) + act).url.endswith("done=changed")
        data = {"days": ["0"], "parts": ["morning"]}
        assert post(private_path(enquiry) + act, data).url.endswith("done=changed")

    assert reload(enquiry).status == to


def test_they_erase_everything_and_only_the_reference_is_told(offer_slots, make_enquiry, caplog):
    enquiry, bystander = offer_slots()[0].enquiry, make_enquiry()
    path = private_path(enquiry)
    assert texts.ERASE in page_text(get(f"{path}erase/"))
    with caplog.at_level(logging.INFO, logger="bookings"):
        response = post(f"{path}erase/")

    assert response.url == reverse("bookings:private_erased")
    assert "remove this site" in page_text(get(response.url))
    assert list(Enquiry.objects.all()) == [bystander]
    assert not Appointment.objects.exists()
    assert not PrivateLink.objects.filter(enquiry_id=enquiry.pk).exists()
    assert get(path).status_code == post(f"{path}erase/").status_code == 404
    assert [record.getMessage() for record in caplog.records if record.name == "bookings.private_page_acts"] == [
        "Erased an enquiry: the person asked for it."
    ]
    message = emails.compose(Message.objects.get(enquiry=None), practice_row(), NOW)
    assert message.subject == f"A change on your website – ref {enquiry.reference}"
    assert "erased their request" in message.body
    assert enquiry.reference in message.body
    assert not [secret for secret in SECRETS if secret in message.body + message.subject]


@pytest.mark.parametrize("became", [Status.BOOKED, Status.FULFILLED, Status.NOSHOW])
def test_once_there_was_an_appointment_they_are_told_whom_to_ask(book_appointment, actor, became):
    set_practice_phone()
    appointment, moment = book_appointment(), TEN + timedelta(hours=1)
    if became != Status.BOOKED:
        appointments.record_outcome(appointment, became, moment, actor=actor)
    path = f"{private_path(appointment.enquiry)}erase/"

    assert post(path, moment=moment).url.endswith("done=changed")
    assert Enquiry.objects.exists()
    assert "ring +44 20 7946 0018" in page_text(get(path, moment))
    assert texts.ERASE not in page_text(get(path, moment))


def test_two_tabs_that_do_different_things_lose_nothing(offer_slots):
    first, second = offer_slots()
    path = private_path(first.enquiry)
    post(f"{path}{first.pk}/accept/")

    assert post(f"{path}{second.pk}/accept/").url.endswith("done=changed")
    assert post(f"{path}pause/").url.endswith("done=changed")
    assert post(f"{path}erase/").url.endswith("done=changed")
    assert (stored_status(first), stored_status(second)) == (Status.BOOKED, Status.CANCELLED)


@pytest.mark.parametrize("data", [{}, {"days": ["1"]}, {"parts": ["morning"]}, {"days": ["9"], "parts": ["noon"]}])
@pytest.mark.usefixtures("db")
def test_half_an_answer_is_asked_for_again(make_enquiry, data):
    enquiry = make_enquiry()
    response = post(f"{private_path(enquiry)}times/", data)

    assert response.status_code == 200
    assert texts.PROBLEM in page_text(response)
    assert "<title>Error: Another time</title>" in response.content.decode()
    assert not notices_to_therapist(enquiry)
