import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import enquiries
from bookings.admin import texts
from bookings.models import Enquiry, Event, Message
from bookings.reply_deadline import ReplyPolicy
from practice.models import AuditEntry, UserSession
from tests.bookings.admin import sentences
from tests.bookings.conftest import NOW

ENQUIRY_LIST = "/admin/bookings/enquiry/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def enquiry_url(enquiry, act="change"):
    return reverse(f"admin:bookings_enquiry_{act}", args=[enquiry.pk])


def listed_references(response):
    return [enquiry.reference for enquiry in response.context["cl"].result_list]


def test_waiting_enquiries_come_first_by_deadline_then_others_by_age(make_enquiry, actor, therapist_client):
    answered = make_enquiry(now=NOW - timedelta(days=9))
    late = make_enquiry(now=NOW - timedelta(days=5))
    first = make_enquiry(now=NOW - timedelta(hours=3))
    second = make_enquiry(now=NOW - timedelta(hours=2))
    closed = make_enquiry(now=NOW - timedelta(hours=1))
    enquiries.change_status(answered, Enquiry.Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    enquiries.change_status(closed, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)

    expected = [late, first, second, closed, answered]
    assert listed_references(therapist_client.get(ENQUIRY_LIST)) == [enquiry.reference for enquiry in expected]


def test_the_list_shows_waiting_time_and_deadline(make_enquiry, therapist_client):
    make_enquiry(now=NOW - timedelta(hours=3))
    make_enquiry(now=NOW - timedelta(days=4))

    page = therapist_client.get(ENQUIRY_LIST).content.decode()
    assert "Waiting 3\xa0hours, reply by Wednesday 25 November, 17:00" in page
    assert "Waiting 4\xa0days, reply was due Monday 23 November, 17:00" in page


def test_the_list_takes_the_same_number_of_queries_with_1_and_with_500(make_enquiry, therapist_client):
    make_enquiry()
    with CaptureQueriesContext(connection) as queries_of_one:
        assert len(listed_references(therapist_client.get(ENQUIRY_LIST))) == 1
    for _ in range(499):
        make_enquiry()
    with CaptureQueriesContext(connection) as queries_of_many:
        assert len(listed_references(therapist_client.get(ENQUIRY_LIST))) == 50
    assert len(queries_of_many) == len(queries_of_one)


def test_the_pages_of_the_list_hold_everybody_once_and_in_order(make_enquiry, therapist_client):
    for _ in range(70):
        make_enquiry()
    Enquiry.objects.filter(pk__in=list(Enquiry.objects.values_list("pk", flat=True)[::3])).update(
        status=Enquiry.Status.ANSWERED
    )
    pages = [therapist_client.get(f"{ENQUIRY_LIST}?p={number}") for number in (1, 2)]
    listed = [reference for page in pages for reference in listed_references(page)]
    assert listed == [enquiry.reference for enquiry in Enquiry.objects.most_urgent_first()]


def test_the_list_is_searched_by_the_first_letters_of_a_surname(make_enquiry, therapist_client):
    schmidt = make_enquiry(name="Anna Maria Schmidt")
    make_enquiry(name="Adam Smith")

    page = therapist_client.post(ENQUIRY_LIST, {"search": "sch"}, follow=True)
    assert listed_references(page) == [schmidt.reference]
    assert listed_references(therapist_client.get(f"{ENQUIRY_LIST}?searched=yes&status__exact=waiting")) == [
        schmidt.reference
    ]
    all_enquiries = therapist_client.post(ENQUIRY_LIST, {"search": "sch", "clear": "yes"}, follow=True)
    assert len(listed_references(all_enquiries)) == 2


def test_a_search_term_is_in_no_url_and_encrypted_in_the_session(make_enquiry, therapist_client):
    make_enquiry(name="Anna Canary7")
    response = therapist_client.post(ENQUIRY_LIST, {"search": "canary7"})

    assert response.headers["Location"] == f"{ENQUIRY_LIST}?searched=yes"
    page = therapist_client.get(f"{ENQUIRY_LIST}?searched=yes&q=canary7").content.decode()
    assert "canary7" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page)).lower()
    stored = UserSession.objects.get()
    assert "canary7" not in str(stored.get_decoded()).lower()


