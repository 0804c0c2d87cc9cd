"""The therapist renames pages, locations and appointment types, and everything that a visitor does still works."""

import json
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments, enquiries, formatting, private_links
from bookings.actor import Actor
from bookings.models import AppointmentType, BookingSettings, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from pages import publishing
from pages.models import CallToAction, Page
from practice.clock import LONDON, localdate
from practice.models import Fee, Location
from tests.journeys import form_steps

pytestmark = pytest.mark.usefixtures("no_minimum_form_age", "open_practice")
WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize("js", [True, False])


@pytest.fixture
def open_practice(site):
    """Every place is open every day, and the complimentary consultation shows its times."""
    BookingSettings.load()
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    for place in Location.objects.all():
        for weekday in range(7):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(13))
    AppointmentType.objects.filter(slug="complimentary-consultation").update(publishes_times=True)


@pytest.fixture
def book_appointment(open_practice):
    """Books a person at ten o'clock in three days."""

    def book(type_slug, location):
        details = {
            "appointment_type": AppointmentType.objects.get(slug=type_slug),
            "on_behalf": "myself",
            "location": location,
            "days": [],
            "parts": [],
            "name": "Zoë Quillfeather",
            "channel": "email",
            "email": "zoe@example.org",
            "form_digest": "form",
            "answers_digest": "answers",
        }
        now = timezone.now()
        enquiry = enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", now=now)
        begins = datetime.combine(localdate(now) + timedelta(days=3), time(10), LONDON)
        return appointments.book_agreed(enquiry, Slot(begins, location), now, actor=Actor.PERSON)

    return book


def change_row(page, row, fields):
    """Fill in fields of the row's screen in the admin, by their labels, and save it."""
    page.goto(f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/")
    for label, text in fields.items():
        page.get_by_label(f"{label}:", exact=True).fill(text)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Saved")


def change_address(page, row, slug):
    page.goto(f"/admin/pages/page/{row.pk}/change/")
    page.get_by_role("link", name="Change web address").click()
    page.get_by_label("Web address ending (slug)").fill(slug)
    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_text(f"/{slug}/ketamine/").first).to_be_visible()
    page.get_by_role("button", name="Change the address").click()
    expect(page.locator(".messagelist")).to_contain_text("has its new web address")


def structured_data(page):
    """Return the JSON-LD of the page as text, and its nodes by type."""
    words = page.locator("script[type='application/ld+json']").text_content()
    return words, {node["@type"]: node for node in json.loads(words)["@graph"]}


def path(page):
    return urlsplit(page.url).path


def main_menu(page):
    return page.get_by_role("navigation", name="Main")


def visible_times(page):
    return page.locator(".times fieldset label").filter(visible=True)


def visible_places(page):
    return page.locator(".times h3").filter(visible=True)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_page_with_pages_below_it_gets_another_address(sign_in, visitor, site, js):
    change_address(sign_in(js=js).page, Page.objects.get(slug="addictions"), "what-i-treat")
    page = visitor(js=js, width=1280).page

    for old in ("/addictions/", "/addictions/ketamine/"):
        assert page.goto(old).status == 200
        assert path(page) == old.replace("addictions", "what-i-treat")
    expect(page.get_by_role("heading", level=1)).to_contain_text("etamine")
    expect(main_menu(page).get_by_role("link", name="Addictions")).to_have_attribute("href", "/what-i-treat/")
    _, nodes = structured_data(page)
    service, trail = nodes["Service"], nodes["BreadcrumbList"]["itemListElement"]
    assert urlsplit(service["url"]).path == "/what-i-treat/ketamine/"
    assert service["serviceType"] == "Addiction therapy"
    assert [urlsplit(step["item"]["@id"]).path for step in trail] == ["/", "/what-i-treat/", "/what-i-treat/ketamine/"]

    main_menu(page).get_by_role("link", name="Addictions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Addictions I work with")
    assert path(page) == "/what-i-treat/"
    for start in ("/what-i-treat/", "/"):
        page.goto(start)
        card = page.get_by_role("main").locator("a[href='/what-i-treat/ketamine/']").first
        card.click()
        page.wait_for_url("**/what-i-treat/ketamine/")
        expect(page.get_by_role("main").locator("a[href*='/addictions/']")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="Request a consultation").first.click()
    expect(form_steps.choice(page, "Complimentary consultation")).to_be_visible()


@WITH_AND_WITHOUT_JAVASCRIPT
@pytest.mark.parametrize("slug", ["st-pauls", "harley-street"])
def test_a_room_gets_another_short_name_and_a_request_for_it_arrives(sign_in, visitor, js, slug):
    place = Location.objects.get(slug=slug)
    page = visitor(js=js).page
    page.goto(f"/locations/{slug}/")
    sketch = page.locator(".sketch svg").inner_html()
    change_row(sign_in(js=js).page, place, {"Short name": "the-room-with-the-lamp"})

    page.goto(f"/locations/{slug}/")
    expect(page.locator(".sketch svg")).to_be_visible()
    assert page.locator(".sketch svg").inner_html() == sketch
    words, _ = structured_data(page)
    assert "/#the-room-with-the-lamp" in words
    assert f"/#{slug}" not in words
    page.get_by_role("link", name="Request a consultation").first.click()

    form_steps.choose(page, ["Complimentary consultation", "Myself"])
    expect(visible_places(page)).to_have_count(0)
    form_steps.choose(page, ["Online"])
    expect(visible_places(page)).to_have_text(["Online, London time"])
    form_steps.choose(page, [place.name])
    expect(visible_places(page)).to_have_text([f"{place.name}, London time"])
    visible_times(page).first.click()
    form_steps.choose(page, ["Email"])
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Email address").fill("zoe@example.org")
    form_steps.submit(page)
    form_steps.expect_confirmation(page)

    diary = sign_in(js=js).page
    diary.get_by_role("link", name="Zoë").first.click()
    expect(diary.get_by_role("main").get_by_text(place.name).first).to_be_visible()


