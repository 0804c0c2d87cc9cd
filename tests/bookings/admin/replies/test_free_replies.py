"""Replies in the therapist’s own words: begun from a template, previewed, sent."""

import uuid

from django.urls import reverse

from bookings import enquiries, placeholders
from bookings.admin import reply_checks, texts
from bookings.enquiries import ReplyDraft
from bookings.messages import emails
from bookings.models import Enquiry, Reply, ReplyTemplate
from bookings.worker import delivery
from practice.facts import practice_row
from practice.models import Practice
from tests.bookings.conftest import NOW


def reply_url(enquiry):
    return reverse("admin:bookings_enquiry_reply", args=[enquiry.pk])


def test_a_reply_starts_from_a_template_with_the_persons_facts(make_enquiry, therapist_client):
    Practice.objects.update(therapist_name="A. Therapist")
    template = ReplyTemplate.objects.create(
        title="Hello", subject="Your message", body="Dear {name}, {where}, {reference}, {therapist}, {other}"
    )
    enquiry = make_enquiry()

    response = therapist_client.get(reply_url(enquiry), {"template": template.pk})
    assert response.context["form"]["body"].value() == (
        f"Dear Zoë O’Hara, at Harley Street, {enquiry.reference}, A. Therapist, {{other}}"
    )


def test_placeholders_in_a_name_are_not_filled(make_enquiry):
    enquiry = make_enquiry(name="{reference} {% include 'x' %}")

    assert placeholders.fill("Dear {name}", enquiry, Practice()) == "Dear {reference} {% include 'x' %}"


def test_a_reply_is_previewed_exactly_as_it_will_arrive_and_sent_only_then(make_enquiry, therapist_client, mailoutbox):
    Practice.objects.update(reply_to="me@example.org", sender_name="Appointments")
    enquiry, idempotency_key = make_enquiry(), str(uuid.uuid4())
    form_data = {
        "subject": "About\r\nyour message",
        "body": "Dear Zoë,\n\n{name} stays.",
        "idempotency_key": idempotency_key,
    }

    page = therapist_client.post(reply_url(enquiry), form_data | {"act": "preview"})
    preview = page.context["preview"]
    assert not Reply.objects.exists()
    therapist_client.post(reply_url(enquiry), form_data | {"act": "send"})
    delivery.send_due(lambda: NOW)

    sent = next(message for message in mailoutbox if message.subject == preview["subject"])
    assert preview["subject"] == "About your message"
    assert (preview["sender"], preview["to"], preview["reply_to"]) == (
        sent.from_email,
        sent.to[0],
        sent.reply_to[0],
    )
    assert preview["body"] == sent.body
    assert Enquiry.objects.get().status == "answered"


def test_an_unfinished_or_indiscreet_reply_is_warned_about(make_enquiry):
    practice = Practice(name="Addiction Therapist London")
    body = "I could offer you {time}. My addiction therapy is discreet."

    assert reply_checks.warnings("Your message", body, make_enquiry(), practice) == [
        texts.PLACEHOLDER_LEFT,
        texts.THERAPIST_NAME_MISSING,
        texts.REPLY_TO_MISSING.format(address="website@localhost"),
        texts.PRACTICE_NAMED,
    ]
    complete = Practice(name="X", therapist_name="A. Therapist", reply_to="me@example.org")
    assert reply_checks.warnings("Your message", "Shall we meet on Tuesday?", make_enquiry(), complete) == []


def test_a_reply_to_a_complaint_holds_no_link_and_the_preview_says_so(make_enquiry, actor):
    complaint, practice = make_enquiry(kind="complaint"), practice_row()
    draft = ReplyDraft("Your complaint", "Dear Zoë, see {link}", uuid.uuid4())
    enquiries.reply(complaint, draft, actor=actor, now=NOW)

    assert emails.reply_email(complaint.replies.get(), practice, NOW).body == "Dear Zoë, see "
    assert texts.LINK_OF_COMPLAINT in reply_checks.warnings(draft.subject, draft.body, complaint, practice)
    assert texts.LINK_OF_COMPLAINT not in reply_checks.warnings(draft.subject, draft.body, make_enquiry(), practice)
