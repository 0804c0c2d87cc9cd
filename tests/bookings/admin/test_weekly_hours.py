"""The screen for all weekly hours."""

from datetime import time

import pytest

from bookings.admin import weekly_hours
from bookings.models import WeeklyHours
from bookings.scheduling.opening_hours import WeeklyRule
from practice.models import Location
from tests.bookings.admin import sentences

pytestmark = pytest.mark.django_db
HOURS = "/admin/bookings/weeklyhours/"


@pytest.fixture
def locations(db):
    return {place.slug: place for place in Location.objects.all()}


def form_data(hours, initial_forms=0):
    """Return the data of the form for {(location, weekday): [(from, to), …]}; all other days are empty."""
    data = {}
    for place in Location.objects.active():
        for weekday in range(7):
            spans = hours.get((place.slug, weekday), [])
            name = f"place{place.pk}-day{weekday}"
            data |= {f"{name}-TOTAL_FORMS": len(spans) + 1, f"{name}-INITIAL_FORMS": initial_forms}
            for number, (opens, closes) in enumerate([*spans, ("", "")]):
                data |= {f"{name}-{number}-opens": opens, f"{name}-{number}-closes": closes}
    return data


def saved_hours():
    return {(row.location.slug, row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") for row in
            WeeklyHours.objects.select_related("location")}  # fmt: skip


@pytest.mark.parametrize("initial_forms", [0, 1])
def test_a_whole_week_is_saved_at_once(therapist_client, locations, initial_forms):
    """It makes no difference whether the hours were saved after the screen was opened."""
    WeeklyHours.objects.create(location=locations["online"], weekday=6, opens=time(9), closes=time(12))
    stays = WeeklyHours.objects.create(location=locations["online"], weekday=5, opens=time(9), closes=time(12))

    hours = {
        ("harley-street", 0): [("14:00", "17:00"), ("09:00", "13:00")],
        ("st-pauls", 1): [("09:00", "13:05")],
        ("online", 5): [("09:00", "12:00")],
    }
    response = therapist_client.post(HOURS, form_data(hours, initial_forms))

    assert (response.status_code, response.url) == (302, HOURS)
    assert saved_hours() == {
        ("harley-street", 0, "09:00", "13:00"),
        ("harley-street", 0, "14:00", "17:00"),
        ("st-pauls", 1, "09:00", "13:05"),
        ("online", 5, "09:00", "12:00"),
    }
    assert WeeklyHours.objects.filter(pk=stays.pk).exists()


def test_the_screen_shows_saved_hours_and_an_extra_row(therapist_client, locations):
    WeeklyHours.objects.create(location=locations["harley-street"], weekday=0, opens=time(9), closes=time(12, 30))
    page = therapist_client.get(HOURS).content.decode()

    assert 'value="09:00"' in page
    assert 'value="12:30"' in page
    assert page.count("Another time on") == 1
    assert page.count('type="time"') == 2 * (21 + 1)


@pytest.mark.parametrize(
    ("spans", "sentence"),
    [
        (
            [("09:00", "12:00"), ("11:00", "13:00")],
            "On Monday at Harley Street, 09:00 to 12:00 and 11:00 to 13:00 overlap.",
        ),
        (
            [("11:00", "12:00"), ("09:00", "13:00")],
            "On Monday at Harley Street, 09:00 to 13:00 and 11:00 to 12:00 overlap.",
        ),
        (
            [("09:00", "12:00"), ("09:00", "12:00")],
            "On Monday at Harley Street, 09:00 to 12:00 and 09:00 to 12:00 overlap.",
        ),
        ([("09:00", "")], sentences.BOTH_TIMES),
        ([("", "09:00")], sentences.BOTH_TIMES),
        ([("12:00", "09:00")], sentences.END_BEFORE_START),
        ([("12:00", "12:00")], sentences.END_BEFORE_START),
        ([("09:03", "12:00")], sentences.OFF_THE_GRID),
        ([("09:00:30", "12:00")], sentences.OFF_THE_GRID),
        ([("25:00", "12:00")], sentences.NOT_A_TIME),
        ([("noon", "12:00")], sentences.NOT_A_TIME),
    ],
)
def test_invalid_hours_are_refused_and_shown_again(therapist_client, locations, spans, sentence):
    WeeklyHours.objects.create(location=locations["online"], weekday=6, opens=time(9), closes=time(12))
    response = therapist_client.post(
        HOURS, form_data({("harley-street", 0): spans, ("st-pauls", 1): [("10:10", "11:15")]})
    )
    page = response.content.decode()

    assert response.status_code == 200
    assert page.count(sentence) == 1
    assert "<title>Error: " in page
    assert 'value="10:10"' in page
    assert f'value="{spans[0][0]}"' in page or not spans[0][0]
    assert saved_hours() == {("online", 6, "09:00", "12:00")}


def test_adjacent_hours_are_allowed(therapist_client):
    therapist_client.post(HOURS, form_data({("harley-street", 0): [("09:00", "12:00"), ("12:00", "13:00")]}))

    assert len(saved_hours()) == 2


@pytest.mark.parametrize("data", [{}, {"place1-day0-TOTAL_FORMS": "9999999"}, {"place1-day0-TOTAL_FORMS": "x"}])
def test_a_broken_form_changes_nothing(therapist_client, locations, data):
    WeeklyHours.objects.create(location=locations["online"], weekday=6, opens=time(9), closes=time(12))
    response = therapist_client.post(HOURS, data)

    assert response.status_code == 200
    assert saved_hours() == {("online", 6, "09:00", "12:00")}


def test_hours_of_an_inactive_location_stay_unchanged(therapist_client, locations):
    WeeklyHours.objects.create(location=locations["online"], weekday=6, opens=time(9), closes=time(12))
    Location.objects.filter(slug="online").update(is_active=False)
    therapist_client.post(HOURS, form_data({("harley-street", 0): [("09:00", "12:00")]}))

    assert saved_hours() == {("online", 6, "09:00", "12:00"), ("harley-street", 0, "09:00", "12:00")}


def test_overlapping_hours_in_two_rooms_are_saved_and_pointed_out(therapist_client):
    hours = {("harley-street", 3): [("09:00", "13:00")], ("st-pauls", 3): [("12:00", "16:00")]}
    page = therapist_client.post(HOURS, form_data(hours), follow=True).content.decode()

    assert "Your weekly hours have been saved." in page
    assert "Thursday, 12:00 to 13:00: Harley Street and St Pauls." in page
    assert len(saved_hours()) == 2


@pytest.mark.parametrize(
    ("second", "times"),
    [
        (WeeklyRule(2, 0, time(11), time(13)), ["11:00 to 12:00"]),
        (WeeklyRule(2, 0, time(12), time(13)), []),
        (WeeklyRule(2, 1, time(11), time(13)), []),
        (WeeklyRule(1, 0, time(11), time(13)), []),
        (WeeklyRule(3, 0, time(11), time(13)), []),  # online isn’t a room
    ],
)
def test_only_different_rooms_on_the_same_day_overlap(second, times):
    first = WeeklyRule(1, 0, time(9), time(12))
    overlaps = weekly_hours.overlaps([first, second], {1: "Harley Street", 2: "St Pauls"})

    assert [overlap.times for overlap in overlaps] == times


def test_the_number_of_queries_does_not_grow_with_the_hours(therapist_client, locations, django_assert_num_queries):
    """Four queries, and five for the signed-in user."""
    therapist_client.get(HOURS)
    with django_assert_num_queries(4 + 5):
        therapist_client.get(HOURS)
    for weekday in range(7):
        for place in locations.values():
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(12))
    with django_assert_num_queries(4 + 5):
        therapist_client.get(HOURS)


def test_other_staff_cannot_change_the_hours(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))

    assert client.post(HOURS, form_data({("harley-street", 0): [("09:00", "12:00")]})).status_code == 403
    assert saved_hours() == set()