@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_form_opened_before_the_short_name_changed_asks_again_and_loses_nothing(sign_in, visitor, js):
    place = Location.objects.get(slug="st-pauls")
    page = visitor(js=js).page
    page.goto(form_steps.FORM)
    form_steps.choose(page, ["Complimentary consultation", "Myself", "St Pauls"])
    visible_times(page).nth(1).click()
    form_steps.choose(page, ["Email"])
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Email address").fill("zoe@example.org")
    change_row(sign_in(js=js).page, place, {"Short name": "the-city"})

    form_steps.submit(page)
    expect(page.get_by_role("alert")).to_contain_text("Select where you would like to meet")
    expect(page.get_by_label("Your name")).to_have_value("Zoë")
    form_steps.choose(page, ["St Pauls"])
    expect(visible_times(page).locator("input:checked")).to_have_count(1)
    form_steps.submit(page)
    form_steps.expect_confirmation(page)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_an_appointment_in_a_room_with_another_short_name_is_moved_by_its_person(
    sign_in, visitor, book_appointment, js
):
    place = Location.objects.get(slug="st-pauls")
    appointment = book_appointment("complimentary-consultation", place)
    link = private_links.path(appointment.enquiry, timezone.now())
    page, opened_before = visitor(js=js).page, visitor(js=js).page
    opened_before.goto(f"{link}{appointment.pk}/move/?at=st-pauls")
    change_row(sign_in(js=js).page, place, {"Short name": "the-city"})

    page.goto(link)
    page.get_by_role("link", name="Move it").click()
    expect(page.locator(".place-nav [aria-current]")).to_have_text("St Pauls")
    expect(page.locator(".place-nav [aria-current]")).to_have_attribute("href", "?at=the-city")
    page.get_by_role("group").nth(1).get_by_label("11:30").check()
    page.get_by_role("button", name="Move it to this time").click()
    expect_moved(page, appointment, time(11, 30))

    opened_before.get_by_role("group").nth(1).get_by_label("09:00").check()
    opened_before.get_by_role("button", name="Move it to this time").click()
    expect_moved(opened_before, appointment, time(9))


def expect_moved(page, appointment, clock):
    """The appointment is at that time, at St Pauls as before, and its person sees so."""
    appointment.refresh_from_db()
    assert timezone.localtime(appointment.starts_at).time() == clock
    expect(page.get_by_role("status").first).to_contain_text("Your appointment has moved")
    expect(page.get_by_text("You have an appointment.")).to_be_visible()
    booked = page.get_by_role("region", name="Your appointment")
    expect(booked).to_contain_text(formatting.moment(appointment.starts_at))
    expect(booked).to_contain_text("St Pauls")


@pytest.fixture
def button_for_a_session(site):
    """A page whose button chooses the private session in the form."""
    page = Page.objects.get(slug="fees")
    CallToAction.objects.create(
        parent=page, region="main", ordering=999, label="Ask for a session", appointment_type="private-session"
    )
    publishing.publish(page, user=None, now=timezone.now())
    return "/fees/"


@WITH_AND_WITHOUT_JAVASCRIPT
def test_an_appointment_type_gets_another_name(sign_in, visitor, book_appointment, button_for_a_session, js):
    session = AppointmentType.objects.get(slug="private-session")
    booked = book_appointment("private-session", Location.objects.get(slug="harley-street"))
    link = private_links.path(booked.enquiry, timezone.now())
    page = visitor(js=js).page
    page.goto(button_for_a_session)
    page.get_by_role("link", name="Ask for a session").click()
    expect(form_steps.choice(page, "Private session")).to_be_checked()

    admin_page = sign_in(js=js, width=1280).page
    change_row(admin_page, session, {"Name": "Therapy hour", "Short name": "therapy-hour"})
    fee = Fee.objects.get(name="Private session")
    change_row(admin_page, fee, {"Name": "Therapy hour", "Amount in pounds": "90"})

    admin_page.goto(f"/admin/bookings/bookingsettings/week/?from={localdate(booked.starts_at)}")
    expect(admin_page.get_by_role("main")).to_contain_text("Therapy hour, Harley Street")
    expect(admin_page.get_by_role("main")).not_to_contain_text("Private session")

    page.goto(button_for_a_session)
    expect(page.get_by_role("term")).to_have_text(["Complimentary consultation", "Therapy hour"])
    assert "Private session" not in structured_data(page)[0]
    page.get_by_role("link", name="Ask for a session").click()
    assert page.url.endswith("?type=private-session")
    expect(form_steps.choice(page, "Private session")).to_have_count(0)
    expect(form_steps.choice(page, "Therapy hour")).to_be_visible()
    expect(page.get_by_role("group", name="What would you like?").locator("input:checked")).to_have_count(0)
    page.goto(f"{form_steps.FORM}?type=therapy-hour")
    expect(form_steps.choice(page, "Therapy hour")).to_be_checked()
    page.goto(link)
    expect(page.get_by_role("region", name="What you asked for")).to_contain_text("Therapy hour")
