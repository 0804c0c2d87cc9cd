"""What people can be booked for: added, renamed, withdrawn and deleted on the desk."""

import re
from datetime import time

import pytest

from bookings.admin import appointment_types, texts
from bookings.admin.appointment_types import summary
from bookings.models import AppointmentType, WeeklyHours
from bookings.starter_settings import create_booking_settings
from practice.models import Location

pytestmark = pytest.mark.django_db
HOURS = "/admin/bookings/weeklyhours/"
TYPES = "/admin/bookings/appointmenttype/"


@pytest.fixture
def locations(db):
    return {place.slug: place for place in Location.objects.all()}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"minutes": 30, "minutes_after": 10},
            "30 minutes, 10 after; notice 24 hours; 4 weeks ahead; free times not shown",
        ),
        (
            {
                "minutes": 50,
                "minutes_before": 5,
                "minutes_after": 0,
                "notice_hours": 1,
                "horizon_days": 10,
                "daily_cap": 3,
                "publishes_times": True,
            },
            "50 minutes, 5 before; notice 1 hour; 10 days ahead; up to 3 a day; free times shown",
        ),
        (
            {"minutes": 50, "notice_hours": 0, "horizon_days": 7},
            "50 minutes, 10 after; no notice; 1 week ahead; free times not shown",
        ),
    ],
)
def test_a_type_is_summed_up_in_words(given, words):
    assert summary(AppointmentType(**given)) == words


def type_form_data(appointment_type, locations, **changes):
    """Return the values that the form of a type is sent with."""
    names = ["minutes", "minutes_before", "minutes_after", "every", "notice_hours", "horizon_days"]
    names += ["name", "slug", "position", "offered_on_form", "is_active"]
    values = {name: getattr(appointment_type, name) for name in names}
    return values | {"locations": [place.pk for place in locations]} | changes


def test_places_are_chosen_by_ticks(therapist_client, private, locations):
    page = therapist_client.get(f"{TYPES}{private.pk}/change/").content.decode()
    assert page.count('type="checkbox" name="locations"') == 3

    therapist_client.post(f"{TYPES}{private.pk}/change/", type_form_data(private, [locations["online"]], minutes="60"))
    private.refresh_from_db()
    assert (private.minutes, list(private.locations.all())) == (60, [locations["online"]])


def test_a_type_needs_a_place(therapist_client, private):
    response = therapist_client.post(f"{TYPES}{private.pk}/change/", type_form_data(private, []))

    assert texts.LOCATION_MISSING in response.content.decode()


def test_a_place_that_is_no_longer_offered_stays_with_its_types(therapist_client, private, locations):
    Location.objects.filter(slug="online").update(is_active=False)
    page = therapist_client.get(f"{TYPES}{private.pk}/change/").content.decode()
    assert page.count('type="checkbox" name="locations"') == 3

    private.locations.remove(locations["online"])
    page = therapist_client.get(f"{TYPES}{private.pk}/change/").content.decode()
    assert page.count('type="checkbox" name="locations"') == 2


def test_another_type_is_added_and_is_on_the_form_at_once(therapist_client, client, locations):
    page = therapist_client.get(f"{TYPES}add/").content.decode()
    assert 'name="position" value="30"' in page

    new = AppointmentType(name="Session for two", minutes=80, position=5)
    therapist_client.post(f"{TYPES}add/", type_form_data(new, locations.values()))
    assert AppointmentType.objects.first().slug == "session-for-two"
    form = client.get("/consultation/").content.decode()
    assert re.findall(r'name="appointment_type" value="([^"]+)"', form) == [
        "session-for-two",
        "complimentary-consultation",
        "private-session",
    ]


def test_a_type_is_renamed(therapist_client, client, private, locations):
    therapist_client.post(f"{TYPES}{private.pk}/change/", type_form_data(private, locations.values(), name="Therapy"))

    private.refresh_from_db()
    assert (private.name, private.slug) == ("Therapy", "private-session")
    assert "Therapy</label>" in client.get("/consultation/").content.decode()


