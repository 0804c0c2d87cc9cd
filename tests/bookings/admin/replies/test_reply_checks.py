"""Warnings before a reply is sent: about unfinished text, times outside opening hours, and replaced offers."""

import re
from datetime import date, timedelta

import pytest

from bookings import appointments, availability, enquiries
from bookings.admin import texts
from bookings.exceptions import NotAllowed
from bookings.models import BookingSettings, Enquiry, OpeningException, Reply, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.models import Location
from tests.bookings.admin import sentences
from tests.bookings.admin.replies.helpers import (
    PHONE,
    TEN,
    ReplyScreen,
    enquiry_url,
    error_messages,
    page_text,
    reply_url,
    slot_fields,
)
from tests.bookings.conftest import NOW
from tests.confirmations import confirmed_post

NOW_CLOSED = texts.NOW_OUTSIDE_HOURS.partition("{")[0]


@pytest.mark.parametrize("gap", ["- ", "-", "•", "  • "])
def test_an_empty_list_item_cannot_leave(make_enquiry, locations, therapist_client, gap):
    body = f"Dear Zoë,\r\n\r\n{gap}\r\n\r\nAda"
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "decline"), body=body)
    for page in (reply_screen.preview(), therapist_client.post(reply_screen.url, reply_screen.data | {"act": "send"})):
        assert error_messages(page) == {"body": ["A list item is still empty. Fill it in, or delete it."]}
        assert page.context["form"]["body"].value() == body
    assert not Reply.objects.exists()

    reply_screen.send(reply_screen.preview(body="Dear Zoë,\r\n\r\n- Your GP\r\n\r\nAda"))
    assert "\r" not in Reply.objects.get().body


def test_a_gap_in_a_message_is_warned_about(make_enquiry, locations, therapist_client):
    reply_screen = ReplyScreen(
        therapist_client, reply_url(make_enquiry(), "reply"), body="May I ask:\r\n\r\n\r\n\r\nAda"
    )
    assert texts.BLANK_LINES in page_text(reply_screen.preview())


def test_a_template_sent_to_a_referrer_is_warned_about(make_enquiry, locations, therapist_client):
    referral = make_enquiry(on_behalf="professional", organisation="The Surgery", person_knows="yes")
    reply_screen = ReplyScreen(therapist_client, reply_url(referral, "decline"), body="Dear Dr Voss")
    assert texts.TO_REFERRER.format(name="Zoë O’Hara") in page_text(reply_screen.preview())


@pytest.mark.parametrize(
    ("day", "at", "is_warned"),
    [
        ("2026-12-01", "10:00", False),
        ("2026-12-01", "16:30", False),
        ("2026-12-01", "16:35", True),  # ends after closing
        ("2026-12-01", "03:00", True),
        ("2026-12-06", "10:00", True),  # a Sunday
        ("2026-12-25", "10:00", True),  # a bank holiday
        ("2026-12-02", "10:00", True),  # closed
    ],
)
@pytest.mark.parametrize("by_phone", [False, True])
def test_a_time_outside_opening_hours_is_warned_about(
    make_enquiry, weekly_hours, locations, therapist_client, day, at, is_warned, by_phone
):
    OpeningException.objects.create(is_open=False, first_day=date(2026, 12, 2), last_day=date(2026, 12, 2))
    enquiry = make_enquiry(**PHONE) if by_phone else make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations, day=day, at=at))
    page = reply_screen.record() if by_phone else reply_screen.preview(body="Dear Zoë, {times}")
    assert ("Harley Street, is outside your hours." in page_text(page)) == is_warned


def test_without_weekly_hours_nothing_is_outside_them_but_days_that_are_closed(locations):
    OpeningException.objects.create(is_open=False, first_day=date(2026, 12, 2), last_day=date(2026, 12, 2))
    place, hour = locations["harley-street"], timedelta(hours=1)
    rules = availability.read_rules(TEN, TEN + timedelta(days=40), NOW)

    assert availability.is_open(place, TEN, TEN + hour, rules)
    assert not availability.is_open(place, TEN + timedelta(days=1), TEN + timedelta(days=1) + hour, rules)
    assert not availability.is_open(place, TEN + timedelta(days=24), TEN + timedelta(days=24) + hour, rules)


