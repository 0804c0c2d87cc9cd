"""The enquiry’s screen: its appointments, and what can be done next."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import appointments, enquiries, formatting
from bookings.actor import Actor
from bookings.models import Enquiry
from practice.models import UserSession
from tests.bookings.admin.replies.helpers import PHONE, TEN, ReplyScreen, enquiry_url, reply_url, slot_fields
from tests.bookings.conftest import NOW


def test_the_next_step_is_one_button(make_slot_request, make_enquiry, therapist_client):
    for enquiry, purpose in ((make_slot_request(), "accept"), (make_enquiry(), "offer")):
        page = therapist_client.get(enquiry_url(enquiry)).content.decode()
        primary = re.findall(r'<(?:a|button)[^>]*class="button default"[^>]*>', page)
        assert len(primary) == 1
        assert f"/answer/{purpose}/" in primary[0]


def test_what_has_begun_took_place_or_not_and_can_be_put_right(book_appointment, therapist_client):
    appointment = book_appointment(NOW + timedelta(minutes=5))
    enquiry = appointment.enquiry
    close = reverse("admin:bookings_enquiry_record_outcome", args=[enquiry.pk, appointment.pk])
    assert "Took place" not in therapist_client.get(enquiry_url(enquiry)).content.decode()
    page = therapist_client.post(close, {"to": "fulfilled"}, follow=True)
    assert "still to come" in page.content.decode()

    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        begun = therapist_client.get(enquiry_url(enquiry)).content.decode()
        assert "/answer/move/" not in begun
        for to in ("noshow", "fulfilled", "fulfilled"):
            page = therapist_client.post(close, {"to": to}, follow=True)
            appointment.refresh_from_db()
            assert appointment.status == to
        therapist_client.post(close, {"to": "booked"})
        therapist_client.post(close, {"to": "nonsense"})
    appointment.refresh_from_db()
    assert appointment.status == "fulfilled"
    assert "<strong>Took place</strong>" in page.content.decode()


def test_notes_and_video_link_are_kept_encrypted_and_only_online_has_a_link(book_appointment, therapist_client):
    online = book_appointment(place="online")
    keep = reverse("admin:bookings_enquiry_save_notes", args=[online.enquiry_id, online.pk])
    prefix = f"kept-{online.pk}"
    words = {f"{prefix}-notes": "Canary7 said", f"{prefix}-video_link": "https://meet.example/canary7"}

    refused = therapist_client.post(keep, words | {f"{prefix}-video_link": "no link"})
    assert "Enter the full link" in refused.content.decode()
    assert "Canary7 said" in refused.content.decode()
    therapist_client.post(keep, words)

    online.refresh_from_db()
    assert (online.notes, online.video_link) == ("Canary7 said", "https://meet.example/canary7")
    with connection.cursor() as cursor:
        cursor.execute("SELECT notes, video_link FROM bookings_appointment")
        assert "canary7" not in str(cursor.fetchall()).lower()
    room = book_appointment(TEN + timedelta(days=2))
    assert f"kept-{room.pk}-video_link" not in therapist_client.get(enquiry_url(room.enquiry)).content.decode()


def test_the_screen_shows_their_clock_their_day_and_that_they_paused(make_enquiry, therapist, therapist_client):
    enquiry = make_enquiry(time_zone="America/New_York", check_in_on=date(2026, 12, 24))
    Enquiry.objects.filter(pk=enquiry.pk).update(status="paused")

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    for words in ("New York", "Thursday 24 December 2026", "Paused by them"):
        assert words in page


def test_what_they_asked_for_says_when_or_nothing_once_there_is_an_appointment(
    make_slot_request, book_appointment, make_enquiry, therapist_client
):
    asking, booked, undecided = make_slot_request(), book_appointment().enquiry, make_enquiry(days=[], parts=[])
    Enquiry.objects.exclude(pk=undecided.pk).update(days=[], parts=[])

    def when(enquiry):
        page = therapist_client.get(enquiry_url(enquiry)).content.decode()
        return re.findall(r"<dt>When</dt><dd>(.*?)</dd>", page)

    times = [formatting.time_and_place(appointment) for appointment in asking.appointments.order_by("rank")]
    assert times
    assert when(asking) == ["<br>".join(times)]
    assert when(booked) == []
    assert when(undecided) == ["Not ready to choose"]

    Enquiry.objects.filter(pk=asking.pk).update(days=[0, 2], parts=["morning"])
    assert when(asking) == ["<br>".join([*times, "Monday, Wednesday: morning"])]


def test_the_history_shows_the_diary_and_what_they_did(book_appointment, therapist_client):
    appointment = book_appointment()
    appointments.cancel(appointment, NOW, actor=Actor.PERSON)

    page = therapist_client.get(enquiry_url(appointment.enquiry)).content.decode()
    assert "<strong>Your diary</strong>" in page
    assert "<strong>By them</strong>" in page
    assert "Cancelled: Tuesday 1 December, 10:00, Harley Street" in page


def test_the_screen_takes_the_same_number_of_queries_however_much_is_on_it(
    make_slot_request, book_appointment, actor, therapist_client
):
    enquiry = make_slot_request(*(TEN + timedelta(hours=number) for number in range(3)))
    therapist_client.get(enquiry_url(enquiry))  # the first time is recorded, which costs one more
    with CaptureQueriesContext(connection) as few:
        therapist_client.get(enquiry_url(enquiry))
    for number in range(10):
        make_slot_request(TEN)
        book_appointment(TEN + timedelta(days=2, hours=number))
        enquiries.note(enquiry, f"Note {number}", actor=actor, now=NOW + timedelta(minutes=number * 2))
    with CaptureQueriesContext(connection) as many:
        therapist_client.get(enquiry_url(enquiry))
    assert len(many) == len(few) <= 24


@pytest.mark.parametrize("status", ["listed", "paused"])
def test_the_list_is_filtered_by_the_new_states(make_enquiry, therapist_client, status):
    enquiry = make_enquiry()
    make_enquiry()
    Enquiry.objects.filter(pk=enquiry.pk).update(status=status)

    page = therapist_client.get("/admin/bookings/enquiry/", {"status__exact": status})
    assert [row.pk for row in page.context["cl"].result_list] == [enquiry.pk]
    assert f'class="state {status}"' in page.content.decode()


@pytest.mark.parametrize("status", ["closed", "set_aside"])
def test_what_is_closed_or_set_aside_is_put_back_before_it_is_answered(make_enquiry, therapist_client, status):
    enquiry = make_enquiry()
    Enquiry.objects.filter(pk=enquiry.pk).update(status=status)

    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert "/answer/" not in page
    assert 'value="waiting"' in page


def test_a_complaint_is_answered_in_free_words_alone(make_enquiry, therapist_client):
    complaint = make_enquiry(kind="complaint")
    page = therapist_client.get(enquiry_url(complaint)).content.decode()

    assert "/answer/" not in page
    assert "/reply/" in page
    for purpose in ("offer", "agreed", "decline"):
        assert therapist_client.get(reply_url(complaint, purpose)).status_code == 404


def test_what_does_not_exist_is_not_found(make_slot_request, book_appointment, therapist_client):
    enquiry, other = make_slot_request(), book_appointment(TEN + timedelta(days=1))
    for url in (
        f"/admin/bookings/enquiry/{enquiry.pk}/answer/nonsense/",
        reply_url(enquiry, "accept"),
        reply_url(enquiry, "cancel", other),
        f"/admin/bookings/enquiry/{enquiry.pk}/answer/accept/{'9' * 40}/",
    ):
        assert therapist_client.get(url).status_code == 404
    keep = reverse("admin:bookings_enquiry_save_notes", args=[enquiry.pk, other.pk])
    assert therapist_client.post(keep, {}).status_code == 404


def test_strangers_and_helpers_cannot_reply(client, make_slot_request, django_user_model):
    enquiry = make_slot_request()
    appointment = enquiry.appointments.get()
    urls = [reply_url(enquiry, "accept", appointment), reply_url(enquiry, "decline")]
    urls += [
        reverse(f"admin:bookings_enquiry_{act}", args=[enquiry.pk, appointment.pk])
        for act in ("record_outcome", "save_notes")
    ]
    for url in urls:
        assert client.post(url, {"act": "record", "told": "on"}).status_code == 302
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    for url in urls:
        assert client.post(url, {"act": "record", "told": "on"}).status_code == 403
    assert Enquiry.objects.get().status == "waiting"


def test_nothing_personal_is_in_an_address_the_log_or_a_message_that_stays(
    make_slot_request, locations, therapist_client
):
    enquiry = make_slot_request(name="Zoë Canary7", message="canary7", email="canary7@example.org")
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations))
    page = reply_screen.preview()
    response = therapist_client.post(reply_screen.url, reply_screen.data | {"act": "send"})
    stored = UserSession.objects.get().get_decoded()
    enquiry_page = therapist_client.get(enquiry_url(enquiry)).content.decode()

    assert response.status_code == 302
    assert "canary7" not in str(stored).lower()
    assert "Harley" not in str(stored)
    hrefs = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode() + enquiry_page)
    assert "canary7" not in " ".join([*hrefs, response.headers["Location"]]).lower()
    assert not LogEntry.objects.exists()


def test_a_hostile_name_on_a_reply_screen_is_text(make_slot_request, therapist_client):
    enquiry = make_slot_request(name="<script>alert(1)</script>", good_times="<img src=x>", **PHONE)

    page = therapist_client.get(reply_url(enquiry, "accept", enquiry.appointments.get())).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
