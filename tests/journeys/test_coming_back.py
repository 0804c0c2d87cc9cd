"""Who asked by phone comes back by four words from another device, with and without JavaScript."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, WeeklyHours
from bookings.slot import Slot
from practice.clock import from_wall_clock, localdate
from practice.models import Location
from tests.journeys import form_steps
from tests.journeys.audit import LOOKS, PUBLIC, accessibility_problems, expect_none

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")

BY_PHONE = [
    "Complimentary consultation",
    "Myself",
    "Harley Street",
    "I am not ready to choose yet",
    "Phone",
]
ANSWERS = {"Your name": "Zoë", "Phone number": "07700 900 319"}


@pytest.fixture
def open_hours(site):
    BookingSettings.load()
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    for weekday in range(7):
        WeeklyHours.objects.create(
            location=Location.objects.get(slug="harley-street"), weekday=weekday, opens=time(9), closes=time(13)
        )


def request_by_phone(page):
    page.goto(form_steps.FORM)
    form_steps.fill(page, ANSWERS, BY_PHONE)
    form_steps.submit(page)
    reference = form_steps.expect_confirmation(page)
    expect(page.get_by_text("Nothing will come by email, because you chose the phone.")).to_be_visible()
    words = page.locator(".receipt").nth(1).locator("strong").last.inner_text()
    return reference, words


def come_back(page, reference, words):
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Come back to your request").click()
    page.get_by_label("Your reference").fill(reference)
    page.get_by_label("Your four words").fill(words)
    page.get_by_role("button", name="Open my request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request")


def book(enquiry, therapist):
    place, day = enquiry.location, localdate(timezone.now()) + timedelta(days=4)
    slot = Slot(from_wall_clock(day, time(10)), place)
    return appointments.book_agreed(enquiry, slot, timezone.now(), actor=Actor.therapist(therapist))


@pytest.mark.parametrize("js", [True, False])
def test_from_a_request_by_phone_to_a_second_device_where_it_is_moved_paused_and_erased(
    visitor, open_hours, therapist, js
):
    first = visitor(js=js).page
    reference, words = request_by_phone(first)
    enquiry = Enquiry.objects.get(reference=reference)
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)

    second = visitor(js=js).page
    come_back(second, f" {reference.lower()} ", words.upper().replace(" ", "-"))
    second.get_by_role("link", name="Not now").click()
    second.get_by_role("button", name="Pause my request").click()
    expect(second.get_by_role("status").first).to_contain_text("paused")
    Enquiry.objects.update(status="waiting")

    appointment = book(enquiry, therapist)
    come_back(second, reference, words)
    second.get_by_role("link", name="Move it").click()
    second.get_by_role("group").nth(2).get_by_label("11:30").check()
    second.get_by_role("button", name="Move it to this time").click()
    expect(second.get_by_role("status").first).to_contain_text("Your appointment has moved")
    assert timezone.localtime(Appointment.objects.get(pk=appointment.pk).starts_at).time() == time(11, 30)

    Appointment.objects.all().delete()
    Enquiry.objects.update(status="waiting")
    come_back(second, reference, words)
    second.get_by_role("link", name="Erase this request").click()
    second.get_by_role("button", name="Erase everything").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("It is erased")
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("js", [True, False])
def test_the_link_on_the_receipt_opens_the_private_page_and_both_can_be_hidden(visitor, js):
    someone = visitor(js=js)
    page = someone.page
    request_by_phone(page)
    page.get_by_role("link", name="Open my private page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request")
    page.go_back()
    page.get_by_role("button", name="hide both now").click()

    expect(page.get_by_text("Your four words", exact=True)).to_have_count(0)
    assert "receipt" not in someone.cookies()
    expect(page).to_have_url(re.compile(r"/consultation/received/\w{8}/$"))


def test_somebody_with_the_address_of_the_receipt_sees_only_the_reference(visitor):
    page = visitor().page
    reference, words = request_by_phone(page)
    other = visitor().page
    other.goto(page.url)

    expect(other.get_by_role("heading", level=1)).to_have_text("Your reference")
    expect(other.get_by_role("main")).to_contain_text(reference)
    expect(other.get_by_text(words)).to_have_count(0)


def test_receipt_and_return_are_open_to_everybody(visitor):
    problems = []
    page = visitor().page
    request_by_phone(page)
    problems += accessibility_problems(page, "receipt", LOOKS)
    page.goto("/private/")
    problems += accessibility_problems(page, "return", LOOKS)
    page.get_by_role("button", name="Open my request").click()
    form_steps.expect_focus_on_the_summary(page)
    problems += accessibility_problems(page, "return with errors", PUBLIC)

    expect_none(problems)