def test_a_link_from_the_dashboard_ignores_an_earlier_search(make_enquiry, therapist_client):
    make_enquiry()
    therapist_client.post(ENQUIRY_LIST, {"search": "smith"})

    assert len(listed_references(therapist_client.get(f"{ENQUIRY_LIST}?status__exact=waiting"))) == 1


def test_too_few_letters_give_a_hint(make_enquiry, therapist_client):
    make_enquiry()

    page = therapist_client.post(ENQUIRY_LIST, {"search": "zo"}, follow=True).content.decode()
    assert texts.SEARCH_TERM_TOO_SHORT in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status__exact=waiting", 2),
        ("status__exact=set_aside", 1),
        ("kind__exact=complaint", 1),
        ("appointment_type__id__exact={private}", 1),
        ("location__id__exact={location}", 2),
        ("location__isnull=True", 1),
    ],
)
def test_the_list_is_filtered_by_status_type_and_location(
    make_enquiry, details, private, therapist_client, query, count
):
    make_enquiry(appointment_type=private)
    make_enquiry(location=None, kind="complaint")
    make_enquiry(suspicion=sentences.SEVERAL_LINKS)

    response = therapist_client.get(
        f"{ENQUIRY_LIST}?{query.format(location=details['location'].pk, private=private.pk)}"
    )
    assert len(listed_references(response)) == count


def test_the_screen_shows_what_is_allowed_and_what_is_not(make_enquiry, therapist_client):
    page = therapist_client.get(enquiry_url(make_enquiry(voicemail_ok=True))).content.decode()

    rules = dict(re.findall(r'<li class="(yes|no)">.*?</span> (.*?)</li>', page)[::-1])
    assert set(re.findall(r'<li class="no">.*?</span> (.*?)</li>', page)) == {
        "Don’t phone",
        "Don’t send text messages",
        "Don’t attach a calendar file",
        "Don’t mention the practice’s name",
    }
    assert rules["yes"] == "Email"


