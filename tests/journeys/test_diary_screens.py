"""The therapist sets up the diary and looks at the week: on a phone, without JavaScript, and as a grid."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import enquiries
from bookings.models import (
    Appointment,
    AppointmentType,
    BookingSettings,
    BusySpan,
    Enquiry,
    OpeningException,
    Person,
    WeeklyHours,
)
from bookings.reply_deadline import ReplyPolicy
from practice.clock import LONDON
from practice.models import Location
from tests.journeys.audit import accessibility_problems, expect_none

WEEK = "/admin/bookings/bookingsettings/week/"
HOURS = "/admin/bookings/weeklyhours/"


@pytest.fixture
def full_week(site):
    """Today: hours in two rooms, an appointment, an offer, rivals, busy time; and warnings."""
    today = timezone.localdate()
    room, other = Location.objects.filter(kind=Location.Kind.ROOM)
    for place in (room, other):
        WeeklyHours.objects.create(location=place, weekday=today.weekday(), opens=time(9), closes=time(17))
    OpeningException.objects.create(first_day=today, last_day=today, opens=time(13), closes=time(14), location=other)
    OpeningException.objects.create(first_day=today + timedelta(days=30), last_day=today + timedelta(days=40))
    AppointmentType.objects.update(publishes_times=True)
    AppointmentType.objects.get(slug="private-session").locations.set(Location.objects.filter(slug="online"))
    at = datetime.combine(today, time(10), LONDON).astimezone(UTC)
    Status = Appointment.Status  # noqa: N806
    for number, (status, after) in enumerate(
        [
            (Status.BOOKED, 0),
            (Status.PROPOSED, 2),
            (Status.PENDING, 4),
            (Status.PENDING, 4),
            (Status.FULFILLED, -1),
            (Status.NOSHOW, 6),
        ]
    ):
        _appointment(room, status, at + timedelta(hours=after), number)
    BusySpan.objects.create(starts_at=at + timedelta(hours=5), ends_at=at + timedelta(hours=6))
    booking_settings = BookingSettings.load()
    booking_settings.busy_address, booking_settings.busy_problem = (
        "https://example.org/calendar.ics",
        "It did not answer.",
    )
    booking_settings.save()


def _appointment(room, status, starts_at, number):
    digests = {"form_digest": f"form {number}", "answers_digest": f"answers {number}"}
    about = {
        "appointment_type": AppointmentType.objects.get(slug="private-session"),
        "on_behalf": Enquiry.Behalf.MYSELF,
        "name": f"Zoë Quillfeather-O’Hara the {number + 1}th",
        "channel": Person.Channel.PHONE,
        "phone": "07700 900 319",
    }
    enquiry = enquiries.receive(about | digests, policy=ReplyPolicy(1), suspicion="", now=timezone.now())
    Appointment.objects.create(
        enquiry=enquiry,
        appointment_type=enquiry.appointment_type,
        location=room,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=50),
        status=status,
        held_until=timezone.now() + timedelta(days=2) if status == Appointment.Status.PROPOSED else None,
        made_at=timezone.now(),
    )


def test_the_diarys_screens_are_accessible(sign_in, full_week):
    page = sign_in().page
    private = AppointmentType.objects.get(slug="private-session").pk
    day = OpeningException.objects.first().pk
    screens = {
        "desk": "/admin/",
        "week": WEEK,
        "week of Christmas": f"{WEEK}?from=2026-12-25",
        "week of the longest day": f"{WEEK}?from=2026-10-25",
        "weekly hours": HOURS,
        "rules": "/admin/bookings/bookingsettings/",
        "kinds": "/admin/bookings/appointmenttype/",
        "kind": f"/admin/bookings/appointmenttype/{private}/change/",
        "different days": "/admin/bookings/openingexception/",
        "past days": "/admin/bookings/openingexception/?days=past",
        "a different day": f"/admin/bookings/openingexception/{day}/change/",
        "a new different day": "/admin/bookings/openingexception/add/",
    }
    problems = []
    for width, scheme in ((390, "light"), (1280, "dark")):
        page.emulate_media(color_scheme=scheme)  # before loading: the admin's links fade from one to the other
        looks = [(width, scheme)]
        for name, path in screens.items():
            assert page.goto(path).status == 200
            problems += accessibility_problems(page, name, looks)
        page.goto(HOURS)
        page.get_by_role("group", name="Monday").first.get_by_label("from").first.fill("18:00")
        page.get_by_role("button", name="Save weekly hours").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing has been saved yet")
        problems += accessibility_problems(page, "weekly hours refused", looks)
    expect_none(problems)


def test_the_therapist_fills_in_hours_without_javascript(sign_in, site):
    page = sign_in(js=False).page
    page.get_by_role("link", name="See the week").click()
    page.get_by_role("link", name="Set them now").click()
    tuesday = page.get_by_role("region", name="St Pauls").get_by_role("group", name="Tuesday")
    tuesday.get_by_label("from").fill("09:00")
    tuesday.get_by_label("to", exact=True).fill("12:30")
    page.get_by_role("button", name="Save weekly hours").click()
    expect(page.get_by_text("Your weekly hours have been saved.")).to_be_visible()

    tuesday.get_by_text("Another time on Tuesday").click()
    tuesday.get_by_label("from").last.fill("12:00")
    tuesday.get_by_label("to", exact=True).last.fill("17:00")
    page.get_by_role("button", name="Save weekly hours").click()
    expect(tuesday).to_contain_text("On Tuesday at St Pauls, 09:00 to 12:30 and 12:00 to 17:00 overlap.")

    tuesday.get_by_label("from").last.fill("13:00")
    page.get_by_role("button", name="Save weekly hours").click()
    expect(page.get_by_text("Your weekly hours have been saved.")).to_be_visible()
    assert [f"{row}" for row in WeeklyHours.objects.all()] == [
        "St Pauls, Tuesday 09:00 to 12:30",
        "St Pauls, Tuesday 13:00 to 17:00",
    ]


def test_the_week_is_a_list_on_a_phone_and_leads_to_the_enquiry(sign_in, full_week):
    page = sign_in(js=False).page
    page.goto(WEEK)
    today = page.get_by_role("region", name="today")
    items = today.locator("ol > li")

    boxes = [item.bounding_box() for item in items.all()]
    assert len(boxes) == 6
    assert all(box["x"] == boxes[0]["x"] for box in boxes)
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    expect(items.nth(3)).to_contain_text("2 people asked for this time")
    items.nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë Quillfeather-O’Hara the 1th")


def test_the_week_is_a_grid_on_a_wide_screen(sign_in, full_week):
    """Its rows are hours: what begins two hours later stands two rows lower, as long as it lasts."""
    page = sign_in(js=False, width=1280).page
    page.goto(WEEK)
    items = page.get_by_role("region", name="today").locator("ol > li")
    ten, twelve = (items.nth(number).bounding_box() for number in (1, 2))
    labels = page.locator(".axis span")
    hour = labels.nth(1).bounding_box()["y"] - labels.nth(0).bounding_box()["y"]

    assert twelve["y"] - ten["y"] == pytest.approx(2 * hour, abs=1)
    assert ten["height"] == pytest.approx(hour * 50 / 60, abs=2)
    days = [page.locator(".day").nth(number).bounding_box() for number in range(7)]
    assert len({round(day["y"]) for day in days}) == 1
    assert [day["x"] for day in days] == sorted({day["x"] for day in days})


def test_the_rules_are_kept(sign_in, site):
    page = sign_in(js=False).page
    page.goto("/admin/bookings/bookingsettings/")
    page.get_by_label("Address of your other calendar").fill("http://example.org/a.ics")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Enter an address that starts with https:// or webcal://")).to_be_visible()
    page.get_by_label("Address of your other calendar").fill("webcal://example.org/a.ics")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved:")).to_be_visible()
    assert BookingSettings.objects.get().busy_address == "webcal://example.org/a.ics"
