"""The words that a reply starts from, and the warnings about them."""

import re
from datetime import timedelta

import pytest

from bookings import formatting, starter_replies
from bookings.admin import texts
from bookings.models import Purpose, ReplyTemplate
from tests.bookings.admin.replies.helpers import TEN, ReplyScreen, enquiry_url, reply_url, slot_fields


def test_every_kind_of_reply_has_a_neutral_template(db):
    for purpose in Purpose:
        for template in ReplyTemplate.objects.filter(purpose=purpose):
            assert not re.search(r"addict|therap(?!ist\})|recover|cure|drug|alcohol", template.subject + template.body)
            assert template.subject in ("Your message", "Your appointment", "Your appointments")
        assert ReplyTemplate.objects.filter(purpose=purpose).exists()
    assert ReplyTemplate.objects.first().purpose == Purpose.REPLY


def test_a_site_gets_the_templates_that_it_lacks_and_keeps_its_own(db):
    ReplyTemplate.objects.exclude(purpose=Purpose.REPLY).delete()
    ReplyTemplate.objects.filter(purpose=Purpose.REPLY).exclude(title="A first conversation").delete()
    ReplyTemplate.objects.create(purpose=Purpose.LIST, title="Mine", subject="Mine", body="Mine")

    starter_replies.create_reply_templates()
    starter_replies.create_reply_templates()

    assert [template.title for template in ReplyTemplate.objects.filter(purpose=Purpose.REPLY)] == [
        "A first conversation"
    ]
    assert [template.title for template in ReplyTemplate.objects.filter(purpose=Purpose.LIST)] == ["Mine"]
    assert ReplyTemplate.objects.count() == 2 + len(starter_replies.REPLIES_WITH_ACT) - 1


def test_without_a_template_a_reply_begins_with_the_words_of_a_new_site(make_enquiry, therapist_client):
    ReplyTemplate.objects.all().delete()

    form = therapist_client.get(reply_url(make_enquiry(), "decline")).context["form"]
    assert form["body"].value().startswith("Dear Zoë O’Hara,\n\nThank you for getting in touch.")


def test_another_template_of_the_same_reply_is_one_press_away(make_enquiry, therapist_client):
    mine = ReplyTemplate.objects.create(purpose="offer", title="Mine", subject="Mine", body="Dear {name}", position=900)
    other = ReplyTemplate.objects.get(purpose="decline")
    enquiry = make_enquiry()
    url = reply_url(enquiry, "offer")

    page = therapist_client.get(url)
    assert f'href="{url}?template={mine.pk}"' in page.content.decode()
    assert therapist_client.get(url, {"template": mine.pk}).context["form"]["body"].value() == "Dear Zoë O’Hara"
    assert therapist_client.get(url, {"template": other.pk}).status_code == 200


def test_an_offer_without_times_or_link_is_warned_about(make_enquiry, locations, therapist_client):
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "offer"), **slot_fields(locations))

    assert reply_screen.preview().context["preview"]["warnings"] == []
    assert reply_screen.preview(body="Shall we meet?").context["preview"]["warnings"] == [
        texts.TIME_MISSING,
        texts.LINK_MISSING,
    ]


def test_online_both_clocks_are_named(make_enquiry, locations, therapist_client):
    enquiry = make_enquiry(location=locations["online"], time_zone="Australia/Sydney")
    reply_screen = ReplyScreen(
        therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations, at="13:30", place="online")
    )

    body = reply_screen.preview().context["preview"]["body"]
    assert (
        "- Tuesday 1 December, 13:30 to 14:00 London time (Wednesday 2 December, 00:30 to 01:00 in Sydney), Online"
    ) in body
    assert "Sydney" in therapist_client.get(enquiry_url(enquiry)).content.decode()


@pytest.mark.parametrize("zone", ["", "Europe/London", "Nowhere/At_all", "../etc/passwd", "Africa/Abidjan"])
def test_a_clock_that_is_londons_or_unknown_is_not_named(locations, zone):
    span = formatting.span(TEN, TEN + timedelta(minutes=30), locations["online"], zone)

    assert span == "Tuesday 1 December, 10:00 to 10:30, Online"
