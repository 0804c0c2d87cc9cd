"""The link is exchanged for a cookie, so that no address of the page opens anything by itself."""

from datetime import timedelta

import pytest
from django.test import Client

from bookings import private_links
from bookings.models import Enquiry, PrivateLink
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page import helpers
from tests.bookings.views.private_page.helpers import get, page_text, post, private_path

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def enquiry(make_enquiry):
    return make_enquiry()


def own_path(enquiry, rest=""):
    return f"/private/{enquiry.reference}/{rest}"


def is_open(enquiry, rest="", moment=NOW, client=None):
    response = get(own_path(enquiry, rest), moment, client)
    assert response.status_code in (200, 403)
    return response.status_code == 200


def token_of(enquiry):
    return private_path(enquiry).split("/")[2]


@pytest.mark.parametrize("rest", ["", "times/", "pause/", "?done=paused", "times/?at=online&from=2026-12-01"])
def test_the_address_bar_and_the_pages_hold_no_token(enquiry, rest):
    with helpers.time_machine.travel(NOW, tick=False):
        response = helpers.browser.get(private_path(enquiry) + rest)

    assert (response.status_code, response.url) == (302, own_path(enquiry, rest))
    assert token_of(enquiry) not in get(response.url).content.decode()
    assert token_of(enquiry) not in str(helpers.browser.cookies)


def test_a_link_without_its_last_slash_opens_it_too(enquiry):
    with helpers.time_machine.travel(NOW, tick=False):
        assert helpers.browser.get(private_path(enquiry).rstrip("/")).url == own_path(enquiry)


def test_the_address_alone_opens_nothing_and_says_how_to_open_it(enquiry):
    get(private_path(enquiry))
    assert is_open(enquiry)
    stranger = Client()
    for rest in ("", "times/", "pin/", "unlock/", "erase/", "nowhere/"):
        for response in (get(own_path(enquiry, rest), client=stranger), post(own_path(enquiry, rest), client=stranger)):
            assert response.status_code == 403
            assert "Open your request again" in page_text(response)
    assert Enquiry.objects.exists()


def test_an_unknown_reference_is_answered_like_a_known_one(enquiry):
    known, unknown = get(own_path(enquiry)), get("/private/ZZZZZZZZ/")

    assert known.status_code == unknown.status_code == 403
    assert known.content == unknown.content


def test_it_closes_after_half_an_hour_without_a_click(enquiry):
    get(private_path(enquiry))
    second = timedelta(seconds=1)
    for number in range(1, 4):
        assert is_open(enquiry, moment=NOW + number * (HALF_AN_HOUR - second))

    assert not is_open(enquiry, moment=NOW + 3 * (HALF_AN_HOUR - second) + HALF_AN_HOUR + second)


def test_the_cookie_is_for_no_script_and_holds_nothing_readable(enquiry, settings):
    get(private_path(enquiry))
    cookie = helpers.browser.cookies[settings.PRIVATE_PAGE_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/", 1800)
    assert enquiry.reference not in cookie.value


def test_ending_the_link_closes_the_page(enquiry):
    get(private_path(enquiry))
    private_links.end(enquiry)

    assert get(own_path(enquiry)).status_code == 404
    assert get(private_path(enquiry)).status_code == 200


def test_two_requests_are_open_at_once_and_never_act_on_each_other(make_enquiry):
    enquiries = [make_enquiry() for _ in range(4)]
    for enquiry in enquiries:
        get(private_path(enquiry))
    assert all(is_open(enquiry) for enquiry in enquiries)
    post(own_path(enquiries[1], "pause/"))

    statuses = dict(Enquiry.objects.values_list("reference", "status"))
    assert [statuses[enquiry.reference] for enquiry in enquiries] == ["waiting", "paused", "waiting", "waiting"]
    fifth = make_enquiry()
    get(private_path(fifth))
    assert [is_open(enquiry) for enquiry in (*enquiries, fifth)].count(True) == 4


def test_a_form_that_an_earlier_release_rendered_still_arrives(enquiry):
    response = post(f"{private_path(enquiry)}pause/")

    assert response.url == own_path(enquiry, "?done=paused")
    assert Enquiry.objects.get().status == Enquiry.Status.PAUSED


def test_a_token_in_place_of_the_reference_in_a_cookie_of_one_s_own_making_opens_nothing(enquiry, settings):
    private_path(enquiry)
    forged = Client()
    forged.cookies[settings.PRIVATE_PAGE_COOKIE_NAME] = PrivateLink.objects.get().digest

    assert not is_open(enquiry, client=forged)
