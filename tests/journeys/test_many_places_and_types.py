"""More places and appointment types than a new site has, with and without JavaScript."""

from datetime import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import formatting, private_links
from bookings.models import AppointmentType, BookingSettings, Enquiry, WeeklyHours
from practice import facts
from practice.models import Location
from tests.journeys import form_steps
from tests.journeys.audit import PUBLIC, accessibility_problems, expect_none

pytestmark = pytest.mark.usefixtures("no_minimum_form_age", "many_locations_and_types")
PLACES, TYPES = 20, 6


@pytest.fixture
def many_locations_and_types(site):
    """Twenty places, open every day, and six types that show their times at all of them."""
    for count in range(Location.objects.count() + 1, PLACES + 1):
        Location.objects.create(name=f"Room {count}", slug=f"room-{count}", kind="room", position=100 + count)
    for place in Location.objects.all():
        for weekday in range(7):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    for count in range(AppointmentType.objects.count() + 1, TYPES + 1):
        AppointmentType.objects.create(name=f"Type {count}", slug=f"type-{count}", minutes=30, position=100 + count)
    for appointment_type in AppointmentType.objects.all():
        appointment_type.locations.set(Location.objects.all())
    AppointmentType.objects.update(publishes_times=True)
    # Only here is this type offered, so that its times and those of the others differ.
    AppointmentType.objects.get(slug="type-6").locations.set(Location.objects.filter(slug="room-20"))
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    facts.note_change(Location)


def visible_locations(page):
    return page.locator(".times h3").filter(visible=True).all_inner_texts()


def slot_labels(page):
    return page.locator(".times fieldset label").filter(visible=True)


@pytest.mark.parametrize("js", [True, False])
def test_the_times_are_those_of_the_chosen_place_and_type(visitor, js):
    page = visitor(js=js).page
    page.goto(f"{form_steps.FORM}?type=type-3")
    expect(form_steps.choice(page, "Type 3")).to_be_checked()

    assert visible_locations(page) == []
    for place in ("Harley Street", "Room 7", "Room 20"):
        form_steps.choose(page, [place])
        assert visible_locations(page) == [f"{place}, London time"]
        assert slot_labels(page).count() > 0
    form_steps.choose(page, ["Type 6"])
    assert slot_labels(page).count() > 0
    form_steps.choose(page, ["Room 7"])
    assert slot_labels(page).count() == 0
    expect(page.get_by_text("Type 6: not offered here.").filter(visible=True)).to_have_count(1)
    form_steps.choose(page, ["No preference", "Type 3"])
    assert len(visible_locations(page)) == PLACES


@pytest.mark.parametrize("js", [True, False])
def test_a_time_of_the_seventh_place_is_asked_for_and_the_private_link_shows_it(visitor, js):
    page = visitor(js=js).page
    page.goto(form_steps.FORM)
    form_steps.choose(page, ["Type 4", "Myself", "Room 7"])
    slot_labels(page).first.click()
    form_steps.choose(page, ["Email"])
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Email address").fill("zoe@example.org")
    form_steps.submit(page)
    form_steps.expect_confirmation(page)

    enquiry = Enquiry.objects.get()
    asked = enquiry.appointments.get()
    assert (enquiry.asked_for, asked.appointment_type.slug, asked.location.slug) == ("Type 4", "type-4", "room-7")
    page.goto(private_links.path(enquiry, timezone.now()))
    main = page.get_by_role("main")
    for words in ("Type 4", "Room 7", formatting.moment(asked.starts_at)):
        expect(main).to_contain_text(words)


def test_the_form_is_accessible_with_many_of_both(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    form_steps.choose(page, ["Type 3", "Room 20"])
    expect_none(accessibility_problems(page, "many places", PUBLIC))
