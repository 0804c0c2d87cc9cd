"""People act on their request by their private link."""

import logging
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from bookings import appointments, enquiries
from bookings.messages import emails
from bookings.models import (
    Appointment,
    Enquiry,
    Event,
    Message,
    PrivateLink,
)
from bookings.private_page_acts import pause
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.facts import practice_row
from practice.models import Location
from tests.bookings import texts
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import (
    SECRETS,
    TEN,
    Status,
    all_rows,
    get,
    link_of,
    notices_to_therapist,
    post,
    reloaded,
    set_phone,
    slot_value,
    status,
    text_of,
)


def test_they_accept_an_offer_and_a_second_click_does_no_harm(offered):
    first, second = offered()
    path = f"{link_of(first.enquiry)}{first.pk}/accept/"
    answers = [post(path), post(path)]

    assert [answer.url.partition("?")[2] for answer in answers] == ["done=accepted"] * 2
    assert (status(first), status(second)) == (Status.BOOKED, Status.CANCELLED)
    assert reloaded(first.enquiry).status == Enquiry.Status.BOOKED
    assert notices_to_therapist(first.enquiry) == ["booked"]
    assert "The appointment is yours" in text_of(get(answers[0].url))


def test_an_offer_that_ran_out_is_said_kindly(offered):
    first, _ = offered()
    response = post(f"{link_of(first.enquiry)}{first.pk}/accept/", moment=NOW + timedelta(days=3))

    assert response.url.endswith("?done=changed")
    assert status(first) != Status.BOOKED
    assert "Nothing is lost" in text_of(get(response.url, NOW + timedelta(days=3)))


def test_they_cancel_after_a_question_and_take_it_back_within_an_hour(booked):
    appointment = booked()
    path = link_of(appointment.enquiry)
    assert "Cancel Tuesday 1 December, 10:00" in text_of(get(f"{path}{appointment.pk}/cancel/"))
    for _ in range(2):
        assert post(f"{path}{appointment.pk}/cancel/").url == f"{path}?done=cancelled"
    assert status(appointment) == Status.CANCELLED
    assert "Take it back" in text_of(get(path, NOW + timedelta(minutes=60)))
    assert "Take it back" not in text_of(get(path, NOW + timedelta(minutes=61)))

    for _ in range(2):
        assert post(f"{path}{appointment.pk}/take-back/").url == f"{path}?done=back"

    assert status(appointment) == Status.BOOKED
    assert notices_to_therapist(appointment.enquiry) == ["cancelled", "booked"]


def test_after_an_hour_or_once_somebody_else_has_it_nothing_is_taken_back(booked, receive, actor, at):
    appointment = booked()
    path = f"{link_of(appointment.enquiry)}{appointment.pk}"
    post(f"{path}/cancel/")
    assert post(f"{path}/take-back/", moment=NOW + timedelta(minutes=61)).url.endswith("done=changed")
    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    gone = post(f"{path}/take-back/")
    assert gone.url.endswith("done=taken")
    assert "Somebody else has this time now" in text_of(get(gone.url))
    assert status(appointment) == Status.CANCELLED


def test_what_was_done_is_said_only_while_it_is_so(booked, offered, receive):
    """The browser's Back shows an address again whose act has been undone since."""
    appointment, waiting = booked(hours=4), receive()
    path = link_of(appointment.enquiry)
    for done, words in (("accepted", "The appointment is yours."), ("moved", "Your appointment has moved.")):
        assert words in text_of(get(f"{path}?done={done}"))
        assert words not in text_of(get(f"{link_of(waiting)}?done={done}"))
    assert "Your appointment is cancelled." not in text_of(get(f"{path}?done=cancelled"))
    assert "Your request is paused." not in text_of(get(f"{link_of(waiting)}?done=paused"))
    assert "I have those that are" not in text_of(get(f"{link_of(waiting)}?done=fewer"))
    assert texts.REQUEST_CHANGED in text_of(get(f"{link_of(waiting)}?done=asked"))
    assert texts.REQUEST_CHANGED not in text_of(get(f"{path}?done=asked"))


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
    assert slot_value(TEN + timedelta(hours=1)) in shown
    assert slot_value(datetime(2026, 12, 1, 3, tzinfo=UTC)) not in shown

    for _ in range(2):
        response = post(path, {"time": slot_value(TEN + timedelta(hours=1))})
        assert response.url.endswith("?done=moved")

    moved = Appointment.objects.get(pk=appointment.pk)
    assert (moved.starts_at, moved.sequence) == (TEN + timedelta(hours=1), 1)
    assert notices_to_therapist(appointment.enquiry) == ["moved"]
    confirmed = Message.objects.get(enquiry=appointment.enquiry, kind="confirm")
    written = emails.compose(confirmed, practice_row(), NOW).body
    assert written.startswith("Your appointment has a new time:\n\nTuesday 1 December 2026, 11:00 to")


