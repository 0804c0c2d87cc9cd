"""A fee that may be a slip, and notices that would go elsewhere, are asked about before they are saved."""

import pytest

from practice import texts
from practice.models import Fee, Practice
from tests.confirmations import confirmed_post, facts_asked, form_data

PRACTICE = "/admin/practice/practice/1/change/"


@pytest.fixture
def fee(db):
    return Fee.objects.get(name="Private session")


def url_of(fee):
    return f"/admin/practice/fee/{fee.pk}/change/"


def far(before, after):
    return texts.FEE_FAR_FROM_BEFORE.format(before=before, after=after)


def high(after):
    return texts.FEE_HIGH.format(after=after, limit="£1,000")


@pytest.mark.parametrize(
    ("before", "typed", "facts"),
    [
        (90, "95", []),
        (90, "90", []),
        (90, "", []),
        (None, "900", []),
        (90, "18.01", []),
        (90, "449.99", []),
        (90, "450", [far("£90", "£450")]),
        (90, "850", [far("£90", "£850")]),
        (90, "9", [far("£90", "£9")]),
        (82.5, "8250", [far("£82.50", "£8,250"), high("£8,250")]),
        (1000, "1000", []),
        (900, "1000.01", [high("£1,000.01")]),
        (None, "1200", [high("£1,200")]),
        (1200, "1200", []),
        (90, "0", [texts.FEE_FREE]),
        (None, "0", [texts.FEE_FREE]),
        (0, "0", []),
        (0, "90", []),
    ],
)
def test_a_fee_that_may_be_a_slip_is_asked_about(therapist_client, fee, before, typed, facts):
    Fee.objects.filter(pk=fee.pk).update(pence=None if before is None else int(before * 100))
    response = therapist_client.post(url_of(fee), form_data(therapist_client, url_of(fee)) | {"pounds": typed})

    assert facts_asked(response) == ([*facts, texts.FEE_SHOWN] if facts else [])
    if facts:
        assert f'name="pounds" value="{typed}"' in response.content.decode()


def test_an_unlikely_fee_is_saved_after_a_yes(therapist_client, fee):
    Fee.objects.filter(pk=fee.pk).update(pence=9000)
    confirmed_post(therapist_client, url_of(fee), form_data(therapist_client, url_of(fee)) | {"pounds": "900"})

    assert Fee.objects.get(pk=fee.pk).pence == 900_00


def test_a_fee_that_no_page_shows_is_not_said_to_be_shown(therapist_client, fee):
    data = form_data(therapist_client, url_of(fee)) | {"pounds": "0"}
    del data["is_active"]

    assert facts_asked(therapist_client.post(url_of(fee), data)) == [texts.FEE_FREE]


def test_a_new_fee_above_the_limit_is_asked_about(therapist_client):
    response = therapist_client.post("/admin/practice/fee/add/", {"name": "Week", "pounds": "2000", "position": "30"})

    assert facts_asked(response) == [high("£2,000")]


@pytest.mark.parametrize(
    ("before", "after", "goes_to"),
    [
        ("", "ada@example.org", None),
        ("ada@example.org", "ada@example.org", None),
        ("ada@example.org", "desk@EXAMPLE.org", None),
        ("ada@example.org", "", "install@example.com"),
        ("ada@example.org", "ada@example.net", "ada@example.net"),
        ("install@example.com", "", None),
    ],
)
def test_where_notices_go_is_asked_about(therapist_client, settings, before, after, goes_to):
    settings.THERAPIST_EMAIL = "install@example.com"
    Practice.objects.update(notification_address=before)
    data = form_data(therapist_client, PRACTICE) | {"notification_address": after}

    facts = [texts.NOTICES_ELSEWHERE.format(before=before, after=goes_to)] if goes_to else []
    assert facts_asked(therapist_client.post(PRACTICE, data)) == facts
    if goes_to:
        assert Practice.objects.get().notification_address == before


def test_notices_that_would_go_nowhere_are_asked_about(therapist_client, settings):
    settings.THERAPIST_EMAIL = ""
    Practice.objects.update(notification_address="ada@example.org")
    data = form_data(therapist_client, PRACTICE) | {"notification_address": ""}

    assert facts_asked(therapist_client.post(PRACTICE, data)) == [texts.NOTICES_NOWHERE]
