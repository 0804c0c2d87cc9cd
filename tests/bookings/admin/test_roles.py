"""What an assistant sees of enquiries and can do with them: everything but what people wrote."""

import re
from datetime import timedelta

import pytest

from bookings import appointments, enquiries
from bookings.actor import Actor
from bookings.admin import texts
from bookings.models import Appointment, Enquiry, Purpose, Reply, ReplyTemplate
from practice.models import DeskRole, Practice
from tests.bookings.admin.replies.helpers import AT_TEN, PHONE, ReplyScreen, enquiry_url, reply_url, slot_fields
from tests.bookings.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "weekly_hours")]


@pytest.fixture
def assistant_client(client_as):
    return client_as(DeskRole.ASSISTANT)


@pytest.fixture
def complaint(make_enquiry):
    return make_enquiry(kind=Enquiry.Kind.COMPLAINT, name="Zoë Complainant", message="Something awful")


def read(client, enquiry):
    return client.get(enquiry_url(enquiry)).content.decode()


def card(page, name):
    return re.search(rf'<section class="card[^"]*" aria-labelledby="{name}">.*?</section>', page, re.S)[0]


# The screen of an enquiry --------------------------------------------------------------------------


def test_the_assistant_sees_who_it_is_and_how_to_reach_them(assistant_client, make_enquiry):
    page = read(assistant_client, make_enquiry(**PHONE))

    assert "Zoë O’Hara" in page
    assert 'href="tel:' in card(page, "contact")
    assert "Call " in card(page, "reply")


def test_where_words_would_stand_the_assistant_reads_why_not(assistant_client, make_enquiry, actor):
    enquiry = make_enquiry(message="I would like to talk.")
    enquiries.note(enquiry, "Sounded worried.", actor=actor, now=NOW)
    page = read(assistant_client, enquiry)

    assert f"<p>{texts.ONLY_THE_THERAPIST}</p>" in card(page, "asked")
    assert texts.ONLY_THE_THERAPIST in card(page, "history")
    assert "Private note" in card(page, "history")
    assert "I would like to talk." not in page
    assert "worried" not in page


def test_the_history_names_each_status(assistant_client, therapist_client, make_enquiry, therapist):
    enquiry = make_enquiry()
    therapist_client.post(f"{enquiry_url(enquiry)[:-7]}status/", {"to": "closed"})

    assert "<strong>Moved to “Closed”</strong>" in read(assistant_client, enquiry)
    assert "<strong>Moved</strong>" in read(therapist_client, enquiry)


def test_the_assistant_is_not_offered_to_export_or_erase(assistant_client, therapist_client, make_enquiry):
    enquiry = make_enquiry()
    for words in ("Everything held about them", "Erase this enquiry", "An empty message"):
        assert words in read(therapist_client, enquiry)
        assert words not in read(assistant_client, enquiry)


def test_the_assistant_leaves_notes_that_only_the_therapist_reads(assistant_client, therapist_client, make_enquiry):
    enquiry = make_enquiry()
    assistant_client.post(f"{enquiry_url(enquiry)[:-7]}note/", {"text": "Rang, wants a Tuesday."})

    assert "Rang, wants a Tuesday." not in read(assistant_client, enquiry)
    history = card(read(therapist_client, enquiry), "history")
    assert "Rang, wants a Tuesday." in history
    assert ", assistant</span>" in history


def test_the_assistant_saves_the_video_link_and_no_notes(assistant_client, book_appointment, actor):
    appointment = book_appointment(place="online")
    appointments.save_notes(appointment, notes="Kept", video_link="https://example.org/a")
    page = read(assistant_client, appointment.enquiry)
    assert "https://example.org/a" in page
    assert f"Private notes: {texts.ONLY_THE_THERAPIST}" in page
    assert "Kept" not in page

    url = f"/admin/bookings/enquiry/{appointment.enquiry_id}/appointment/{appointment.pk}/notes/"
    prefix = f"kept-{appointment.pk}"
    assistant_client.post(url, {f"{prefix}-video_link": "https://example.org/b", f"{prefix}-notes": "Gone"})
    appointment.refresh_from_db()
    assert (appointment.video_link, appointment.notes) == ("https://example.org/b", "Kept")


# Complaints ----------------------------------------------------------------------------------------


def test_the_assistant_does_not_know_of_complaints(assistant_client, therapist_client, complaint, make_enquiry):
    request = make_enquiry(email="zoe@example.org")
    for page in ("/admin/", "/admin/bookings/enquiry/", enquiry_url(request)):
        assert "Complainant" in therapist_client.get(page).content.decode()
        assert "omplain" not in assistant_client.get(page).content.decode().replace("/complaint", "")
    for url in (enquiry_url(complaint), reply_url(complaint, "reply"), f"{enquiry_url(complaint)[:-7]}history/"):
        assert assistant_client.get(url).status_code in (302, 404)
    assert assistant_client.post(f"{enquiry_url(complaint)[:-7]}status/", {"to": "closed"}).status_code == 404
    assert assistant_client.post(f"{enquiry_url(complaint)[:-7]}note/", {"text": "x"}).status_code == 404


def test_the_assistant_finds_no_complaint(assistant_client, therapist_client, complaint):
    for client, is_found in ((therapist_client, True), (assistant_client, False)):
        page = client.post("/admin/bookings/enquiry/", {"search": complaint.reference}, follow=True)
        assert ("Zoë Complainant" in page.content.decode()) is is_found


def test_complaints_set_aside_do_not_count_for_the_assistant(assistant_client, therapist_client, make_enquiry):
    make_enquiry(kind=Enquiry.Kind.COMPLAINT, suspicion="Looks odd")

    assert "1 set aside" in therapist_client.get("/admin/").content.decode()
    assert "set aside" not in assistant_client.get("/admin/").content.decode()