def test_without_published_times_they_ask_for_another_and_keep_theirs(booked):
    appointment = booked()
    path = link_of(appointment.enquiry)
    assert "Move it" not in text_of(get(path))
    for answer in (get(f"{path}{appointment.pk}/move/"), post(f"{path}{appointment.pk}/move/", {"time": "x"})):
        assert answer.url == f"{path}times/"
    assert "Your appointment stays as it is" in text_of(get(f"{path}times/"))
    post(f"{path}times/", {"days": ["4"], "parts": ["evening"]})

    assert status(appointment) == Status.BOOKED
    assert reloaded(appointment.enquiry).status == Enquiry.Status.WAITING
    shown = text_of(get(path))
    assert "Your appointment " in shown
    assert "reply by" in shown


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
def test_no_other_time_is_taken(booked, published, time):
    assert Slot(TEN, Location.objects.get(pk=1)).value == "3kbnc-1"
    appointment = booked()
    path = link_of(appointment.enquiry)
    before = all_rows()
    answers = [
        post(f"{path}{appointment.pk}/move/", {"time": time}),
        post(f"{path}times/", {"first": time}),
        post(f"{path}times/", {"first": slot_value(TEN + timedelta(hours=1)), "second": time or "x"}),
    ]

    assert all(answer.status_code in (200, 409) for answer in answers)
    assert all(texts.PROBLEM in text_of(answer) for answer in answers)
    after = all_rows()
    del before["bookings.BookingSettings"], after["bookings.BookingSettings"]  # its version counts who took the lock
    assert after == before


def test_they_ask_for_other_days_and_the_promise_begins_anew(offered):
    offers = offered()
    enquiry = offers[0].enquiry
    path = f"{link_of(enquiry)}times/"
    assert "free again for others" in text_of(get(path))
    later = NOW + timedelta(days=1)
    answers = [post(path, {"days": ["4", "0"], "parts": ["evening", "morning"]}, later) for _ in range(2)]

    assert answers[1].url.endswith("?done=asked")
    current = reloaded(enquiry)
    assert (current.status, current.days, current.parts) == ("waiting", [0, 4], ["morning", "evening"])
    assert current.reply_due == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert [status(one) for one in offers] == [Status.CANCELLED] * 2
    assert notices_to_therapist(enquiry) == ["asked"]
    wishes = Event.objects.filter(enquiry=enquiry, kind=Event.Kind.PERSON)
    assert [event.text for event in wishes] == ["They asked for another time: Monday, Friday: morning, evening"]


def test_they_ask_for_published_times_in_order(receive, published, at):
    enquiry = receive()
    path = f"{link_of(enquiry)}times/"
    assert "Tuesday 1 December, 10:00" in text_of(get(path))
    given = {"first": slot_value(TEN + timedelta(hours=2)), "second": slot_value(TEN)}
    for _ in range(2):
        assert post(path, given).url.endswith("?done=asked")

    pending = enquiry.appointments.filter(status=Status.PENDING).order_by("rank")
    assert [(one.rank, one.starts_at) for one in pending] == [(1, TEN + timedelta(hours=2)), (2, TEN)]
    assert notices_to_therapist(enquiry) == ["asked"]
    shown = text_of(get(link_of(enquiry)))
    assert "Tuesday 1 December, 12:00 to 12:30 London time, Harley Street" in shown
    assert "Nothing is held until I confirm one of them" in shown


