"""The form shows the message that would arrive, and promises a reply: also during an absence and for a complaint."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from bookings import enquiries, private_links, retention
from bookings.models import Enquiry, ReplyTemplate
from bookings.reply_deadline import ReplyPolicy
from bookings.worker import delivery
from practice.models import Practice
from tests.bookings import texts
from tests.bookings.conftest import NOW, error_summary, fresh_token

URL = "/consultation/"
AWAY = "I am <strong>away up to and including Sunday 6 December</strong>."
AWAY_DAYS = {"away_first_day": date(2026, 11, 20), "away_last_day": date(2026, 12, 6)}


@pytest.fixture
def therapist_away(db):
    practice = Practice.objects.get()
    practice.away_first_day, practice.away_last_day = AWAY_DAYS.values()
    practice.save()


@pytest.fixture
def complaint_data():
    return {
        "kind": "complaint",
        "message": "You did not ring.",
        "name": "Zoë O’Hara",
        "channel": "email",
        "email": "zoe@example.org",
        "token": fresh_token(NOW),
    }


def get_html(client, url=URL, at=NOW):
    with time_machine.travel(at, tick=False):
        return client.get(url).content.decode()


def test_the_form_shows_the_very_email_that_arrives(client, submit_form, answers, mailoutbox):
    practice = Practice.objects.get()
    practice.sender_name = "Front desk"
    practice.save()
    with time_machine.travel(NOW, tick=False):
        response = client.get(URL)
    submit_form(answers)
    delivery.send_due(lambda: NOW)

    arrived = next(message for message in mailoutbox if message.to == ["zoe@example.org"])
    preview = response.context["message_preview"]
    enquiry = Enquiry.objects.get()
    body = preview.body.replace("(eight letters and digits)", enquiry.reference)
    body = body.replace(texts.PRIVATE_LINK_PLACEHOLDER, private_links.address(enquiry, NOW))
    subject = preview.subject.replace("(eight letters and digits)", enquiry.reference)
    assert (preview.sender, subject, body) == (arrived.from_email, arrived.subject, arrived.body)
    page = unescape(response.content.decode())
    assert f"<dd>{arrived.from_email}</dd>" in page
    assert f"<dd>{preview.subject}</dd>" in page


def test_the_form_shows_the_subject_that_a_reply_starts_from(client, db):
    ReplyTemplate.objects.update(subject="Hello again")

    assert "<dd>Hello again<span" in get_html(client)


def test_while_away_form_confirmation_and_email_name_a_day_after_the_return(
    therapist_away, client, submit_form, answers, mailoutbox
):
    form = get_html(client)
    confirmation = get_html(client, submit_form(answers).headers["Location"])
    delivery.send_due(lambda: NOW)

    arrived = next(message for message in mailoutbox if message.to == ["zoe@example.org"])
    assert f"{AWAY} I’ll read it myself and reply by <strong>Tuesday 8 December</strong>" in form
    assert (
        f"{AWAY} I’ll read your request myself and reply by <strong>Tuesday 8 December, 17:00</strong>" in confirmation
    )
    assert "You can expect an answer by Tuesday 8 December, 17:00, London time" in arrived.body


def test_who_wrote_before_keeps_the_earlier_promise(client, submit_form, answers):
    response = submit_form(answers)
    Practice.objects.update(**AWAY_DAYS)

    page = get_html(client, response.headers["Location"])
    assert "I am <strong>away" not in page
    assert texts.REPLY_BY in page


def test_once_the_therapist_is_back_nothing_is_said(therapist_away, client):
    page = get_html(client, at=NOW.replace(month=12, day=7))

    assert "I am <strong>away" not in page
    assert "reply by <strong>Tuesday 8 December</strong>" in page


def test_a_suspect_put_back_while_away_is_promised_a_day_after_the_return(
    therapist_away, make_enquiry, therapist_client
):
    enquiry = make_enquiry(suspicion="Filled in like a robot")
    with time_machine.travel(NOW, tick=False):
        therapist_client.post(reverse("admin:bookings_enquiry_change_status", args=[enquiry.pk]), {"to": "waiting"})

    assert timezone.localtime(Enquiry.objects.get().reply_due).date() == date(2026, 12, 8)


def test_the_desk_says_that_the_therapist_is_away_and_leads_to_the_end_of_it(therapist_away, therapist_client):
    page = get_html(therapist_client, "/admin/")

    assert "You are away up to and including Sunday 6 December." in page
    assert '<a href="/admin/practice/practice/#id_away_first_day">Change</a>' in page
    assert "You are away" not in get_html(therapist_client, "/admin/", NOW.replace(month=12, day=7))


def test_being_away_for_more_than_a_year_is_taken_for_a_slip(db):
    practice = Practice.objects.get()
    practice.away_first_day = timezone.localdate()
    practice.away_last_day = timezone.localdate() + timedelta(days=367)
    with pytest.raises(ValidationError) as refused:
        practice.full_clean()

    assert refused.value.message_dict == {"away_last_day": ["Enter a day within the next year."]}


def test_form_and_confirmation_say_that_nobody_watches_and_where_help_is(client, submit_form, answers):
    for page in (get_html(client), get_html(client, submit_form(answers).headers["Location"])):
        assert "for emergencies, by day or by night" in page
        main = page.split("<main")[1].split("</main>")[0]
        assert 'href="tel:999"' in main
        assert ">urgent help</a>" in main


def test_a_complaint_asks_only_for_what_it_needs(client, db):
    with time_machine.travel(NOW, tick=False):
        response = client.get(URL, {"kind": "complaint"})

    fields = list(response.context["form"].fields)
    assert sorted(fields) == sorted(
        ["kind", "name", "channel", "email", "phone", "safe", "good_times", "message", "nothing", "token"]
    )
    assert "<h1>Make a complaint</h1>" in response.content.decode()
    assert "Send my complaint" in response.content.decode()
    assert "four words" not in response.content.decode()


def test_a_complaint_arrives_and_is_acknowledged_at_once(client, submit_form, complaint_data):
    page = get_html(client, submit_form(complaint_data).headers["Location"])

    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.message, enquiry.location, enquiry.days) == (
        "complaint",
        "You did not ring.",
        None,
        [],
    )
    assert "Your complaint has arrived" in page
    assert "This page is my acknowledgement." in page
    assert enquiry.reference in page
    assert sorted(enquiry.messages.values_list("kind", flat=True)) == ["acknowledge", "tell_therapist"]


def test_a_complaint_that_misses_something_comes_back_as_a_complaint(submit_form, complaint_data):
    response = submit_form(complaint_data | {"message": " ", "email": ""})

    assert error_summary(response) == [("Enter what happened", "id_message"), (texts.EMAIL_MISSING, "id_email")]
    assert "<title>Error: Make a complaint" in response.content.decode()


def test_a_complaint_set_aside_is_not_forgotten_like_another_message(submit_form, complaint_data, answers):
    for sent in (complaint_data, answers):
        submit_form(sent | {"nothing": "filled by a robot", "token": fresh_token(NOW)})
    retention.erase_expired(NOW + timedelta(days=400))

    assert [(enquiry.kind, enquiry.status) for enquiry in Enquiry.objects.all()] == [("complaint", "set_aside")]


def test_an_answered_complaint_that_is_closed_is_forgotten_like_another_message(make_enquiry, actor):
    enquiry = make_enquiry(kind="complaint")
    enquiries.change_status(enquiry, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert enquiry.keep_until == date(2027, 2, 22)