def test_the_assistant_is_not_asked_to_close_a_complaint(assistant_client, therapist_client, make_enquiry):
    for kind in Enquiry.Kind:
        old = make_enquiry(NOW - timedelta(days=200), kind=kind, name=f"Old {kind}")
        Enquiry.objects.filter(pk=old.pk).update(status=Enquiry.Status.ANSWERED)
    assert re.findall("Old (request|complaint)", therapist_client.get("/admin/").content.decode()) == [*Enquiry.Kind]
    assert re.findall("Old (request|complaint)", assistant_client.get("/admin/").content.decode()) == ["request"]


# Replies -------------------------------------------------------------------------------------------


def test_the_assistant_sends_the_words_of_a_template_and_no_others(assistant_client, make_enquiry):
    template = ReplyTemplate.objects.create(title="Hello", subject="About you", body="Dear {name},\nhello.")
    enquiry = make_enquiry()
    url = f"{reply_url(enquiry, 'reply')}?template={template.pk}"
    screen = ReplyScreen(assistant_client, url)
    page = screen.preview(body="Other words", subject="Other subject")
    assert "Other words" not in page.content.decode()

    screen.send(page)
    [reply] = Reply.objects.all()
    assert (reply.subject, reply.body) == ("About you", "Dear Zoë O’Hara,\nhello.")
    assert reply.user.username == "assistant"
    assert "hello." not in read(assistant_client, enquiry)


def test_the_assistant_cannot_post_words_of_their_own(assistant_client, make_enquiry):
    enquiry = make_enquiry()
    fields = {"idempotency_key": "7e6ae0f5-7bd8-4d6e-a4ce-90f6f8b2f1de", "subject": "x", "body": "y", "act": "send"}
    refused = assistant_client.post(reply_url(enquiry, "reply"), fields)
    assert refused.status_code == 403
    assert texts.ONLY_TEMPLATES in refused.content.decode()
    assert assistant_client.post(f"{reply_url(enquiry, 'reply')}?template=999", fields).status_code == 403
    other = ReplyTemplate.objects.filter(purpose=Purpose.DECLINE).first()
    assert assistant_client.post(f"{reply_url(enquiry, 'reply')}?template={other.pk}", fields).status_code == 403
    assert not Reply.objects.exists()


def test_the_assistant_offers_times(assistant_client, make_enquiry, locations):
    enquiry = make_enquiry()
    screen = ReplyScreen(assistant_client, reply_url(enquiry, "offer"), **slot_fields(locations))
    page = screen.preview()
    assert AT_TEN in page.content.decode()

    screen.send(page)
    [offer] = Appointment.objects.all()
    assert offer.status == Appointment.Status.PROPOSED
    assert AT_TEN in Reply.objects.get().body


def test_a_template_with_a_gap_is_the_therapists(assistant_client, make_enquiry):
    template = ReplyTemplate.objects.create(title="Gap", subject="Hello", body="You can ask:\n- \nYours")
    url = f"{reply_url(make_enquiry(), 'reply')}?template={template.pk}"

    assert texts.ONLY_TEMPLATES in assistant_client.get(url).content.decode()
    assert assistant_client.post(url, {"act": "send"}).status_code == 403


def test_without_a_template_no_message_is_offered(assistant_client, make_enquiry):
    ReplyTemplate.objects.filter(purpose=Purpose.REPLY).delete()
    page = read(assistant_client, make_enquiry())

    assert "Or write:" not in page
    assert "template-list" not in page


# The dashboard -------------------------------------------------------------------------------------


def test_the_dashboard_of_the_assistant(assistant_client, make_enquiry):
    make_enquiry()
    Practice.objects.update(away_first_day=NOW.date(), away_last_day=NOW.date())
    response = assistant_client.get("/admin/")
    page = response.content.decode()

    assert [panel.title for panel in response.context["panels"]] == [
        "Waiting for your reply",
        "Today and tomorrow",
        "Past appointments",
        "Mail",
    ]
    assert "The therapist is away" in page
    assert "You are away" not in page
    assert [app["name"] for app in response.context["app_list"]] == ["Enquiries"]


def test_the_actor_is_named_in_the_history(assistant_client, therapist, book_appointment):
    appointment = book_appointment()
    appointments.cancel(appointment, NOW, actor=Actor.therapist(therapist), draft=None)
    assert "Cancelled</strong> by the practice" in read(assistant_client, appointment.enquiry)


def test_only_replies_that_can_be_sent_as_they_are_are_offered(assistant_client, therapist_client, make_enquiry):
    ReplyTemplate.objects.filter(purpose=Purpose.LIST).update(body="Gap:\n-\nYours")
    ReplyTemplate.objects.create(title="Whole", subject="x", body="Hello.")
    by_email, by_phone = make_enquiry(), make_enquiry(**PHONE)
    assert reply_url(by_email, "list") in read(therapist_client, by_email)
    assert reply_url(by_email, "list") not in read(assistant_client, by_email)
    assert reply_url(by_phone, "list") in read(assistant_client, by_phone)
    assert assistant_client.get(reply_url(by_email, "list")).status_code == 403
    assert assistant_client.get(reply_url(by_phone, "list")).status_code == 200
    assert "A question first" in card(read(therapist_client, by_email), "reply")
    assert "A question first" not in card(read(assistant_client, by_email), "reply")
    assert "Whole" in card(read(assistant_client, by_email), "reply")


def test_without_any_template_the_words_of_a_new_site_are_sent(assistant_client, make_enquiry):
    ReplyTemplate.objects.all().delete()
    enquiry = make_enquiry()
    assert reply_url(enquiry, "offer") in read(assistant_client, enquiry)
    assert assistant_client.get(reply_url(enquiry, "offer")).status_code == 200
