"""The receipt says what is true for this request, and shows its sender the ways back for a quarter of an hour."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from bookings import private_links, return_words
from bookings.models import Enquiry, Message, PrivateLink
from practice.models import Practice
from tests.bookings import texts
from tests.bookings.conftest import NOW, new_form

PHONE = {"channel": "phone", "phone": "07700 900 982"}
WORDS = re.compile(r"<strong>([a-z]+ [a-z]+ [a-z]+ [a-z]+)</strong>")
EMAIL_PROMISED = "A short, neutral email will confirm it, unless one went to that address within the last day."


@pytest.fixture
def read(client):
    """Reads the receipt to which the response leads, as visible text, at noon unless it is later."""

    def page_of(response, browser=client, at=NOW):
        with time_machine.travel(at, tick=False):
            page = browser.get(response.headers["Location"])
        assert page.status_code == 200
        return html.unescape(page.content.decode())

    return page_of


def words_on(page):
    found = WORDS.search(page)
    return found[1] if found else ""


def link_on(page):
    return re.search(r'href="(/private/[\w-]{32}/)"', page)


def test_who_chose_the_phone_is_promised_no_email_and_has_both_ways_back(submit_form, answers, read):
    page = read(submit_form(answers | PHONE))

    assert "Nothing will come by email, because you chose the phone." in page
    assert EMAIL_PROMISED not in page
    assert f"reply by <strong>{texts.REPLY_BY}</strong> London time, by phone." in page
    assert link_on(page)[1] == private_links.path(Enquiry.objects.get(), NOW)
    assert len(set(words_on(page).split()) & set(return_words.word_list())) == len(set(words_on(page).split()))


def test_a_second_request_within_a_day_is_promised_no_email_that_does_not_come(submit_form, answers, read):
    first, second = read(submit_form(answers)), read(submit_form(new_form(answers, message="Another thing")))

    assert Message.objects.filter(kind="acknowledge").count() == 1
    assert EMAIL_PROMISED in second
    assert "is on its way" not in second
    # Nothing else tells whether this address has written before: somebody may try the address of somebody else.
    assert without_secrets(first) == without_secrets(second)


def without_secrets(page):
    page = WORDS.sub("", page)
    return re.sub(r"/private/[\w-]{32}/|\b[2-9A-Z]{8}\b", "", page)


def test_what_is_held_back_is_promised_neither_email_nor_time(submit_form, answers, read):
    page = read(submit_form(answers | {"nothing": "filled in"}))

    assert Enquiry.objects.get().status == "set_aside"
    assert "An automatic check holds your message back" in page
    assert texts.REPLY_BY not in page
    assert EMAIL_PROMISED not in page
    assert words_on(page)


def test_what_the_therapist_set_aside_is_not_said_to_be_held_back_by_a_check(submit_form, answers, read):
    response = submit_form(answers)
    Enquiry.objects.update(status="set_aside")

    assert "An automatic check" not in read(response)


def test_what_was_answered_meanwhile_is_promised_nothing(submit_form, answers, read):
    response = submit_form(answers)
    Enquiry.objects.update(status="answered")
    page = read(response)

    assert texts.REPLY_BY not in page
    assert "It has moved on since it arrived." in page


def test_a_complaint_has_no_private_page_and_so_no_ways_back(submit_form, answers, read):
    page = read(submit_form(answers | {"kind": "complaint"}))

    assert "Your complaint has arrived" in page
    assert not words_on(page)
    assert "four words" not in page
    assert "private page" not in page
    assert not PrivateLink.objects.exists()
    assert texts.COMPLAINT_FOLLOWED_UP in page
    assert texts.COMPLAINT_UNANSWERED in page


def test_a_complaint_that_moved_on_promises_no_page_and_no_time(submit_form, answers, read):
    response = submit_form(answers | {"kind": "complaint"})
    Enquiry.objects.update(status="answered")
    page = read(response)

    assert "It has moved on since it arrived." in page
    assert "private page" not in page
    assert texts.COMPLAINT_FOLLOWED_UP in page
    assert texts.COMPLAINT_UNANSWERED not in page


@pytest.mark.parametrize(
    ("reply_to", "contact", "can_answer"),
    [("anna@example.org", {}, True), ("", {}, False), ("anna@example.org", PHONE, False)],
)
def test_a_complaint_can_be_followed_up_by_email_only_if_one_comes_and_is_read(
    submit_form, answers, read, reply_to, contact, can_answer
):
    practice = Practice.objects.get()
    practice.reply_to = reply_to
    practice.save()
    page = read(submit_form(answers | contact | {"kind": "complaint"}))

    assert (texts.COMPLAINT_BY_EMAIL in page) == can_answer


def test_the_address_alone_shows_only_the_reference(submit_form, answers, read):
    response = submit_form(answers)
    page = read(response, Client())

    assert Enquiry.objects.get().reference in page
    assert not words_on(page)
    assert not link_on(page)
    assert texts.REPLY_BY not in page
    assert "email" not in page.split("<main")[1].split("</main>")[0]


def test_the_ways_back_are_shown_for_fifteen_minutes(submit_form, answers, read):
    response = submit_form(answers)

    assert words_on(read(response, at=NOW + timedelta(minutes=14)))
    assert not words_on(read(response, at=NOW + timedelta(minutes=16)))


def test_the_cookie_is_encrypted_strict_and_out_of_reach_of_scripts(submit_form, answers):
    response = submit_form(answers)

    cookie, enquiry = response.cookies[settings.RECEIPT_COOKIE_NAME], Enquiry.objects.get()
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["max-age"]) == ("Strict", 900)
    assert enquiry.reference not in cookie.value


def test_the_cookie_is_secure_where_the_site_is(submit_form, answers, settings):
    settings.HTTPS = True

    assert submit_form(answers).cookies[settings.RECEIPT_COOKIE_NAME]["secure"]


@pytest.mark.parametrize("value", ["", "x", "gAAAAA", "é"])
def test_a_forged_cookie_shows_only_the_reference(submit_form, answers, read, client, value):
    response = submit_form(answers)
    client.cookies[settings.RECEIPT_COOKIE_NAME] = value

    assert not words_on(read(response))


def test_the_cookie_of_one_receipt_opens_no_other(submit_form, answers, read):
    first = submit_form(answers)
    submit_form(new_form(answers, name="Ann", email="ann@example.org"))  # the browser has the cookie of this one now
    page = read(first)

    assert not words_on(page)
    assert texts.REPLY_BY not in page


def test_a_double_click_shows_the_same_words(submit_form, answers, read):
    first = words_on(read(submit_form(answers)))

    assert words_on(read(submit_form(answers))) == first != ""
    assert Enquiry.objects.count() == 1


def test_equal_answers_on_another_form_of_the_same_browser_show_the_same_words(submit_form, answers, read):
    first = words_on(read(submit_form(answers)))

    assert words_on(read(submit_form(new_form(answers), is_same_browser=True))) == first != ""
    assert Enquiry.objects.count() == 1


def test_another_request_has_other_words(submit_form, answers, read):
    first = words_on(read(submit_form(answers)))

    assert words_on(read(submit_form(new_form(answers, name="Ann", email="ann@example.org")))) != first


def test_equal_answers_from_another_browser_show_neither_words_nor_link(submit_form, answers, read):
    first = submit_form(answers)
    other = submit_form(new_form(answers))

    assert other.headers["Location"] == first.headers["Location"]
    assert settings.RECEIPT_COOKIE_NAME not in other.cookies
    page = read(other, Client())
    assert not words_on(page)
    assert not link_on(page)


def test_a_form_sent_again_much_later_shows_no_words(submit_form, answers, read):
    """Somebody else may have gone back to it."""
    submit_form(answers)
    later = NOW + timedelta(minutes=20)
    page = read(submit_form(answers, at=later), at=later)

    assert not words_on(page)
    assert not link_on(page)


def test_words_and_link_can_be_hidden_at_once(submit_form, answers, read, client):
    response = submit_form(answers)
    with time_machine.travel(NOW, tick=False):
        hidden = client.post(response.headers["Location"])

    assert hidden.headers["Location"] == response.headers["Location"]
    assert not words_on(read(hidden))


def test_the_times_that_were_asked_for_are_named(submit_form, answers, read, harley_street):
    response = submit_form(answers)
    enquiry = Enquiry.objects.get()
    enquiry.appointments.create(
        appointment_type=enquiry.appointment_type,
        location=harley_street,
        starts_at=NOW + timedelta(days=7),
        ends_at=NOW + timedelta(days=7, minutes=30),
        status="pending",
        rank=1,
        made_at=NOW,
    )

    assert "Tuesday 1 December, 12:00 to 12:30, Harley Street" in read(response)


def test_a_stored_request_holds_no_word_of_the_four(submit_form, answers, read):
    words = words_on(read(submit_form(answers)))

    link = PrivateLink.objects.get()
    assert len(link.words_digest) == 64
    assert not any(word in link.words_digest for word in words.split())


def test_the_reference_stands_in_the_subject_of_the_first_email(submit_form, answers):
    submit_form(answers)

    acknowledge = Message.objects.get(kind="acknowledge").definition
    assert acknowledge.subject == "We have your message – ref {reference}"


def test_the_reference_stands_beside_the_four_words_as_both_are_needed(submit_form, answers, read):
    page = read(submit_form(answers))

    reference, words = Enquiry.objects.get().reference, words_on(page)
    assert f"<strong>{reference}</strong> <span>Your four words</span> <strong>{words}</strong>" in page
