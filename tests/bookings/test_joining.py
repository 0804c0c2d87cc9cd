"""How somebody joins an online appointment: in each message, on the private page, in the calendar and on the desk."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from bookings import appointments, joining, private_links
from bookings.messages import emails
from bookings.models import Appointment, AppointmentType, Message, Reply, WeeklyHours
from bookings.slot import Slot
from practice.facts import practice_row
from practice.models import Location, Practice
from tests.bookings.admin.replies.helpers import (
    ReplyScreen,
    deliver_emails,
    enquiry_url,
    page_text,
    reply_url,
    slot_fields,
)
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
PROMISE = "You’ll be told how to join by Monday 30 November, 10:00, London time."
SOON = "You’ll be told how to join before it begins."
LINK = "https://video.example.org/room"
STANDING = f"Open this, and wait until I let you in:\n{LINK}"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def online(db):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    Practice.objects.update(therapist_name="Ada Finch", reply_to="me@example.org")
    place = Location.objects.get(slug="online")
    for weekday in range(5):
        WeeklyHours.objects.create(location=place, weekday=weekday, opens="09:00", closes="17:00")
    return place


@pytest.fixture
def standing(online):
    online.join = STANDING
    online.save()
    return online


@pytest.fixture
def rooms(online):
    return {place.slug: place for place in Location.objects.all()}


@pytest.fixture
def book(make_enquiry, online, actor):
    def booked(starts_at=TEN, place=None, **changes):
        return appointments.book_agreed(make_enquiry(**changes), Slot(starts_at, place or online), NOW, actor=actor)

    return booked


@pytest.fixture
def agree(make_enquiry, rooms, therapist_client):
    """The screen on which an online appointment is booked."""

    def agreed(**changes):
        enquiry = make_enquiry(**changes)
        with_time = slot_fields(rooms, at="10:00", place="online")
        return ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **with_time)

    return agreed


def body_of(appointment, kind, now=NOW):
    message = Message(kind=kind, enquiry=appointment.enquiry, appointment=appointment, about="0:booked", due_at=now)
    return emails.compose(message, practice_row(), now).body


def private_page(client, appointment):
    return page_text(client.get(private_links.address(appointment.enquiry, NOW), follow=True))


# The letter before it goes -------------------------------------------------------------------------


def test_the_preview_says_by_when_it_comes(agree):
    page = agree().preview()

    assert f"10:00 to 10:30, Online\n  {PROMISE}" in page.context["preview"]["body"]
    assert page.context["preview"]["warnings"] == []


def test_the_preview_shows_the_standing_way(agree, standing):
    body = agree().preview().context["preview"]["body"]

    assert f"Online\n  Open this, and wait until I let you in:\n  {LINK}" in body
    assert "be told how to join" not in body


def test_a_link_of_its_own_is_in_the_letter_and_kept(agree, standing, mailoutbox):
    reply_screen = agree()
    own = "https://other.example.org/2"
    page = reply_screen.preview(video_link=own)
    assert own in page.context["preview"]["body"]
    assert LINK not in page.context["preview"]["body"]

    reply_screen.send(page)
    assert Appointment.objects.get().video_link == own
    assert own in deliver_emails(mailoutbox)[-1].body


def test_a_preview_keeps_nothing(agree):
    agree().preview(video_link=LINK)

    assert not Appointment.objects.exists()


def test_a_link_that_is_none_is_refused_and_not_lost(agree):
    page = agree().preview(video_link="room five")

    assert page.context["form"].errors == {"video_link": ["Enter the full link, such as https://example.org/room."]}
    assert 'value="room five"' in page.content.decode()


def test_a_letter_that_leaves_it_out_is_warned_about(agree):
    page = agree().preview(body="On Tuesday 1 December, 10:00 to 10:30, Online. {link}")

    assert "The message doesn’t say how to join, or by when that comes." in page.context["preview"]["warnings"]


def test_a_room_asks_for_no_link_of_a_requested_time(make_enquiry, rooms, therapist_client):
    enquiry = make_enquiry()
    requested = appointments.create(enquiry, enquiry.appointment_type, Slot(TEN, rooms["harley-street"]), NOW)
    page = therapist_client.get(reply_url(enquiry, "accept", requested))

    assert "video_link" not in page.context["form"].fields


def test_moving_keeps_the_link_and_shows_it(book, rooms, therapist_client):
    appointment = book()
    appointments.save_notes(appointment, video_link=LINK)
    reply_screen = ReplyScreen(
        therapist_client,
        reply_url(appointment.enquiry, "move", appointment),
        **slot_fields(rooms, at="15:00", place="online"),
    )
    page = reply_screen.preview()
    assert LINK in page.context["preview"]["body"]

    reply_screen.send(page)
    appointment.refresh_from_db()
    assert (appointment.video_link, appointment.starts_at.hour) == (LINK, 15)


def test_whoever_moves_to_a_room_reads_its_address_and_no_link(book, rooms, therapist_client):
    Location.objects.filter(slug="harley-street").update(address="1 Harley Street")
    appointment = book()
    appointments.save_notes(appointment, video_link=LINK)
    reply_screen = ReplyScreen(
        therapist_client, reply_url(appointment.enquiry, "move", appointment), **slot_fields(rooms)
    )
    body = reply_screen.preview().context["preview"]["body"]

    assert "1 Harley Street" in body
    assert LINK not in body


# Messages, private page and calendar -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["confirm", "remind"])
def test_automatic_messages_say_how_or_by_when(book, online, kind):
    appointment = book()
    assert f"Online\n{PROMISE}" in body_of(appointment, kind)
    assert f"Online\n{SOON}" in body_of(appointment, kind, now=TEN - timedelta(hours=3))

    online.join = STANDING
    appointment.location = online
    assert f"Online\n{STANDING}" in body_of(appointment, kind)
    appointment.video_link = "https://other.example.org/2"
    assert "Online\nhttps://other.example.org/2" in body_of(appointment, kind)


def test_the_private_page_says_how_or_by_when(book, client, online):
    appointment = book()
    assert PROMISE in private_page(client, appointment)

    Location.objects.filter(pk=online.pk).update(join=STANDING)
    page = private_page(client, appointment)
    assert "Open this, and wait until I let you in:" in page
    assert PROMISE not in page

    appointments.save_notes(appointment, video_link=LINK)
    page = private_page(client, appointment)
    assert "Join the video call" in page
    assert "wait until I let you in" not in page


def test_the_standing_way_is_shown_as_text(book, client, standing):
    Location.objects.update(join="<script>alert(1)</script> https://video.example.org/a?b=1&c=2")
    html = client.get(private_links.address(book().enquiry, NOW), follow=True).content.decode()

    assert "<script>alert" not in html
    assert 'href="https://video.example.org/a?b=1&amp;c=2"' in html


@pytest.mark.parametrize(
    ("way", "place"),
    [
        (STANDING, LINK),
        ("Ring 020 7946 0018", None),
        ("https://therapy-rooms.example.org/5", None),
        ("https://video.example.org/addiction-therapist-london", None),
        ("https://meet.example.org/Addiction.Therapist.London", None),
        ("https://video.example.org/QuietRoomCounselling", None),
        ("", None),
    ],
)
def test_the_calendar_entry_has_a_link_only_if_it_is_neutral(agree, online, mailoutbox, way, place):
    Location.objects.filter(pk=online.pk).update(join=way)
    reply_screen = agree(calendar_ok=True)
    reply_screen.send(reply_screen.preview())
    parts = [
        part for part in deliver_emails(mailoutbox)[-1].message().walk() if part.get_content_type() == "text/calendar"
    ]
    event = Calendar.from_ical(parts[0].get_payload(decode=True)).walk("VEVENT")[0]

    assert event.get("LOCATION") == place
    assert "DESCRIPTION" not in event


def test_the_name_of_the_practice_is_not_in_a_calendar(online):
    online.join = "https://video.example.org/Quiet-Room"

    assert joining.neutral_link(online, "", "Quiet Room") == ""
    assert joining.neutral_link(online, "", "Loud Room") == online.join


# Later ------------------------------------------------------------------------------------------------


def save_link(client, appointment, link):
    url = reverse("admin:bookings_enquiry_save_notes", args=[appointment.enquiry_id, appointment.pk])
    prefix = f"kept-{appointment.pk}"
    return client.post(url, {f"{prefix}-video_link": link, f"{prefix}-notes": ""}, follow=True)


def test_a_link_added_later_is_offered_to_be_sent(book, therapist_client, mailoutbox):
    appointment = book(calendar_ok=True)
    page = save_link(therapist_client, appointment, LINK)
    url = reply_url(appointment.enquiry, "join", appointment)
    assert page.redirect_chain == [(url, 302)]
    assert "They haven’t been told yet" in page_text(page)
    assert not Reply.objects.exists()

    reply_screen = ReplyScreen(therapist_client, url)
    preview = reply_screen.preview()
    assert LINK in preview.context["preview"]["body"]
    assert preview.context["preview"]["has_calendar_file"]
    reply_screen.send(preview)
    assert LINK in deliver_emails(mailoutbox)[-1].body


def test_she_can_tell_them_herself(book, therapist_client, mailoutbox):
    appointment = book()
    page = save_link(therapist_client, appointment, LINK)
    assert "I’ll tell them myself" in page_text(page)

    ReplyScreen(therapist_client, reply_url(appointment.enquiry, "join", appointment)).record()
    assert appointment.enquiry.events.last().text == "You tell them how to join: Tuesday 1 December, 10:00, Online"
    assert deliver_emails(mailoutbox) == []


def test_the_same_link_saved_again_offers_nothing(book, therapist_client):
    appointment = book()
    save_link(therapist_client, appointment, LINK)

    page = save_link(therapist_client, appointment, LINK)
    assert page.redirect_chain == [(enquiry_url(appointment.enquiry), 302)]


def test_an_appointment_that_was_cancelled_is_not_joined(book, therapist_client, actor):
    appointment = book()
    reply_screen = ReplyScreen(therapist_client, reply_url(appointment.enquiry, "join", appointment))
    appointments.cancel(appointment, NOW, actor=actor)

    page = reply_screen.preview(version=1)
    assert page.context["form"].non_field_errors() == ["Only an appointment that is still to come can be joined."]


def test_a_new_standing_way_names_who_has_not_been_told(book, therapist_client, online):
    appointment, own = book(), book(TEN + timedelta(hours=2))
    appointments.save_notes(own, video_link=LINK)
    fields = {"name": "Online", "slug": "online", "kind": "online", "position": "30", "is_active": "on"}
    page = therapist_client.post(
        f"/admin/practice/location/{online.pk}/change/", fields | {"join": STANDING}, follow=True
    )

    html = page.content.decode()
    assert "nobody has been told yet" in html
    assert f'href="{reply_url(appointment.enquiry, "join", appointment)}"' in html
    assert own.enquiry.reference not in html
    page = therapist_client.post(
        f"/admin/practice/location/{online.pk}/change/", fields | {"join": STANDING}, follow=True
    )
    assert "nobody has been told yet" not in page.content.decode()


# The desk ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_named"), [(2, True), (9, False)])
def test_the_desk_names_what_nobody_can_join_yet(book, therapist_client, days, is_named):
    book(NOW.replace(hour=10) + timedelta(days=days))

    assert ("there’s no way to join it yet" in page_text(therapist_client.get("/admin/"))) == is_named


def test_the_desk_is_quiet_once_there_is_a_way(book, therapist_client, rooms):
    appointments.save_notes(book(NOW + timedelta(days=1)), video_link=LINK)
    book(NOW + timedelta(days=1, hours=3), place=rooms["harley-street"])

    assert "no way to join" not in page_text(therapist_client.get("/admin/"))


def test_the_enquiry_says_that_there_is_no_way_yet(book, therapist_client):
    appointment = book()
    assert "There’s no way to join it yet." in page_text(therapist_client.get(enquiry_url(appointment.enquiry)))

    appointments.save_notes(appointment, video_link=LINK)
    page = page_text(therapist_client.get(enquiry_url(appointment.enquiry)))
    assert "no way to join" not in page
    assert "Send how to join" in page