def test_closing_a_day_names_who_is_booked_or_held_then(
    book_appointment, locations, make_enquiry, actor, therapist_client
):
    booked, elsewhere = book_appointment(), book_appointment(TEN + timedelta(days=1))
    [offer] = appointments.offer(
        make_enquiry(), [Slot(TEN + timedelta(hours=3), locations["st-pauls"])], NOW + timedelta(days=2), NOW,
        actor=actor, draft=None,
    )  # fmt: skip
    data = {"is_open": "False", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    page = page_text(confirmed_post(therapist_client, "/admin/bookings/openingexception/add/", data))

    warning = re.search(NOW_CLOSED + "([^<]*)", page)[1]
    assert f"Tuesday 1 December, 10:00, Harley Street, ref {booked.enquiry.reference}" in warning
    assert offer.enquiry.reference in warning
    assert elsewhere.enquiry.reference not in warning

    data["first_day"] = data["last_day"] = "2026-12-03"
    again = page_text(therapist_client.post("/admin/bookings/openingexception/add/", data, follow=True))
    assert NOW_CLOSED not in again


def test_taking_weekly_hours_away_names_who_is_booked_then(book_appointment, weekly_hours, therapist_client):
    booked = book_appointment()
    data = {}
    for place in Location.objects.active():
        for weekday in range(7):
            name = f"place{place.pk}-day{weekday}"
            stays = place.slug == "harley-street" and weekday == 0
            data |= {f"{name}-TOTAL_FORMS": 1, f"{name}-INITIAL_FORMS": 0}
            data |= {f"{name}-0-opens": "09:00" if stays else "", f"{name}-0-closes": "17:00" if stays else ""}
    page = page_text(confirmed_post(therapist_client, "/admin/bookings/weeklyhours/", data))

    assert not WeeklyHours.objects.filter(weekday=1).exists()
    assert f"{NOW_CLOSED}Tuesday 1 December, 10:00, Harley Street, ref {booked.enquiry.reference}." in page


def test_a_reply_promises_to_hold_no_longer_than_the_first_time_begins(make_enquiry, locations, therapist_client):
    enquiry = make_enquiry()
    times = slot_fields(locations) | slot_fields(locations, number=2, day="2026-12-03")
    reply_screen = ReplyScreen(
        therapist_client, reply_url(enquiry, "offer"), **times, held_day="2026-12-10", body="Until {until}. {times}"
    )
    page = reply_screen.preview()
    assert "Until Tuesday 1 December, 10:00." in page.context["preview"]["body"]


def test_a_new_offer_says_what_it_replaces(make_enquiry, locations, actor, therapist_client):
    enquiry = make_enquiry()
    former = Slot(TEN, locations["harley-street"])
    appointments.offer(enquiry, [former], NOW + timedelta(days=2), NOW, actor=actor, draft=None)
    reply_screen = ReplyScreen(
        therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations, at="15:00"), body="{times} {link}"
    )
    page = reply_screen.preview()
    assert "This replaces what you have offered: Tuesday 1 December, 10:00, Harley Street." in page_text(page)

    reply_screen.send(page)
    assert "No longer held: Tuesday 1 December, 10:00, Harley Street" in page_text(
        therapist_client.get(enquiry_url(enquiry))
    )


@pytest.mark.parametrize(("purpose", "is_there"), [("agreed", True), ("offer", False)])
def test_what_is_booked_says_the_address_of_the_room(make_enquiry, locations, therapist_client, purpose, is_there):
    Location.objects.filter(slug="harley-street").update(address="First floor\n1 Example Street")
    reply_screen = ReplyScreen(
        therapist_client, reply_url(make_enquiry(), purpose), **slot_fields(locations), body="{times}"
    )
    body = reply_screen.preview().context["preview"]["body"]
    assert ("Harley Street\n  First floor\n  1 Example Street" in body) == is_there


def test_a_complaint_has_no_templates_and_no_way_to_an_appointment(make_enquiry, actor, therapist_client):
    complaint = make_enquiry(kind=Enquiry.Kind.COMPLAINT)
    page = page_text(therapist_client.get(enquiry_url(complaint)))
    assert "?template=" not in page
    assert 'value="booked"' not in page
    assert 'value="listed"' not in page
    assert 'value="answered"' in page
    with pytest.raises(NotAllowed):
        enquiries.change_status(complaint, Enquiry.Status.BOOKED, actor=actor, policy=ReplyPolicy(1), now=NOW)


def test_what_is_on_the_list_is_not_put_there_again(make_enquiry, actor, therapist_client):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, Enquiry.Status.LISTED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    page = page_text(therapist_client.get(enquiry_url(enquiry)))
    assert reply_url(enquiry, "list") not in page
    assert reply_url(enquiry, "decline") in page


def test_what_is_set_aside_is_put_back_before_a_reply_goes(make_enquiry, therapist_client):
    enquiry = make_enquiry(suspicion=sentences.SEVERAL_LINKS)
    assert "?template=" not in page_text(therapist_client.get(enquiry_url(enquiry)))
    page = therapist_client.get(reply_url(enquiry, "reply"), follow=True)
    assert texts.SET_ASIDE in page_text(page)


def test_bank_holidays_count_only_where_they_do(locations):
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    christmas = TEN + timedelta(days=24)
    rules = availability.read_rules(christmas, christmas, NOW)
    assert availability.is_open(locations["harley-street"], christmas, christmas + timedelta(hours=1), rules)


def test_one_appointment_can_be_longer_and_the_letter_says_so(make_enquiry, locations, therapist_client):
    enquiry = make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations), minutes="90")
    page = reply_screen.preview()
    assert "Tuesday 1 December, 10:00 to 11:30, Harley Street" in page_text(page)
    reply_screen.send(page)
    assert enquiry.appointments.get().minutes == 90


@pytest.mark.parametrize(("minutes", "sentence"), [("3", "Enter 5 minutes or more."), ("52", "Enter a whole")])
def test_a_length_that_is_none_is_refused(make_enquiry, locations, therapist_client, minutes, sentence):
    url = reply_url(make_enquiry(), "agreed")
    page = ReplyScreen(therapist_client, url, **slot_fields(locations)).preview(minutes=minutes)
    assert error_messages(page)["minutes"][0].startswith(sentence)
