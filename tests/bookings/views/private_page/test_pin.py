"""A PIN after the link, chosen by the person, for a mailbox that others can open."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from bookings import pins, private_links, return_words
from bookings.models import PrivateLink
from tests.bookings.conftest import NOW, error_summary
from tests.bookings.views.private_page.helpers import all_rows, get, page_text, post, private_path

PIN = "830517"
FORM_ID = "a-form-id"


@pytest.fixture
def enquiry(make_enquiry):
    enquiry = make_enquiry()
    private_links.create(enquiry, FORM_ID, NOW)
    return enquiry


@pytest.fixture
def locked(enquiry):
    """A request whose page asks for a PIN. Its owner has chosen it in the browser of the test."""
    get(private_path(enquiry))
    assert post(own_path(enquiry, "pin/"), {"pin": PIN}).url == own_path(enquiry, "?done=pin-set")
    return enquiry


def own_path(enquiry, rest=""):
    return f"/private/{enquiry.reference}/{rest}"


def by_link(enquiry, moment=NOW):
    """Somebody else's browser, which has followed the link."""
    client = Client()
    assert get(private_path(enquiry), moment, client).status_code == 302
    return client


def try_pin(enquiry, pin, client, moment=NOW):
    return post(own_path(enquiry, "unlock/"), {"pin": pin}, moment, client)


def test_the_link_alone_opens_nothing_then(locked):
    client = by_link(locked)
    before = all_rows()
    for rest in ("", "times/", "pause/", "erase/", "pin/", "nowhere/"):
        for response in (get(own_path(locked, rest), client=client), post(own_path(locked, rest), client=client)):
            assert (response.status_code, response.url) == (302, own_path(locked, "unlock/"))
    asked = page_text(get(own_path(locked, "unlock/"), client=client))

    assert "Enter your PIN" in asked
    assert "four words" in asked
    assert all_rows() == before


@pytest.mark.parametrize("typed", [PIN, f" {PIN} ", "830 517"])
def test_with_the_pin_it_opens_and_stays_open_in_this_browser(locked, typed):
    client = by_link(locked)
    assert try_pin(locked, typed, client).url == own_path(locked)

    assert get(own_path(locked), client=client).status_code == 200
    assert get(private_path(locked), client=client).status_code == 200


def test_who_has_chosen_it_goes_on_in_their_browser(locked):
    assert "only with your PIN" in page_text(get(own_path(locked, "?done=pin-set")))


def test_five_wrong_tries_an_hour_are_counted_for_the_link(locked):
    client = by_link(locked)
    for number in range(5):
        response = try_pin(locked, f"00000{number}", client)
        assert error_summary(response)[0][0] == "That isn’t the PIN of this page"
    late = try_pin(locked, PIN, by_link(locked))

    assert late.status_code == 429
    assert "Wait an hour" in page_text(late)
    assert try_pin(locked, PIN, client, NOW + timedelta(minutes=20)).status_code == 429
    later = NOW + timedelta(minutes=61)
    assert try_pin(locked, PIN, by_link(locked, later), later).url == own_path(locked)


def test_right_tries_use_up_nothing(locked):
    for _ in range(7):
        assert try_pin(locked, PIN, by_link(locked)).status_code == 302


def test_the_four_words_open_it_without_the_pin(locked):
    client = Client()
    answers = {"reference": locked.reference, "words": return_words.words_of(FORM_ID)}
    assert post("/private/", answers, client=client).url == own_path(locked)

    assert get(own_path(locked), client=client).status_code == 200


def test_it_is_changed_and_removed(locked):
    post(own_path(locked, "pin/"), {"pin": "119922"})
    client = by_link(locked)
    assert try_pin(locked, PIN, client).status_code == 200
    assert try_pin(locked, "119922", client).status_code == 302

    assert "Change or remove the PIN" in page_text(get(own_path(locked)))
    assert post(own_path(locked, "pin/"), {"remove": "yes"}).url == own_path(locked, "?done=pin-removed")
    assert "Ask for a PIN" in page_text(get(own_path(locked)))
    assert get(private_path(locked), client=Client()).status_code == 200


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("", "Enter 6 to 12 digits"),
        ("12345", "Enter 6 to 12 digits"),
        ("1" * 13, "Enter 6 to 12 digits"),
        ("abcdef", "Enter 6 to 12 digits"),
        ("٤٥٦٧٨٩", "Enter 6 to 12 digits"),
        ("000000", "Choose digits that nobody would try first"),
        ("123456", "Choose digits that nobody would try first"),
        ("987654", "Choose digits that nobody would try first"),
        ("890123", "Choose digits that nobody would try first"),
    ],
)
def test_a_pin_that_is_none_is_refused_and_stays_in_its_field(enquiry, pin, problem):
    get(private_path(enquiry))
    response = post(own_path(enquiry, "pin/"), {"pin": pin})

    assert error_summary(response)[0][0].startswith(problem)
    assert f'value="{pin}"' in response.content.decode() or not pin
    assert PrivateLink.objects.get().pin_digest == ""


def test_ending_the_link_removes_the_pin(locked):
    private_links.end(locked)

    assert get(private_path(locked), client=Client()).status_code == 200


def test_the_database_does_not_give_it_away(locked):
    assert PIN not in str(all_rows())
    assert len(PrivateLink.objects.get().pin_digest) == 64


def test_after_a_change_of_the_key_a_right_pin_is_stored_anew(locked, settings):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    link = PrivateLink.objects.get()
    before = link.pin_digest
    assert pins.is_right(link, PIN, NOW)
    assert link.pin_digest != before

    settings.FIELD_KEYS = [new]
    assert pins.is_right(PrivateLink.objects.get(), PIN, NOW)


def test_without_the_cookie_of_the_form_the_answer_is_kind(locked):
    client = Client(enforce_csrf_checks=True)
    get(private_path(locked), client=client)
    response = try_pin(locked, PIN, client)

    assert response.status_code == 403
    assert "Nothing has changed yet" in page_text(response)
