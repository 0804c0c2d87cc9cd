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
from tests.journeys.audit import found_on, nothing

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
def ask(harley_street):
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

    def asked(*hours, **changes):
        number = next(numbers)
        digests = {"form_digest": f"form {number}", "answers_digest": f"answers {number}"}
        now = timezone.now()
        enquiry = enquiries.receive(answers | changes | digests, policy=ReplyPolicy(1), suspicion="", now=now)
        for rank, hour in enumerate(hours, 1):
            where = Slot(in_a_fortnight(hour), harley_street)
            booking.create(enquiry, enquiry.appointment_type, where, now, rank=rank)
        return enquiry

    return asked


@pytest.fixture
def desk(sign_in, request):
    """A phone that is signed in, and what was found on each screen. One scheme: links fade when it changes."""
    scheme = getattr(request, "param", "light")
    page, troubles = sign_in(scheme=scheme).page, []

    def look(name):
        troubles.extend(found_on(page, name, [(390, scheme)]))

    yield page, look
    nothing(troubles)


def in_a_fortnight(hour, minute=0):
    day = localdate(timezone.now()) + timedelta(days=14)
    return datetime.combine(day, time(hour, minute), LONDON)


def screen(page, enquiry):
    page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")


def send(page, look, name):
    page.get_by_role("button", name="Preview", exact=True).click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_be_visible()
    look(f"{name} preview")
    shown = preview.locator("pre").inner_text()
    page.get_by_role("button", name="Send this").click()
    expect(page.locator(".messagelist")).to_contain_text("is on its way")
    return shown


@pytest.mark.parametrize("desk", ["light", pytest.param("dark", marks=pytest.mark.soak)], indirect=True)
def test_a_time_they_asked_for_is_accepted_then_moved_then_cancelled(desk, ask):
    page, look = desk
    enquiry, rival = ask(10, 11), ask(10)
    screen(page, enquiry)
    times = page.get_by_role("region", name="Times")
    expect(times).to_contain_text(f"Also requested by {rival.reference}.")
    look("asked")
    times.get_by_role("link", name=re.compile("^Accept")).first.click()
    look("accept")
    assert "10:00 to 10:30, Harley Street" in send(page, look, "accept")
    look("booked")

    page.reload()
    page.locator("summary").get_by_text("Private notes").click()
    page.get_by_label("Private notes").fill("Prefers the chair by the window.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_have_text("Saved.")
    assert Appointment.objects.get(status="booked").notes == "Prefers the chair by the window."

    screen(page, rival)
    expect(page.get_by_role("region", name="Times")).to_contain_text("No longer free.")
    look("taken")

    screen(page, enquiry)
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("Another time, entered below").check()
    page.get_by_label("Day", exact=True).fill(f"{in_a_fortnight(15):%Y-%m-%d}")
    page.get_by_label("London time").fill("15:35")
    look("move")
    assert "15:35 to 16:05" in send(page, look, "move")

    page.get_by_role("link", name="Cancel", exact=True).click()
    look("cancel")
    send(page, look, "cancel")
    page.get_by_text("Past and cancelled (1)").click()
    expect(page.get_by_role("region", name="Times")).to_contain_text("Cancelled by you")
    look("cancelled")
    assert list(Reply.objects.values_list("purpose", flat=True)) == ["accept", "move", "cancel"]


def test_other_times_are_offered_with_a_tap_and_a_slip_loses_nothing(desk, ask):
    page, look = desk
    enquiry = ask()
    screen(page, enquiry)
    page.get_by_role("link", name="Offer times").click()
    look("offer")
    free = page.get_by_role("group", name="Free times").get_by_role("checkbox")
    free.nth(0).check()
    free.nth(1).check()
    page.get_by_label("Day", exact=True).first.fill(f"{in_a_fortnight(9):%Y-%m-%d}")
    page.get_by_label("Message").fill("Dear Zoë,\n\n{times}\n\n{link}\n\nUntil {until}.\n\nAda")
    page.get_by_role("button", name="Preview", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Enter a time too.")
    look("offer refused")
    expect(page.get_by_label("Message")).to_have_value(re.compile("^Dear Zoë,"))
    expect(free.nth(0)).to_be_checked()
    page.get_by_label("London time").first.fill("15:00")
    shown = send(page, look, "offer")

    assert shown.count("\n- ") == 3
    assert "{" not in shown
    expect(page.get_by_role("region", name="Times").get_by_text("Held until")).to_have_count(3)
    look("offered")
    page.get_by_role("link", name="Accepted by phone").last.click()
    look("agreed")
    page.get_by_role("button", name="Book without a message").click()
    expect(page.locator(".messagelist")).to_have_text("It is booked.")
    assert list(enquiry.appointments.filter(status="booked").values_list("starts_at", flat=True)) == [
        in_a_fortnight(15)
    ]


def test_whoever_is_not_taken_on_is_told_by_email_or_by_phone(desk, ask):
    page, look = desk
    for answer in ANSWERS:
        screen(page, ask())
        page.get_by_role("link", name=answer).click()
        look(answer)
        page.get_by_label("Message").fill("Dear Zoë,\n\nI am sorry.\n\nAda Finch")
        send(page, look, answer)

        screen(page, ask(**PHONE))
        look("phone only")
        page.get_by_role("link", name=answer).click()
        look(f"{answer} by phone")
        button = page.get_by_role("button", name=re.compile("Close the enquiry|Put on the list"))
        button.click()
        expect(page.get_by_role("alert")).to_have_text("Tell them first, then tick this.")
        look(f"{answer} refused")
        page.get_by_label("I have told them by phone").check()
        button.click()
        expect(page.get_by_role("region", name="History")).to_contain_text("they were told by phone")
        look("told")

    assert sorted(Enquiry.objects.values_list("status", flat=True)) == ["closed"] * 4 + ["listed"] * 2
    assert Reply.objects.count() == len(ANSWERS)


def test_after_an_appointment_one_press_says_how_it_went(desk, ask, harley_street, therapist):
    page, look = desk
    enquiry = ask()
    when = Slot(in_a_fortnight(10), harley_street)
    appointment = appointments.book_agreed(enquiry, when, timezone.now(), actor=Actor.therapist(therapist))
    begun = timezone.now() - timedelta(minutes=5)
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=begun, ends_at=begun + timedelta(minutes=30))
    screen(page, enquiry)
    look("begun")
    page.get_by_role("button", name="Took place").click()
    expect(page.locator(".messagelist")).to_have_text("Now: Took place.")
    look("over")
