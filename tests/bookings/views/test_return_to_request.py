"""With the reference and four words, a person comes back from any device, and nobody guesses or locks them out."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings import private_links, return_words
from practice.models import CountedAct
from practice.rate_limits import Origin
from tests.bookings.conftest import NOW, error_summary

URL = "/private/"
FORM_ID = "a-form-id"
WRONG = "abacus abacus abacus abacus"


@pytest.fixture
def enquiry(make_enquiry):
    enquiry = make_enquiry()
    private_links.create(enquiry, FORM_ID, NOW)
    return enquiry


@pytest.fixture
def come_back(client, db):
    def post(reference, words, at=NOW, address="192.0.2.1"):
        with time_machine.travel(at, tick=False):
            return client.post(URL, {"reference": reference, "words": words}, REMOTE_ADDR=address)

    return post


def opens(response, enquiry, at=NOW):
    with time_machine.travel(at, tick=False):
        page = response.client.get(response.headers["Location"]) if response.status_code == 302 else response
    return page.status_code == 200 and page.context.get("enquiry") == enquiry


@pytest.mark.parametrize("change", [str, str.upper, str.title, lambda words: words.replace(" ", "-")])
@pytest.mark.parametrize("change_more", [str, lambda words: f"  {words} ", lambda words: words.replace(" ", "")])
def test_reference_and_words_open_the_private_page_however_they_are_typed(come_back, enquiry, change, change_more):
    words = change_more(change(return_words.words_of(FORM_ID)))
    reference = f" {enquiry.reference[:4].lower()} {enquiry.reference[4:]}"

    assert opens(come_back(reference, words), enquiry)
    assert not CountedAct.objects.exists()


def test_wrong_words_and_an_unknown_reference_are_answered_alike(come_back, enquiry):
    wrong = come_back(enquiry.reference, WRONG)
    unknown = come_back("ZZZZZZZZ", return_words.words_of(FORM_ID))

    assert error_summary(wrong) == error_summary(unknown)
    assert error_summary(wrong)[0][0].startswith("That reference and these four words don’t belong together.")
    assert wrong.status_code == 200
    assert WRONG in wrong.content.decode()


def test_the_words_of_one_request_open_no_other(come_back, enquiry, make_enquiry):
    other = make_enquiry(name="Ann")
    private_links.create(other, "another form", NOW)

    assert come_back(other.reference, return_words.words_of(FORM_ID)).status_code == 200


def test_missing_answers_are_named(come_back, enquiry):
    assert error_summary(come_back("", "")) == [
        ("Enter your reference", "id_reference"),
        ("Enter your four words", "id_words"),
    ]


def test_an_enquiry_without_words_is_opened_by_none(come_back, make_enquiry):
    enquiry = make_enquiry()
    private_links.path(enquiry, NOW)

    assert come_back(enquiry.reference, ".").status_code == 200


def test_a_connection_has_ten_wrong_tries_an_hour_and_locks_nobody_else_out(come_back, enquiry):
    words = return_words.words_of(FORM_ID)
    for _ in range(return_words.MAX_WRONG_ONE_CONNECTION):
        assert come_back(enquiry.reference, WRONG).status_code == 200

    refused = come_back(enquiry.reference, words)
    assert refused.status_code == 429
    assert error_summary(refused)[0][0].startswith("There were too many wrong tries from your connection.")
    assert opens(come_back(enquiry.reference, words, address="192.0.2.2"), enquiry)
    later = NOW + timedelta(minutes=61)
    assert opens(come_back(enquiry.reference, words, at=later), enquiry, later)


def test_a_rush_of_guesses_leaves_everybody_two_tries(come_back, enquiry, monkeypatch):
    monkeypatch.setattr(return_words, "MAX_WRONG_ALL", 5)
    for number in range(6):
        come_back(enquiry.reference, WRONG, address=f"198.51.100.{number}")

    assert come_back(enquiry.reference, WRONG).status_code == 200
    assert opens(come_back(enquiry.reference, return_words.words_of(FORM_ID)), enquiry)
    assert come_back(enquiry.reference, WRONG).status_code == 200
    assert come_back(enquiry.reference, return_words.words_of(FORM_ID)).status_code == 429


def test_tries_at_the_same_moment_are_counted_before_any_of_them_is_looked_at(enquiry, monkeypatch):
    """While each try is looked at, the next one comes from the same connection."""
    monkeypatch.setattr(return_words, "MAX_WRONG_ONE_CONNECTION", 3)
    looked_at, origin, opens = [], Origin.named("192.0.2.1"), return_words._opens

    def try_again_meanwhile(link, reference, words):
        looked_at.append(words)
        if len(looked_at) < 10:
            with suppress(return_words.TooManyWrongWords):
                return_words.find(enquiry.reference, WRONG, origin=origin, now=NOW)
        return opens(link, reference, words)

    monkeypatch.setattr(return_words, "_opens", try_again_meanwhile)
    assert return_words.find(enquiry.reference, WRONG, origin=origin, now=NOW) is None

    assert looked_at == [WRONG] * 3
    with pytest.raises(return_words.TooManyWrongWords):
        return_words.find(enquiry.reference, return_words.words_of(FORM_ID), origin=origin, now=NOW)


def test_words_work_longer_than_the_link_and_renew_it(come_back, enquiry, client):
    later = NOW + timedelta(days=90)
    response = come_back(enquiry.reference, return_words.words_of(FORM_ID), at=later)

    with time_machine.travel(later, tick=False):
        assert client.get(response.headers["Location"]).status_code == 200


def test_words_end_with_a_link_that_was_ended(come_back, enquiry):
    private_links.end(enquiry)

    assert come_back(enquiry.reference, return_words.words_of(FORM_ID)).status_code == 200


def test_words_made_with_an_older_key_still_open(come_back, enquiry, settings):
    words = return_words.words_of(FORM_ID)
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleTE=", *settings.FIELD_KEYS]

    assert opens(come_back(enquiry.reference, words), enquiry)
    assert private_links.ways_back(enquiry, FORM_ID).words == words


def test_the_page_is_found_from_every_page_and_kept_out_of_search_engines(client, db):
    assert reverse("bookings:return") == URL
    assert f'href="{URL}"' in client.get("/consultation/").content.decode()
    response = client.get(URL)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store, private"


def test_the_list_is_long_enough_and_plain():
    words = return_words.word_list()

    assert len(set(words)) == len(words)
    assert len(words) ** 4 >= 2**44
    assert all(word.isalpha() and word.islower() and word.isascii() and 3 <= len(word) <= 9 for word in words)
    assert not {"drug", "drunk", "poppers", "overdose", "dope", "heroin", "wine", "death"} & set(words)


def test_the_words_follow_from_the_form_and_the_key(settings):
    words = return_words.words_of(FORM_ID)

    assert return_words.words_of(FORM_ID) == words
    assert return_words.words_of("another form") != words
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleTE="]
    assert return_words.words_of(FORM_ID) != words
