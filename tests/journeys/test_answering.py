"""The therapist answers on a phone, between two sessions: every answer, every screen of it looked over."""

import re
from datetime import datetime, time, timedelta
from itertools import count

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments, booking, enquiries
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Reply, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.clock import LONDON, localdate
from practice.models import Location, Practice
from tests.journeys.audit import accessibility_problems, expect_none

PHONE = {"channel": "phone", "email": "", "phone": "07700 900 319", "good_times": "after 7pm"}
ANSWERS = ("Decline, with other help", "Refer on", "Put on the waiting list")


@pytest.fixture
def harley_street(site):
    Practice.objects.update(therapist_name="Ada Finch", reply_to="desk@example.org")
    place = Location.objects.get(slug="harley-street")
    for weekday in range(7):
        WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    BookingSettings.load()
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    return place


@pytest.fixture
def make_slot_request(harley_street):
    """An enquiry that asks for some hours of one day in a fortnight."""
    numbers = count()
    answers = {
        "appointment_type": AppointmentType.objects.get(slug="complimentary-consultation"),
        "on_behalf": "myself",
        "location": harley_street,
        "name": "Zoë Quillfeather",
        "channel": "email",
        "email": "zoe@example.org",
        "calendar_ok": True,
    }

    def make(*hours, **changes):
        number = next(numbers)
        digests = {"form_digest": f"form {number}", "answers_digest": f"answers {number}"}
        now = timezone.now()
        enquiry = enquiries.receive(answers | changes | digests, policy=ReplyPolicy(1), suspicion="", now=now)
        for rank, hour in enumerate(hours, 1):
            where = Slot(in_a_fortnight(hour), harley_street)
            booking.create(enquiry, enquiry.appointment_type, where, now, rank=rank)
        return enquiry

    return make


@pytest.fixture
def admin_page(sign_in, request):
    """A phone that is signed in, and what was found on each screen. One scheme: links fade when it changes."""
    scheme = getattr(request, "param", "light")
    page, problems = sign_in(scheme=scheme).page, []

    def check_accessibility(name):
        problems.extend(accessibility_problems(page, name, [(390, scheme)]))

    yield page, check_accessibility
    expect_none(problems)


def in_a_fortnight(hour, minute=0):
    day = localdate(timezone.now()) + timedelta(days=14)
    return datetime.combine(day, time(hour, minute), LONDON)


def open_enquiry(page, enquiry):
    page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")


def preview_and_send(page, check_accessibility, name):
    page.get_by_role("button", name="Preview", exact=True).click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_be_visible()
    check_accessibility(f"{name} preview")
    preview_text = preview.locator("pre").inner_text()
    page.get_by_role("button", name="Send this").click()
    expect(page.locator(".messagelist")).to_contain_text("is on its way")
    return preview_text


