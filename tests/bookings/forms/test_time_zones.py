"""The visitor’s own clock, and what they read afterwards."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import appointments, private_links
from bookings.forms import time_zones
from bookings.messages import emails
from bookings.models import Enquiry
from bookings.slot import Slot
from practice.models import Location, Practice
from tests.bookings import texts
from tests.bookings.conftest import NOW, error_summary
from tests.bookings.forms.helpers import TEN


def test_the_time_zone_is_saved_for_online_appointments(submit_form, answers_with_slot, slot_value, online):
    submit_form(
        answers_with_slot | {"location": "online", "timing": slot_value(location=online), "time_zone": "Asia/Tokyo"}
    )
    assert Enquiry.objects.get().person.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "changes",
    [{"time_zone": "Asia/Tokyo"}, {"location": "online", "timing": "not-ready", "time_zone": "Europe/London"}],
)
def test_no_time_zone_is_saved_for_london_or_appointments_in_a_room(submit_form, answers_with_slot, changes):
    submit_form(answers_with_slot | changes)
    assert Enquiry.objects.get().person.time_zone == ""


@pytest.mark.parametrize(
    "name", ["localtime", "Mars/Olympus", "../../etc/passwd", "Factory", "Europe/Paris\n", "Etc/GMT+1"]
)
def test_only_time_zones_of_places_are_accepted(submit_form, answers_with_slot, slot_value, online, name):
    response = submit_form(
        answers_with_slot | {"location": "online", "timing": slot_value(location=online), "time_zone": name}
    )
    assert error_summary(response) == [("Select a city from the list", "id_time_zone")]


def test_every_city_has_an_accepted_time_zone_and_they_are_sorted():
    choices = time_zones.choices(NOW)
    assert len(choices) >= 40
    assert {name for name, _ in choices} <= time_zones.accepted_names()
    assert choices[0] == ("Pacific/Honolulu", "Honolulu (London − 10 h)")
    assert ("Asia/Kolkata", "Delhi, Mumbai, Colombo (London + 5½ h)") in choices
    assert ("America/St_Johns", "St John’s (London − 3½ h)") in choices
    assert ("Europe/Lisbon", "Lisbon, Madeira (as in London)") in choices


def test_the_confirmation_names_the_times_that_were_requested_to_the_sender_only(
    submit_form, client, answers_with_slot, slot_value
):
    path = submit_form(answers_with_slot | {"also": [slot_value(hours=1)]}).headers["Location"]
    with time_machine.travel(NOW, tick=False):
        html = client.get(path).content.decode()

    assert "You asked for these times" in html
    assert "1 December" in html
    assert "1 December" not in Client().get(path).content.decode()


def test_the_first_message_contains_the_private_link_and_the_form_a_placeholder(
    submit_form, form_html, answers_with_slot
):
    with CaptureQueriesContext(connection) as queries:
        html = form_html()
    assert "To change, pause or withdraw your request:" in html
    assert texts.PRIVATE_LINK_PLACEHOLDER in html
    assert not [query for query in queries if not query["sql"].startswith(("SELECT", "(SELECT"))]

    submit_form(answers_with_slot)
    acknowledgement = Enquiry.objects.get().messages.get(kind="acknowledge")
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
def test_messages_about_online_appointments_give_both_times(make_enquiry, actor, slug, zone, when):
    place = Location.objects.get(slug=slug)
    booked = appointments.book_agreed(make_enquiry(time_zone=zone), Slot(TEN, place), NOW, actor=actor)
    reminder = booked.enquiry.messages.filter(kind="remind").first()

    assert when in emails.compose(reminder, Practice.objects.get(), NOW).body
