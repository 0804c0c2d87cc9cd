"""A person comes back to their request: without JavaScript, on a phone, in every state that the page has."""

from datetime import date, datetime, time, timedelta
from time import monotonic
from urllib.parse import urlsplit

import html5lib
import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments, enquiries, pins, private_links, private_page_acts
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.clock import LONDON, localdate
from practice.facts import practice_row
from practice.models import Location
from tests.journeys.audit import LOOKS, PUBLIC, accessibility_problems, expect_none
from tests.journeys.test_forced_colours import UNREADABLE

Status = Appointment.Status


@pytest.fixture
def harley_street(site):
    """Open every day, so that it does not matter which day it is."""
    practice = practice_row()
    practice.phone = "+44 20 7946 0018"
    practice.save()
    BookingSettings.load()
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    for place in Location.objects.filter(slug__in=["harley-street", "online"]):
        for weekday in range(7):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(13))
    return Location.objects.get(slug="harley-street")


@pytest.fixture
def published_slots(harley_street):
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def make_enquiry(harley_street):
    numbers = iter(range(1_000))

    def make(**changes):
        details = {
            "appointment_type": AppointmentType.objects.get(slug="complimentary-consultation"),
            "on_behalf": "myself",
            "location": harley_street,
            "days": [0, 2],
            "parts": ["morning"],
            "name": "Zoë Quillfeather",
            "channel": "email",
            "email": "zoe@example.org",
        }
        digests = dict.fromkeys(("form_digest", "answers_digest"), str(next(numbers)))
        return enquiries.receive(details | digests | changes, policy=ReplyPolicy(1), suspicion="", now=timezone.now())

    return make


@pytest.fixture
def therapist(site):
    return get_user_model().objects.create(username="therapist")


def make_slot(place, days=3, hour=10):
    day = localdate(timezone.now()) + timedelta(days=days)
    return Slot(datetime.combine(day, time(hour), LONDON).astimezone(), place)


def private_path(enquiry):
    return private_links.path(enquiry, timezone.now())


def offer_slots(enquiry, therapist, *times):
    until = timezone.now() + timedelta(days=2)
    return appointments.offer(enquiry, times, until, timezone.now(), actor=Actor.therapist(therapist), draft=None)


def press_button(page, name):
    page.get_by_role("button", name=name).click()


def expect_status(page, words):
    expect(page.get_by_role("status").first).to_contain_text(words)


def test_from_an_offer_to_an_appointment_cancelled_taken_back_and_moved(
    visitor, make_enquiry, therapist, published_slots, harley_street
):
    enquiry = make_enquiry()
    first, _ = offer_slots(enquiry, therapist, make_slot(harley_street), make_slot(harley_street, hour=12))
    page = visitor(js=False).page
    page.goto(private_path(enquiry))
    button = page.get_by_role("button", name="Accept").first
    expect(button).to_have_text(f"Accept {timezone.localtime(first.starts_at):%A %-d %B, %H:%M}")
    button.click()
    expect_status(page, "The appointment is yours")
    page.reload()
    expect(page.get_by_text("You have an appointment.")).to_be_visible()

    page.get_by_role("link", name="Cancel it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your appointment")
    press_button(page, "Cancel")
    expect_status(page, "Your appointment is cancelled")
    press_button(page, "Take it back")
    expect_status(page, "yours again")

    page.get_by_role("link", name="Move it").click()
    press_button(page, "Move it to this time")
    page.get_by_role("link", name="Choose a time from the list").click()
    expect(page.locator(":focus")).to_have_attribute("type", "radio")
    page.get_by_role("group").nth(2).get_by_label("11:30").check()
    press_button(page, "Move it to this time")
    expect_status(page, "Your appointment has moved")

    current = enquiry.appointments.get(pk=first.pk)
    assert current.status == Status.BOOKED
    assert timezone.localtime(current.starts_at).time() == time(11, 30)


def test_back_after_accepting_and_accepting_again_does_no_harm(visitor, make_enquiry, therapist, harley_street):
    enquiry = make_enquiry()
    offer_slots(enquiry, therapist, make_slot(harley_street))
    someone = visitor(js=False)
    page = someone.page
    page.goto(private_path(enquiry))
    press_button(page, "Accept")
    expect_status(page, "The appointment is yours")
    page.go_back()

    # The page was not kept, so Back shows how the request stands now.
    expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    assert enquiry.appointments.get().status == Status.BOOKED


def test_two_tabs_each_come_from_a_message_and_both_work(visitor, make_enquiry, therapist, harley_street):
    enquiry = make_enquiry()
    offer_slots(enquiry, therapist, make_slot(harley_street))
    someone = visitor(js=False)
    first, second = someone.page, someone.context.new_page()
    first.goto(private_path(enquiry))
    someone.context.clear_cookies()  # a strict cookie does not come along from another site
    second.goto(private_path(enquiry))
    press_button(first, "Accept")
    expect(first.get_by_role("alert")).to_contain_text("Nothing has changed yet")
    press_button(first, "Accept")

    expect_status(first, "The appointment is yours")
    press_button(second, "Accept")
    expect_status(second, "The appointment is yours")