@pytest.mark.parametrize("admin_page", ["light", pytest.param("dark", marks=pytest.mark.soak)], indirect=True)
def test_a_time_they_asked_for_is_accepted_then_moved_then_cancelled(admin_page, make_slot_request):
    page, check_accessibility = admin_page
    enquiry, rival = make_slot_request(10, 11), make_slot_request(10)
    open_enquiry(page, enquiry)
    times = page.get_by_role("region", name="Times")
    expect(times).to_contain_text(f"Also requested by {rival.reference}.")
    check_accessibility("asked")
    times.get_by_role("link", name=re.compile("^Accept")).first.click()
    check_accessibility("accept")
    assert "10:00 to 10:30, Harley Street" in preview_and_send(page, check_accessibility, "accept")
    check_accessibility("booked")

    page.reload()
    page.locator("summary").get_by_text("Private notes").click()
    page.get_by_label("Private notes").fill("Prefers the chair by the window.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_have_text("Saved.")
    assert Appointment.objects.get(status="booked").notes == "Prefers the chair by the window."

    open_enquiry(page, rival)
    expect(page.get_by_role("region", name="Times")).to_contain_text("No longer free.")
    check_accessibility("taken")

    open_enquiry(page, enquiry)
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("Another time, entered below").check()
    page.get_by_label("Day", exact=True).fill(f"{in_a_fortnight(15):%Y-%m-%d}")
    page.get_by_label("London time").fill("15:35")
    check_accessibility("move")
    assert "15:35 to 16:05" in preview_and_send(page, check_accessibility, "move")

    page.get_by_role("link", name="Cancel", exact=True).click()
    check_accessibility("cancel")
    preview_and_send(page, check_accessibility, "cancel")
    page.get_by_text("Past and cancelled (1)").click()
    expect(page.get_by_role("region", name="Times")).to_contain_text("Cancelled by the practice")
    check_accessibility("cancelled")
    assert list(Reply.objects.values_list("purpose", flat=True)) == ["accept", "move", "cancel"]


def test_other_times_are_offered_with_a_tap_and_a_slip_loses_nothing(admin_page, make_slot_request):
    page, check_accessibility = admin_page
    enquiry = make_slot_request()
    open_enquiry(page, enquiry)
    page.get_by_role("link", name="Offer times").click()
    check_accessibility("offer")
    free = page.get_by_role("group", name="Free times").get_by_role("checkbox")
    free.nth(0).check()
    free.nth(1).check()
    page.get_by_label("Day", exact=True).first.fill(f"{in_a_fortnight(9):%Y-%m-%d}")
    page.get_by_label("Message").fill("Dear Zoë,\n\n{times}\n\n{link}\n\nUntil {until}.\n\nAda")
    page.get_by_role("button", name="Preview", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Enter a time too.")
    check_accessibility("offer refused")
    expect(page.get_by_label("Message")).to_have_value(re.compile("^Dear Zoë,"))
    expect(free.nth(0)).to_be_checked()
    page.get_by_label("London time").first.fill("15:00")
    preview_text = preview_and_send(page, check_accessibility, "offer")

    assert preview_text.count("\n- ") == 3
    assert "{" not in preview_text
    expect(page.get_by_role("region", name="Times").get_by_text("Held until")).to_have_count(3)
    check_accessibility("offered")
    page.get_by_role("link", name="Accepted by phone").last.click()
    check_accessibility("agreed")
    page.get_by_role("button", name="Book without a message").click()
    expect(page.locator(".messagelist")).to_have_text("It is booked.")
    assert list(enquiry.appointments.filter(status="booked").values_list("starts_at", flat=True)) == [
        in_a_fortnight(15)
    ]


def test_whoever_is_not_taken_on_is_told_by_email_or_by_phone(admin_page, make_slot_request):
    page, check_accessibility = admin_page
    for answer in ANSWERS:
        open_enquiry(page, make_slot_request())
        page.get_by_role("link", name=answer).click()
        check_accessibility(answer)
        page.get_by_label("Message").fill("Dear Zoë,\n\nI am sorry.\n\nAda Finch")
        preview_and_send(page, check_accessibility, answer)

        open_enquiry(page, make_slot_request(**PHONE))
        check_accessibility("phone only")
        page.get_by_role("link", name=answer).click()
        check_accessibility(f"{answer} by phone")
        button = page.get_by_role("button", name=re.compile("Close the enquiry|Put on the list"))
        button.click()
        expect(page.get_by_role("alert")).to_have_text("Tell them first, then tick this.")
        check_accessibility(f"{answer} refused")
        page.get_by_label("I have told them by phone").check()
        button.click()
        expect(page.get_by_role("region", name="History")).to_contain_text("they were told by phone")
        check_accessibility("told")

    assert sorted(Enquiry.objects.values_list("status", flat=True)) == ["closed"] * 4 + ["listed"] * 2
    assert Reply.objects.count() == len(ANSWERS)


def test_after_an_appointment_one_press_says_how_it_went(admin_page, make_slot_request, harley_street, therapist):
    page, check_accessibility = admin_page
    enquiry = make_slot_request()
    when = Slot(in_a_fortnight(10), harley_street)
    appointment = appointments.book_agreed(enquiry, when, timezone.now(), actor=Actor.therapist(therapist))
    begun = timezone.now() - timedelta(minutes=5)
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=begun, ends_at=begun + timedelta(minutes=30))
    open_enquiry(page, enquiry)
    check_accessibility("begun")
    page.get_by_role("button", name="Took place").click()
    expect(page.locator(".messagelist")).to_contain_text("Took place: ")
    check_accessibility("over")