def test_a_time_that_was_taken_meanwhile_loses_nothing(receive, published, booked):
    enquiry = receive()
    path = f"{link_of(enquiry)}times/"
    booked()
    response = post(path, {"first": slot_value(TEN), "second": slot_value(TEN + timedelta(hours=2))})

    assert response.status_code == 409
    assert "This time is not free, or no longer" in text_of(response)
    assert not enquiry.appointments.exists()
    assert f'value="{slot_value(TEN + timedelta(hours=2))}" selected' in response.content.decode()
    assert slot_value(TEN) not in response.content.decode()


def test_later_times_are_on_further_pages_and_a_choice_among_them_is_kept(receive, published):
    path = f"{link_of(receive())}times/"
    first = get(path).content.decode()
    later = re.search(r'href="\?(at=[\w-]+)&amp;(from=2026-[\d-]+)">Later times', first)
    further = f"{path}?{later[1]}&{later[2]}"
    chosen = re.search(r'<option value="(\w+-\d+)"', get(further).content.decode())[1]
    assert chosen not in first
    assert "The first free times" in text_of(get(further))
    assert later[0].partition("?")[2].partition('"')[0] in get(further).content.decode()

    response = post(further, {"first": chosen, "days": ["0"]})

    assert texts.PROBLEM in text_of(response)
    assert f'value="{chosen}" selected' in response.content.decode()
    assert post(further, {"first": chosen}).url.endswith("done=asked")


def test_a_lost_race_on_the_form_ends_at_the_next_times(receive, published):
    shown = text_of(get(f"{link_of(receive())}?gone"))

    assert "The time you chose has just been taken. Nothing is lost: your request is here." in shown
    assert "These times are free now" in shown


def test_they_pause_and_nobody_writes_to_them(offered):
    offer = offered()[0]
    enquiry = offer.enquiry
    path = f"{link_of(enquiry)}pause/"
    for _ in range(2):
        assert post(path).url.endswith("?done=paused")

    assert reloaded(enquiry).status == Enquiry.Status.PAUSED
    assert reloaded(enquiry).check_in_on is None
    assert status(offer) == Status.CANCELLED
    assert notices_to_therapist(enquiry) == ["paused"]
    assert "hear nothing from me until you come back" in text_of(get(link_of(enquiry)))


def test_a_pause_lets_go_of_days_too(receive):
    enquiry = receive(days=[1], parts=["evening"])
    post(f"{link_of(enquiry)}pause/")
    assert (reloaded(enquiry).days, reloaded(enquiry).parts) == ([], [])


def test_they_allow_one_question_on_a_day_and_coming_back_ends_it(receive):
    enquiry = receive()
    path = link_of(enquiry)
    post(f"{path}pause/", {"check_in_on": "2027-03-03"})
    assert reloaded(enquiry).check_in_on == date(2027, 3, 3)
    assert "one short question on Wednesday 3 March 2027" in text_of(get(path))
    assert "Come back and choose when" in text_of(get(path))
    post(f"{path}times/", {"days": ["0"], "parts": ["morning"]})

    assert (reloaded(enquiry).status, reloaded(enquiry).check_in_on) == (Enquiry.Status.WAITING, None)


@pytest.mark.parametrize("day", ["2026-11-24", "2020-01-01", "2027-11-25", "soon", "9999-12-31", "2027-02-29", "\0"])
def test_no_other_day_is_taken(receive, day):
    enquiry = receive()
    response = post(f"{link_of(enquiry)}pause/", {"check_in_on": day})

    assert response.status_code == 200
    assert texts.PROBLEM in text_of(response)
    assert reloaded(enquiry).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("day", ["2026-11-25", "2027-11-24", "03/03/2027"])
def test_the_first_and_the_last_day_are_taken(receive, day):
    enquiry = receive()

    assert post(f"{link_of(enquiry)}pause/", {"check_in_on": day}).status_code == 302
    assert reloaded(enquiry).check_in_on