def test_the_status_changes_with_one_click_to_allowed_ones_only(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert re.findall(r'name="to" value="(\w+)"', page) == ["answered", "booked", "listed", "closed", "set_aside"]

    response = therapist_client.post(enquiry_url(enquiry, "change_status"), {"to": "answered"}, follow=True)
    assert Enquiry.objects.get().status == "answered"
    assert "From “Waiting for you” to “Answered”" in response.content.decode()

    response = therapist_client.post(enquiry_url(enquiry, "change_status"), {"to": "set_aside"}, follow=True)
    assert Enquiry.objects.get().status == "answered"
    assert "cannot become “Set aside as possible spam”" in response.content.decode()


def test_a_private_note_is_saved_with_author_and_time(make_enquiry, therapist, therapist_client):
    enquiry = make_enquiry()
    therapist_client.post(enquiry_url(enquiry, "note"), {"text": "Rang, no answer."})

    note = enquiry.events.get(kind="note")
    assert (note.text, note.user, note.at) == ("Rang, no answer.", therapist, NOW)
    assert "Rang, no answer." in therapist_client.get(enquiry_url(enquiry)).content.decode()


def test_an_empty_note_is_refused(make_enquiry, therapist_client):
    enquiry = make_enquiry()

    assert therapist_client.post(enquiry_url(enquiry, "note"), {"text": " "}).status_code == 200
    assert not enquiry.events.filter(kind="note").exists()


def test_an_unsaved_note_is_saved_when_the_status_changes(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    therapist_client.post(enquiry_url(enquiry, "change_status"), {"to": "answered", "text": "Agreed Tuesday."})

    assert (Enquiry.objects.get().status, enquiry.events.get(kind="note").text) == ("answered", "Agreed Tuesday.")


def test_a_note_that_is_too_long_stays_on_screen_and_the_status_unchanged(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    response = therapist_client.post(enquiry_url(enquiry, "change_status"), {"to": "answered", "text": "a" * 10_001})

    assert "a" * 10_001 in response.content.decode()
    assert Enquiry.objects.get().status == "waiting"


def test_a_double_click_adds_one_note(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    for _ in range(2):
        therapist_client.post(enquiry_url(enquiry, "note"), {"text": "Rang."})

    assert enquiry.events.filter(kind="note").count() == 1


@pytest.mark.parametrize("act", ["reply", "note"])
def test_unsaved_text_survives_an_expired_session(make_enquiry, client, act):
    form_data = {
        "subject": "Hello",
        "body": "Dear Zoë,\n\n  indented",
        "text": "A note",
        "idempotency_key": str(uuid.uuid4()),
    }
    response = client.post(enquiry_url(make_enquiry(), act), form_data, headers={"origin": "http://testserver"})

    assert response.status_code == 403
    assert response.headers["Cache-Control"] == "no-store, private"
    fields = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', response.content.decode(), re.DOTALL))
    assert fields == form_data
    assert not Event.objects.filter(kind="note").exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "https://testserver", "null", "http://[bad", ""])
def test_text_posted_from_another_site_is_not_saved(make_enquiry, client, origin):
    response = client.post(enquiry_url(make_enquiry(), "note"), {"text": "A note"}, headers={"origin": origin})

    assert response.status_code == 302


def test_an_invalid_number_is_not_found(therapist_client, make_enquiry):
    for number in ("²", "9" * 4400):
        assert therapist_client.get(f"/admin/bookings/enquiry/{number}/change/").status_code == 404
    assert therapist_client.get(enquiry_url(make_enquiry(), "reply"), {"template": "²"}).status_code == 200


def test_a_person_without_safe_email_is_not_offered_a_reply(make_enquiry, therapist_client):
    enquiry = make_enquiry(channel="phone", email="", phone="07700 900 982")

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert "They chose phone only." in page
    response = therapist_client.get(enquiry_url(enquiry, "reply"), follow=True)
    assert "did not say that email is safe" in response.content.decode()


def test_an_undelivered_message_is_shown_with_its_reason(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    Message.objects.filter(kind="acknowledge").update(
        last_error="The mail server refused the receiver’s address (550).", refused=True
    )

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert "refused the receiver’s address (550). Check the address or use another way." in page


@pytest.mark.parametrize("act", ["change", "change_status", "note", "reply"])
def test_anonymous_users_are_sent_to_the_login(client, make_enquiry, act):
    enquiry = make_enquiry()
    response = client.get(enquiry_url(enquiry, act))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")
    assert client.post(enquiry_url(enquiry, act), {"to": "closed"}).status_code == 302
    assert Enquiry.objects.get().status == "waiting"


def test_staff_without_the_permission_see_no_enquiries(client, make_enquiry, django_user_model):
    enquiry = make_enquiry()
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))

    for act in ("change", "change_status", "note", "reply"):
        page = client.post(enquiry_url(enquiry, act), {"to": "closed"})
        assert "Zoë" not in page.content.decode()
    assert Enquiry.objects.get().status == "waiting"
    assert "Zoë" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("act", ["change_status", "note"])
def test_a_get_request_never_changes_anything(make_enquiry, therapist_client, act):
    assert therapist_client.get(enquiry_url(make_enquiry(), act)).status_code == 405


def test_an_unknown_enquiry_is_not_found(therapist_client):
    assert therapist_client.get("/admin/bookings/enquiry/999/change/").status_code == 404
    assert therapist_client.get("/admin/bookings/enquiry/abc/change/").status_code == 404


def test_erasing_an_enquiry_leaves_no_log_entry_with_its_reference(make_enquiry, therapist_client):
    enquiry, other = make_enquiry(), make_enquiry()
    of_enquiries = ContentType.objects.get_for_model(Enquiry)
    for each in (enquiry, other):
        entry = {"content_type": of_enquiries, "object_id": each.pk, "object_repr": each.reference, "action_flag": 2}
        LogEntry.objects.create(user=User.objects.get(), **entry)
    therapist_client.post(enquiry_url(enquiry, "delete"), {"post": "yes"})

    assert list(Enquiry.objects.all()) == [other]
    assert [entry.object_repr for entry in LogEntry.objects.all()] == [other.reference]
    assert not AuditEntry.objects.filter(reference=enquiry.reference).exists()


def test_a_hostile_name_is_shown_as_text(make_enquiry, therapist_client):
    enquiry = make_enquiry(name="<script>alert(1)</script>", message="<img src=x onerror=alert(1)>")

    for url in (ENQUIRY_LIST, enquiry_url(enquiry), "/admin/"):
        page = therapist_client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