@pytest.mark.usefixtures("published_slots")
def test_they_pause_come_back_and_ask_for_times_in_order(visitor, make_enquiry):
    enquiry = make_enquiry()
    page = visitor(js=False).page
    page.goto(private_path(enquiry))
    page.get_by_role("link", name="Not now").click()
    day = date.today() + timedelta(days=60)
    page.get_by_label("A day on which I may ask once").fill(day.isoformat())
    press_button(page, "Pause my request")
    expect_status(page, "paused")
    expect(page.locator(".lead")).to_contain_text(f"{day:%-d %B %Y}")

    page.get_by_role("link", name="Come back and choose when").click()
    page.get_by_label("First choice").select_option(index=3)
    page.get_by_label("Second choice").select_option(index=1)
    press_button(page, "Ask for this")
    expect_status(page, "I have what you ask for")
    expect(page.locator(".lead")).to_contain_text("reply by")

    pending = list(enquiry.appointments.filter(status=Status.PENDING).order_by("rank"))
    assert len(pending) == 2
    assert pending[0].starts_at > pending[1].starts_at
    assert Enquiry.objects.get().status == Enquiry.Status.WAITING


def test_they_erase_it_and_the_link_is_dead(visitor, make_enquiry):
    enquiry = make_enquiry()
    path = private_path(enquiry)
    page = visitor(js=False).page
    page.goto(path)
    page.get_by_role("link", name="Erase this request").click()
    press_button(page, "Erase everything")
    expect(page.get_by_role("heading", level=1)).to_have_text("It is erased")
    assert not Enquiry.objects.exists()
    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_have_text("This link doesn’t work")


def pin_path(enquiry):
    path = private_path(enquiry)
    pins.set_pin(enquiry.link, "830517")
    return path


@pytest.mark.parametrize("js", [True, False])
def test_they_choose_a_pin_leave_and_come_back_with_it(visitor, make_enquiry, js):
    path = private_path(make_enquiry())
    someone = visitor(js=js)
    page = someone.page
    practice = practice_row()
    practice.leave_url = f"{someone.site}/nowhere-else/"  # a browser that is watched can't be led to another site
    practice.save()
    page.goto(path)
    page.get_by_role("link", name="Ask for a PIN").click()
    page.get_by_label("Your PIN").fill("830517")
    press_button(page, "Ask for this PIN")
    expect_status(page, "only with your PIN")
    own_path = urlsplit(page.url).path
    page.get_by_role("link", name="Leave this site").click()
    page.wait_for_url("**/nowhere-else/")
    deadline = monotonic() + 10  # with JavaScript, the browser does not wait until it has forgotten
    while someone.cookies() and monotonic() < deadline:
        page.wait_for_timeout(100)
    assert someone.cookies() == []

    page.goto(own_path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Open your request again")
    page.goto(path)
    page.get_by_label("Your PIN").fill("111111")
    press_button(page, "Open my request")
    expect(page.get_by_role("alert")).to_contain_text("That isn’t the PIN of this page")
    page.get_by_label("Your PIN").fill("830 517")
    press_button(page, "Open my request")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request")
    assert urlsplit(page.url).path == own_path


@pytest.fixture
def link_states(make_enquiry, therapist, published_slots, harley_street):
    """(name, address) of everything that a person with a link can be shown."""
    now, online = timezone.now(), Location.objects.get(slug="online")
    base = private_path(make_enquiry())
    asking, offered, paused, closed = make_enquiry(), make_enquiry(), make_enquiry(), make_enquiry()
    appointments.request_slots(asking, [make_slot(harley_street, 5), make_slot(harley_street, 6)], now)
    offer_slots(offered, therapist, make_slot(harley_street, 2), make_slot(harley_street, 2, 12))
    booked = appointments.book_agreed(
        make_enquiry(location=online, time_zone="America/New_York"),
        make_slot(online, 4),
        now,
        actor=Actor.therapist(therapist),
    )
    cancelled = appointments.book_agreed(
        make_enquiry(), make_slot(harley_street, 7), now, actor=Actor.therapist(therapist)
    )
    appointments.cancel(cancelled, now, actor=Actor.PERSON)
    private_page_acts.pause(paused, now)
    enquiries.change_status(closed, "closed", actor=Actor.therapist(therapist), policy=ReplyPolicy(1), now=now)
    return [
        *((name or "waiting", base + name) for name in ("", "?gone", "?done=changed", "times/", "pause/", "erase/")),
        ("asked", private_path(asking)),
        ("offered", private_path(offered)),
        ("booked", private_path(booked.enquiry)),
        ("move", f"{private_path(booked.enquiry)}{booked.pk}/move/"),
        ("cancel", f"{private_path(booked.enquiry)}{booked.pk}/cancel/"),
        ("not erased", f"{private_path(booked.enquiry)}erase/"),
        ("cancelled", private_path(cancelled.enquiry)),
        ("paused", private_path(paused)),
        ("closed", private_path(closed)),
        ("pin", f"{base}pin/"),
        ("asks for the PIN", pin_path(make_enquiry())),
        ("not open", "/private/ZZZZZZZZ/"),
        ("erased", "/private/erased/"),
        ("ended", "/private/ended/"),
    ]


def test_every_state_is_open_to_everybody(visitor, link_states):
    problems = []
    page = visitor().page
    for name, path in link_states:
        page.goto(path)
        html5lib.HTMLParser(strict=True).parse(page.request.get(path).body())
        assert page.get_by_role("heading", level=1).count() == 1
        problems += accessibility_problems(page, name, LOOKS)
        page.emulate_media(forced_colors="active")
        problems += [f"{name} in forced colours: {element}" for element in page.evaluate(UNREADABLE)]
        page.emulate_media(forced_colors="none")
    page.goto(next(path for name, path in link_states if name == "move"))
    press_button(page, "Move it to this time")
    problems += accessibility_problems(page, "move with an error", PUBLIC)

    expect_none(problems)