def test_no_question_by_email_where_email_is_not_safe(receive):
    enquiry = receive(channel="phone", email="", phone="+44 7700 900982")
    path = f"{link_of(enquiry)}pause/"
    assert "check_in_on" not in get(path).content.decode()
    post(path, {"check_in_on": "2027-03-03"})

    assert (reloaded(enquiry).status, reloaded(enquiry).check_in_on) == (Enquiry.Status.PAUSED, None)
    pause(enquiry, NOW, check_in_on=date(2027, 3, 3))
    assert reloaded(enquiry).check_in_on is None


def test_with_an_appointment_to_come_there_is_no_pause(booked):
    enquiry = booked().enquiry
    path = f"{link_of(enquiry)}pause/"
    post(f"{link_of(enquiry)}times/", {"days": ["0"], "parts": ["morning"]})

    assert get(path).url.endswith("done=changed")
    assert post(path).url.endswith("done=changed")
    assert reloaded(enquiry).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("to", ["closed", "set_aside"])
def test_what_is_closed_or_set_aside_is_not_opened_by_them(receive, actor, to):
    enquiry = receive()
    enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
    for act in ("times/", "pause/"):
        assert get(link_of(enquiry) + act).url.endswith("done=changed")
        given = {"days": ["0"], "parts": ["morning"]}
        assert post(link_of(enquiry) + act, given).url.endswith("done=changed")

    assert reloaded(enquiry).status == to


def test_they_erase_everything_and_only_the_reference_is_told(offered, receive, caplog):
    enquiry, bystander = offered()[0].enquiry, receive()
    path = link_of(enquiry)
    assert texts.ERASE in text_of(get(f"{path}erase/"))
    with caplog.at_level(logging.INFO, logger="bookings"):
        response = post(f"{path}erase/")

    assert response.url == reverse("bookings:private_erased")
    assert "remove this site" in text_of(get(response.url))
    assert list(Enquiry.objects.all()) == [bystander]
    assert not Appointment.objects.exists()
    assert not PrivateLink.objects.filter(enquiry_id=enquiry.pk).exists()
    assert get(path).status_code == post(f"{path}erase/").status_code == 404
    assert [one.getMessage() for one in caplog.records if one.name == "bookings.private_page_acts"] == [
        f"Erased enquiry {enquiry.reference}: the person asked for it."
    ]
    message = emails.compose(Message.objects.get(enquiry=None), practice_row(), NOW)
    assert message.subject == f"A change on your website – ref {enquiry.reference}"
    assert "erased their request" in message.body
    assert enquiry.reference in message.body
    assert not [secret for secret in SECRETS if secret in message.body + message.subject]


@pytest.mark.parametrize("became", [Status.BOOKED, Status.FULFILLED, Status.NOSHOW])
def test_once_there_was_an_appointment_they_are_told_whom_to_ask(booked, actor, became):
    set_phone()
    appointment, moment = booked(), TEN + timedelta(hours=1)
    if became != Status.BOOKED:
        appointments.record_outcome(appointment, became, moment, actor=actor)
    path = f"{link_of(appointment.enquiry)}erase/"

    assert post(path, moment=moment).url.endswith("done=changed")
    assert Enquiry.objects.exists()
    assert "ring +44 20 7946 0018" in text_of(get(path, moment))
    assert texts.ERASE not in text_of(get(path, moment))


def test_two_tabs_that_do_different_things_lose_nothing(offered):
    first, second = offered()
    path = link_of(first.enquiry)
    post(f"{path}{first.pk}/accept/")

    assert post(f"{path}{second.pk}/accept/").url.endswith("done=changed")
    assert post(f"{path}pause/").url.endswith("done=changed")
    assert post(f"{path}erase/").url.endswith("done=changed")
    assert (status(first), status(second)) == (Status.BOOKED, Status.CANCELLED)


@pytest.mark.parametrize("given", [{}, {"days": ["1"]}, {"parts": ["morning"]}, {"days": ["9"], "parts": ["noon"]}])
@pytest.mark.usefixtures("db")
def test_half_an_answer_is_asked_for_again(receive, given):
    enquiry = receive()
    response = post(f"{link_of(enquiry)}times/", given)

    assert response.status_code == 200
    assert texts.PROBLEM in text_of(response)
    assert "<title>Error: Another time</title>" in response.content.decode()
    assert not notices_to_therapist(enquiry)
