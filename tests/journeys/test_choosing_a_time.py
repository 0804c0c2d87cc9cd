"""A visitor chooses a free time, with and without JavaScript; or none of them, and that is an answer too."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Person, WeeklyHours
from bookings.slot import Slot
from practice.models import Location
from tests.journeys import form_steps, page_states
from tests.journeys.audit import PUBLIC, accessibility_problems, expect_none
from tests.journeys.test_forced_colours import unreadable_elements

pytestmark = pytest.mark.usefixtures("no_minimum_form_age", "published_slots")

REST = ["Complimentary consultation", "Myself", "Email"]
SECOND = "Second choice (optional)"


@pytest.fixture
def published_slots(site):
    """Three places, open every day; only of first conversations are the times published."""
    for place in Location.objects.all():
        for weekday in range(7):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    AppointmentType.objects.filter(slug="complimentary-consultation").update(publishes_times=True)


@pytest.fixture
def page(visitor):
    """On a phone, without JavaScript, in front of the form."""
    page = visitor(js=False).page
    page.goto(form_steps.FORM)
    return page


def slot_labels(page):
    return page.locator(".times fieldset label").filter(visible=True)


def fill_other_fields(page):
    form_steps.choose(page, REST)
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Email address").fill("zoe@example.org")


def slot_value(label):
    return label.locator("input").get_attribute("value")


def slot_start(value):
    return Slot.parse(value, Location.objects.all()).starts_at


def test_a_time_and_a_second_choice_are_sent_without_javascript(page):
    fill_other_fields(page)
    expect(slot_labels(page)).to_have_count(0)
    form_steps.choose(page, ["St Pauls"])
    expect(page.get_by_role("heading", name="St Pauls, London time")).to_be_visible()
    expect(page.get_by_role("heading", name="Harley Street, London time")).to_be_hidden()
    label = slot_labels(page).nth(5)
    label.click()
    page.get_by_text("Add a second and a third choice").locator("visible=true").click()
    further = page.get_by_label(SECOND).locator("visible=true")
    second = further.locator("option").nth(3).get_attribute("value")
    further.select_option(second)
    slots = [slot_start(slot_value(label)), slot_start(second)]
    form_steps.submit(page)

    form_steps.expect_confirmation(page)
    expect(page.get_by_role("main")).to_contain_text("You asked for these times")
    preferences = Appointment.objects.order_by("rank")
    assert [(preference.location.slug, preference.starts_at) for preference in preferences] == [
        ("st-pauls", moment) for moment in slots
    ]


def test_the_days_and_no_wish_are_one_answer_with_the_times(page):
    fill_other_fields(page)
    form_steps.choose(page, ["Harley Street"])
    slot_labels(page).first.click()
    expect(page.get_by_label("Monday")).to_be_hidden()
    form_steps.choice(page, "None of these suit me. Some days and times suit me better").check()
    expect(slot_labels(page).first.locator("input")).not_to_be_checked()
    form_steps.choose(page, ["Monday", "Morning"])
    form_steps.submit(page)

    form_steps.expect_confirmation(page)
    assert Enquiry.objects.get().days == [0]
    assert not Appointment.objects.exists()


def test_a_kind_without_published_times_asks_for_days(page):
    form_steps.choose(page, ["Private session", "Harley Street"])
    expect(slot_labels(page)).to_have_count(0)
    page.get_by_role("radio", name="Some days and times suit me better", exact=True).check()
    expect(page.get_by_label("Monday")).to_be_visible()


def test_without_a_preferred_place_all_are_shown_by_name(page):
    form_steps.choose(page, ["Complimentary consultation", "No preference"])
    assert page.locator(".times h3").filter(visible=True).all_inner_texts() == [
        f"{place}, London time" for place in ("Harley Street", "St Pauls", "Online")
    ]


def test_another_place_chosen_later_is_noticed_and_leads_to_its_times(page):
    fill_other_fields(page)
    form_steps.choose(page, ["Harley Street"])
    slot_labels(page).first.click()
    form_steps.choose(page, ["Online"])
    form_steps.submit(page)

    page.get_by_role("link", name="The time you chose is at another place. Choose one online").click()
    first = slot_labels(page).first.locator("input")
    expect(first).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("Zoë")


def test_somebody_was_faster_and_nothing_is_lost(page, therapist):
    fill_other_fields(page)
    form_steps.choose(page, ["Harley Street"])
    label = slot_labels(page).first
    label.click()
    slots = Slot.parse(slot_value(label), Location.objects.all())
    now = timezone.now()
    rival = Enquiry.objects.create(
        person=Person.objects.create(name="Rival", channel=Person.Channel.EMAIL, email="rival@example.org"),
        appointment_type=AppointmentType.objects.get(slug="complimentary-consultation"),
        form_digest="rival",
        received_at=now,
        reply_due=now + timedelta(days=1),
    )
    appointments.book_agreed(rival, slots, now, actor=Actor.therapist(therapist))
    form_steps.submit(page)

    expect(page).to_have_url(re.compile(r"/private/[A-Z0-9]{8}/\?gone$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Enquiry.objects.exclude(pk=rival.pk).get().person.name == "Zoë"


@pytest.mark.parametrize(
    ("zone", "city", "ahead"),
    [
        ("Asia/Kolkata", "Delhi", timedelta(hours=5, minutes=30)),
        ("Asia/Kathmandu", "K", timedelta(hours=5, minutes=45)),
    ],
)
def test_with_javascript_the_clock_of_the_browser_stands_beside_each_time_online(visitor, zone, city, ahead):
    page = visitor().page
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": zone})
    page.goto(form_steps.FORM)
    form_steps.choose(page, ["Complimentary consultation", "Online"])
    there = slot_start(slot_value(slot_labels(page).first)) + ahead

    expect(slot_labels(page).first.locator(".local-time")).to_contain_text(f"{there:%H:%M} in {city}")
    page.get_by_label("Your own clock").select_option("Asia/Tokyo")
    expect(slot_labels(page).first.locator(".local-time")).to_contain_text("in Tokyo")
    page.get_by_label("Your own clock").select_option("London time")
    expect(slot_labels(page).first.locator(".local-time")).to_have_count(0)


def test_the_form_with_times_passes_the_audit_and_is_seen_in_forced_colours(visitor):
    problems = []
    page = visitor().page
    page.goto(form_steps.FORM)
    for state in ("free times", "free times with errors"):
        form_steps.choose(page, ["Complimentary consultation", "No preference"])
        page.get_by_label("Your own clock").select_option("Asia/Tokyo")
        problems += accessibility_problems(page, state, PUBLIC)
        problems += unreadable_elements(page)
        page.emulate_media(forced_colors="none")
        assert min(label.bounding_box()["height"] for label in slot_labels(page).all()) >= 44
        form_steps.submit(page)
        expect(page.get_by_role("alert")).to_be_visible()
    expect_none(problems)


def test_the_form_with_times_weighs_at_most_40_kb(visitor, capsys):
    """Busy days of both kinds at three places, on a site whose facts are all filled in."""
    AppointmentType.objects.update(publishes_times=True)
    page_states.fill_practice_data()
    answer = visitor().page.goto(form_steps.FORM)
    sent, whole = answer.request.sizes()["responseBodySize"], len(answer.body())
    with capsys.disabled():
        print(f"\n{whole:,} bytes of HTML, {sent:,} as they are sent: {form_steps.FORM} with free times")  # noqa: T201
    assert 0 < sent < whole <= 40_000
