"""The form with more places and appointment types than a new site has."""

import base64
import hashlib
import re
from datetime import time

import pytest

from bookings.models import AppointmentType, Enquiry, WeeklyHours
from practice import facts
from practice.models import Location
from tests.bookings.forms.helpers import URL

ASKED = re.compile(r'name="appointment_type" value="([^"]+)"')


def add_places(number):
    """Rooms that are open like the others, so that there are `number` places."""
    for count in range(Location.objects.count() + 1, number + 1):
        place = Location.objects.create(name=f"Room {count}", slug=f"room-{count}", kind="room", position=100 + count)
        for weekday in range(5):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    facts.note_change(Location)


def add_types(number):
    """Types that show their times everywhere, each longer than the one before, so that there are `number`."""
    for count in range(AppointmentType.objects.count() + 1, number + 1):
        AppointmentType.objects.create(
            name=f"Type {count}", slug=f"type-{count}", minutes=count * 10, publishes_times=True, position=100 + count
        )
    for appointment_type in AppointmentType.objects.all():
        appointment_type.locations.set(Location.objects.active())


@pytest.mark.parametrize(("places", "types"), [(3, 2), (7, 3), (20, 6)])
def test_each_place_and_type_has_a_rule_and_the_page_stays_light(form_html, client, published_slots, places, types):
    add_places(places)
    add_types(types)
    html = form_html()

    style = re.search("<style>(.*?)</style>", html)[1]
    assert [f"#id_location_{number}:checked" in style for number in range(places + 1)] == [True] * places + [True]
    assert style.count(".at-") == places
    assert [f"#id_appointment_type_{number}:checked) .only:not(.t{number})" in style for number in range(types)] == (
        [True] * types
    )
    assert html.count('<div class="place at-') == places
    assert len(ASKED.findall(html)) == types
    assert len(html.encode()) <= 40_000


def test_the_style_is_named_by_its_digest_in_the_policy_of_the_form_alone(client, published_slots):
    response = client.get(URL)
    style = re.search("<style>(.*?)</style>", response.content.decode())[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"style-src 'self' 'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "sha256" not in client.get(f"{URL}?kind=complaint").headers["Content-Security-Policy"]


def test_the_form_without_times_needs_no_style_of_its_own(client, db):
    response = client.get(URL)
    assert "<style" not in response.content.decode()
    assert "sha256" not in response.headers["Content-Security-Policy"]


def test_a_link_chooses_a_type_and_an_unknown_one_none(client, db):
    def chosen(query):
        return re.findall(r'value="([^"]+)"[^>]* checked', client.get(f"{URL}{query}").content.decode())

    assert chosen("?type=private-session") == ["private-session"]
    assert chosen("?type=no-such-thing") == chosen("") == []
    AppointmentType.objects.filter(slug="private-session").update(offered_on_form=False)
    assert chosen("?type=private-session") == []


def test_only_types_on_the_form_are_listed_and_taken(client, submit_form, answers, private):
    AppointmentType.objects.filter(pk=private.pk).update(offered_on_form=False)

    assert ASKED.findall(client.get(URL).content.decode()) == ["complimentary-consultation"]
    submit_form(answers | {"appointment_type": private.slug})
    assert not Enquiry.objects.exists()


def test_what_a_type_is_stands_above_the_question(client, private):
    AppointmentType.objects.filter(pk=private.pk).update(explanation="Fifty minutes in a <quiet> room.")

    html = client.get(URL).content.decode()
    assert "Private session: Fifty minutes in a &lt;quiet&gt; room." in html


def test_a_third_type_is_asked_for_and_kept(submit_form, answers, published_slots):
    add_types(3)
    submit_form(answers | {"appointment_type": "type-3"})

    assert Enquiry.objects.get().asked_for == "Type 3"
