"""Whose link it is, while it is open."""

import hashlib
import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import appointments, private_links
from bookings.actor import Actor
from bookings.messages import emails
from bookings.messages.to_person import REPLY_DELAYED
from bookings.models import (
    Enquiry,
    PrivateLink,
)
from bookings.outbox import enqueue
from bookings.private_page_acts import erase
from practice.facts import practice_row
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import (
    TEN,
    UNKNOWN,
    Status,
    all_rows,
    get,
    page_text,
    post,
    private_path,
    slot_value,
    stored_status,
)


def test_the_database_holds_only_the_digest_of_a_token(make_enquiry):
    path = private_path(make_enquiry())
    token = path.split("/")[2]

    assert PrivateLink.objects.get().digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(all_rows())


def unknown_path(enquiry):
    return f"/private/{UNKNOWN}/"


def truncated_path(enquiry):
    return private_path(enquiry)[:-5] + "/"


def expired_path(enquiry):
    path = private_path(enquiry)
    PrivateLink.objects.update(ends_at=NOW)
    return path


def ended_path(enquiry):
    path = private_path(enquiry)
    private_links.end(enquiry)
    return path


def erased_path(enquiry):
    path = private_path(enquiry)
    erase(enquiry, NOW)
    return path


@pytest.mark.parametrize("make_path", [unknown_path, truncated_path, expired_path, ended_path, erased_path])
def test_what_is_not_open_is_answered_alike(make_enquiry, client, make_path):
    """One query, one page: nobody learns whether there ever was such a link."""
    usual = get(unknown_path(make_enquiry()))
    path = make_path(make_enquiry())
    get(path)
    with CaptureQueriesContext(connection) as queries:
        response = get(path)
    with CaptureQueriesContext(connection) as usual_queries:
        get(unknown_path(None))

    assert response.status_code == 404
    assert "This link doesn’t work" in page_text(response)
    assert "/consultation/" in response.content.decode()
    assert response.content == usual.content
    assert len(queries) == len(usual_queries)
    for act in ("times/", "pause/", "erase/", "1/accept/"):
        assert post(path + act).status_code == 404


def test_a_complaint_has_no_link(make_enquiry):
    enquiry = make_enquiry(kind=Enquiry.Kind.COMPLAINT)

    assert get(private_path(enquiry)).status_code == 404
    assert post(f"{private_path(enquiry)}erase/").status_code == 404
    assert Enquiry.objects.exists()


def test_no_message_about_a_complaint_offers_a_link(make_enquiry):
    def get_confirmation(enquiry):
        enqueue(REPLY_DELAYED, NOW, enquiry=enquiry)
        return emails.compose(enquiry.messages.get(kind="reply_delayed"), practice_row(), NOW).body

    assert "/private/" not in get_confirmation(make_enquiry(kind=Enquiry.Kind.COMPLAINT))
    assert "/private/" in get_confirmation(make_enquiry())


def test_reading_does_not_make_a_link_live_longer(make_enquiry):
    path = private_path(make_enquiry())
    ends_at = PrivateLink.objects.get().ends_at
    get(path, NOW + timedelta(days=50))

    assert PrivateLink.objects.get().ends_at == ends_at
    assert get(path, ends_at - timedelta(seconds=1)).status_code == 200
    assert get(path, ends_at).status_code == 404


@pytest.mark.parametrize("act", ["accept", "take-back", "cancel", "move"])
def test_nobody_reaches_the_appointment_of_another(make_enquiry, book_appointment, offer_slots, published_slots, act):
    path = private_path(make_enquiry())
    before = all_rows()
    theirs = offer_slots()[0] if act == "accept" else book_appointment()
    if act == "take-back":
        appointments.cancel(theirs, NOW, actor=Actor.PERSON)
    before = all_rows()

    assert post(f"{path}{theirs.pk}/{act}/", {"time": slot_value(TEN + timedelta(hours=1))}).status_code == 404
    assert get(f"{path}{theirs.pk}/{act}/").status_code == 404
    assert post(f"{path}{10**30}/{act}/").status_code == 404
    assert all_rows() == before


def test_every_act_needs_the_cookie_and_the_answer_is_kind(enquiries_in_each_state):
    before = all_rows()
    for enquiry, number in enquiries_in_each_state:
        for act in ("times/", "pause/", "erase/", f"{number}/accept/", f"{number}/cancel/", f"{number}/take-back/"):
            response = post(private_path(enquiry) + act, {"days": ["4"]}, client=Client(enforce_csrf_checks=True))
            assert response.status_code in (302, 403, 404), act
            if response.status_code == 403:
                assert "Nothing has changed yet" in page_text(response)
                if act == "times/":
                    assert re.search(r'value="4"[^>]* checked', response.content.decode())

    assert all_rows() == before


def test_with_the_cookie_of_the_page_an_act_is_done(offer_slots):
    first, _ = offer_slots()
    browser = Client(enforce_csrf_checks=True)
    path = private_path(first.enquiry)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', get(path, client=browser).content.decode())[1]
    response = post(f"{path}{first.pk}/accept/", {"csrfmiddlewaretoken": token}, client=browser)

    assert response.url.endswith("/?done=accepted")
    assert stored_status(first) == Status.BOOKED
    assert "desk" not in browser.cookies  # no session


@pytest.mark.parametrize(
    "query", ["?done=%3Cscript%3E", "?done=nonsense", "?done=accepted&done=x", "?done=", "?at=x&from=y"]
)
def test_only_known_words_of_the_address_are_said(make_enquiry, query):
    html = get(private_path(make_enquiry()) + query).content.decode()

    assert 'class="status-message"' not in html
    assert "script>alert" not in html
    assert "nonsense" not in html


def test_a_link_is_open_for_sixty_days_after_the_last_message(make_enquiry):
    """The privacy notice says so."""
    enquiry = make_enquiry()
    path = private_path(enquiry)
    assert get(path, NOW + timedelta(days=60, seconds=-1)).status_code == 200
    assert get(path, NOW + timedelta(days=60)).status_code == 404

    private_links.path(enquiry, NOW + timedelta(days=50))
    assert get(path, NOW + timedelta(days=110, seconds=-1)).status_code == 200

    private_links.path(enquiry, NOW)  # a message that was written before it, and is sent later
    assert get(path, NOW + timedelta(days=110, seconds=-1)).status_code == 200


def test_a_link_stays_the_same_while_its_field_key_is_there(make_enquiry, settings):
    enquiry = make_enquiry()
    path = private_path(enquiry)
    settings.SECRET_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert private_path(enquiry) == path
    assert get(path).status_code == 200


def test_once_the_field_key_is_gone_the_next_message_carries_a_link_that_opens(make_enquiry, settings):
    enquiry = make_enquiry()
    former = private_links.path(enquiry, NOW + timedelta(days=50))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    path = private_path(enquiry)

    assert path != former
    assert get(former).status_code == 404
    assert get(path, NOW + timedelta(days=110, seconds=-1)).status_code == 200
