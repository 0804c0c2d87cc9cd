"""The visitor’s own clock, and what they read afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import appointments, private_links
from bookings.booking import Slot
from bookings.forms import time_zones
from bookings.messages import emails
from bookings.models import Enquiry
from practice.models import Location, Practice
from tests.bookings.conftest import NOW, errors_of
from tests.bookings.forms.helpers import TEN


def test_a_clock_of_ones_own_is_kept_for_who_may_meet_online(send, choosing, at, online):
    send(choosing | {"location": "online", "timing": at(location=online), "time_zone": "Asia/Tokyo"})
    assert Enquiry.objects.get().time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "changes",
    [{"time_zone": "Asia/Tokyo"}, {"location": "online", "timing": "not-ready", "time_zone": "Europe/London"}],
)
def test_london_and_who_comes_to_a_room_need_no_other_clock(send, choosing, changes):
    send(choosing | changes)
    assert Enquiry.objects.get().time_zone == ""


@pytest.mark.parametrize(
    "name", ["localtime", "Mars/Olympus", "../../etc/passwd", "Factory", "Europe/Paris\n", "Etc/GMT+1"]
)
def test_only_the_name_of_a_place_is_kept_as_a_clock(send, choosing, at, online, name):
    response = send(choosing | {"location": "online", "timing": at(location=online), "time_zone": name})
    assert errors_of(response) == [("Select a city from the list", "id_time_zone")]


def test_every_city_of_the_list_is_a_known_zone_and_they_stand_in_order():
    shown = time_zones.choices(NOW)
    assert len(shown) >= 40
    assert {name for name, _ in shown} <= time_zones.known()
    assert shown[0] == ("Pacific/Honolulu", "Honolulu (London − 10 h)")
    assert ("Asia/Kolkata", "Delhi, Mumbai, Colombo (London + 5½ h)") in shown
    assert ("America/St_Johns", "St John’s (London − 3½ h)") in shown
    assert ("Europe/Lisbon", "Lisbon, Madeira (as in London)") in shown


def test_the_confirmation_says_how_many_times_were_asked_for_and_none_of_them(send, client, choosing, at):
    shown = client.get(send(choosing | {"also": [at(hours=1)]}).headers["Location"]).content.decode()

    assert "You asked for two times" in shown
    assert "1 December" not in shown


def test_the_first_message_holds_the_private_link_and_the_form_shows_a_placeholder(send, page, choosing):
    with CaptureQueriesContext(connection) as queries:
        shown = page()
    assert "To change, pause or withdraw your request:" in shown
    assert "(a link that is yours alone)" in shown
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]

    send(choosing)
    acknowledgement = Enquiry.objects.get().notifications.get(kind="acknowledge")
    message = emails.compose(acknowledgement, Practice.objects.get(), NOW)
    assert private_links.address(Enquiry.objects.get(), NOW) in message.body


@pytest.mark.parametrize(
    ("slug", "zone", "when"),
    [
        ("online", "Asia/Tokyo", "1 December 2026, 10:00 to 10:30 London time (19:00 to 19:30 in Tokyo)\n"),
        ("online", "", "1 December 2026, 10:00 to 10:30, London time\n"),
        ("harley-street", "Asia/Tokyo", "1 December 2026, 10:00 to 10:30, London time\n"),
    ],
)
def test_messages_about_an_appointment_online_name_both_clocks(receive, actor, slug, zone, when):
    place = Location.objects.get(slug=slug)
    booked = appointments.book_agreed(receive(time_zone=zone), Slot(TEN, place), NOW, actor=actor)
    reminder = booked.enquiry.notifications.filter(kind="remind").first()

    assert when in emails.compose(reminder, Practice.objects.get(), NOW).body