def test_a_type_whose_short_name_is_taken_is_refused(therapist_client, locations):
    twin = AppointmentType(name="Private: session", minutes=50)
    page = therapist_client.post(f"{TYPES}add/", type_form_data(twin, locations.values())).content.decode()

    assert "Another appointment type has this short name." in page
    nameless = AppointmentType(name="…", minutes=50)
    page = therapist_client.post(f"{TYPES}add/", type_form_data(nameless, locations.values())).content.decode()
    assert "Enter a short name" in page


def test_a_type_that_is_in_use_stays_and_says_why(therapist_client, make_enquiry, private):
    make_enquiry(appointment_type=private)
    page = therapist_client.post(f"{TYPES}{private.pk}/delete/", {"post": "yes"}, follow=True).content.decode()

    assert "Somebody has asked for “Private session” or been booked for it, so it stays." in page
    assert AppointmentType.objects.count() == 2


def test_a_type_that_somebody_asks_for_while_it_is_deleted_stays(therapist_client, make_enquiry, private, monkeypatch):
    monkeypatch.setattr(appointment_types, "is_in_use", lambda kind: False)  # as it was a moment before
    make_enquiry(appointment_type=private)
    page = therapist_client.post(f"{TYPES}{private.pk}/delete/", {"post": "yes"}, follow=True)

    assert page.status_code == 200
    assert AppointmentType.objects.count() == 2


def test_a_type_that_nobody_asked_for_is_deleted_and_does_not_come_back(therapist_client, private):
    therapist_client.post(f"{TYPES}{private.pk}/delete/", {"post": "yes"})
    create_booking_settings()

    assert [appointment_type.slug for appointment_type in AppointmentType.objects.all()] == [
        "complimentary-consultation"
    ]


def test_an_empty_database_begins_with_two_types(db, locations):
    AppointmentType.objects.all().delete()
    create_booking_settings()

    rows = [(row.name, row.slug, row.minutes, row.locations.count()) for row in AppointmentType.objects.all()]
    assert rows == [
        ("Complimentary consultation", "complimentary-consultation", 30, 3),
        ("Private session", "private-session", 50, 3),
    ]


def test_the_last_type_on_the_form_stays(therapist_client, complimentary, private, locations):
    private.delete()
    screen = f"{TYPES}{complimentary.pk}/"
    assert therapist_client.post(f"{screen}delete/", {"post": "yes"}).status_code == 403
    for name in ("offered_on_form", "is_active"):
        withdrawn = type_form_data(complimentary, locations.values())
        del withdrawn[name]
        page = therapist_client.post(f"{screen}change/", withdrawn).content.decode()
        assert "The form needs one appointment type or more." in page


def test_times_that_nobody_can_find_are_warned_of(therapist_client, private, locations):
    warning = "“Private session” shows free times, but none of its locations has weekly hours."
    screens = (TYPES, f"{TYPES}{private.pk}/change/", HOURS)
    free_of_it = f"{TYPES}{AppointmentType.objects.get(slug='complimentary-consultation').pk}/change/"

    def warnings():
        return [warning in therapist_client.get(screen).content.decode() for screen in screens]

    assert warnings() == [False] * 3
    AppointmentType.objects.filter(pk=private.pk).update(publishes_times=True)
    private.locations.set([locations["online"]])
    WeeklyHours.objects.create(location=locations["st-pauls"], weekday=0, opens=time(9), closes=time(12))
    assert warnings() == [True] * 3
    assert warning not in therapist_client.get(free_of_it).content.decode()

    WeeklyHours.objects.create(location=locations["online"], weekday=0, opens=time(9), closes=time(12))
    assert warnings() == [False] * 3
    Location.objects.filter(slug="online").update(is_active=False)
    assert warnings() == [True] * 3
