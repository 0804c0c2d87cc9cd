"""From the request to the appointment that took place, for both ways to work.

One therapist keeps no calendar here and answers with times, the other publishes them. The visitor has no JavaScript;
every mail comes from the real server."""

import re
from datetime import time, timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, WeeklyHours
from practice.clock import localdate
from practice.models import Location, Practice
from tests.journeys import form_steps
from tests.journeys.test_request_and_reply import TELLING, run_worker
from tests.mail_server import MailServer, free_port

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")

PERSON, THERAPIST = "zoe@example.org", "therapist@example.org"
MOMENT = re.compile(r"\w+day \d+ \w+, \d\d:\d\d")


class Mailboxes:
    """The mailboxes of both, and the sender that fills them."""

    def __init__(self, server, port):
        self.server, self.port, self.read = server, port, 0

    def fetch(self):
        """What has come for the person and for the therapist since the last time."""
        run_worker(self.port)
        new = self.server.messages[self.read :]
        self.read = len(self.server.messages)
        for message in new:
            assert not TELLING.search(f"{message['Subject']} {message['From']}")
            assert "Zoë" not in f"{message['Subject']} {message['From']}"
        return ([message for message in new if message["X-Envelope-To"] == address] for address in (PERSON, THERAPIST))


@pytest.fixture
def mailboxes(site):
    practice = Practice.objects.get()
    practice.notification_address, practice.reply_to, practice.therapist_name = THERAPIST, "desk@example.org", "Ada"
    practice.save()
    port = free_port()
    with MailServer(port) as server:
        yield Mailboxes(server, port)


def plain_text(message):
    return message.get_body(("plain",)).get_content()


def private_path_in(message):
    return urlsplit(re.search(r"http\S+/private/\S+", plain_text(message))[0]).path


def calendar_event_in(message):
    """The method and the event of its calendar file, which is inline and attached alike."""
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 2
    calendars = [Calendar.from_ical(part.get_content()) for part in parts]
    assert calendars[0].to_ical() == calendars[1].to_ical()
    assert {part.get_param("method") for part in parts} == {str(calendars[0]["METHOD"])}
    return str(calendars[0]["METHOD"]), calendars[0].walk("VEVENT")[0]


def fill_request(page, *choices):
    page.goto(form_steps.FORM)
    form_steps.choose(page, ["Complimentary consultation", "Myself", "Harley Street", *choices])
    form_steps.choose(page, ["Email", "You may attach a calendar file to an email"])
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Email address").fill(PERSON)


def open_enquiry(admin_page, notice):
    admin_page.goto(urlsplit(re.search(r"http\S+", plain_text(notice))[0]).path)
    expect(admin_page.get_by_role("heading", level=1)).to_contain_text("Zoë")


def preview_and_send(admin_page):
    """Looks at it first, as it will arrive; gives what was shown."""
    admin_page.get_by_role("button", name="Preview", exact=True).click()
    preview = admin_page.get_by_role("region", name="Preview")
    expect(preview.get_by_text("A calendar file is attached.").or_(preview.locator("pre")).first).to_be_visible()
    preview_text = preview.locator("pre").text_content()
    admin_page.get_by_role("button", name="Send this").click()
    expect(admin_page.get_by_role("heading", name="History")).to_be_visible()
    return preview_text


def mark_as_taken_place(admin_page, enquiry):
    """Time passes; then the therapist says how it went."""
    appointment = Appointment.objects.booked().get(enquiry=enquiry)
    appointment.starts_at -= timedelta(days=60)
    appointment.ends_at -= timedelta(days=60)
    appointment.save()
    admin_page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")
    admin_page.get_by_role("button", name="Took place").click()
    expect(admin_page.get_by_text("Took place").first).to_be_visible()
    assert Appointment.objects.get(pk=appointment.pk).status == Appointment.Status.FULFILLED


def test_a_therapist_without_a_calendar_offers_times(visitor, sign_in, mailboxes):
    person = visitor(js=False).page
    fill_request(person, "Yes, some days and times suit me better", "Tuesday", "Morning")
    form_steps.submit(person)
    form_steps.expect_confirmation(person)
    [acknowledged], [notice] = mailboxes.fetch()
    assert "Zoë" not in plain_text(acknowledged)

    admin_page = sign_in().page
    open_enquiry(admin_page, notice)
    enquiry = Enquiry.objects.get()
    admin_page.get_by_role("link", name="Offer").first.click()
    for number, row in enumerate(admin_page.locator("fieldset.row").all()[:2]):
        day = localdate(timezone.now()) + timedelta(days=14 + number)
        if number:
            admin_page.get_by_text("More times").click()
        row.get_by_label("Day").fill(f"{day:%Y-%m-%d}")
        row.get_by_label("London time").fill("10:00")
        row.get_by_label("Place").select_option("Harley Street")
    preview_text = preview_and_send(admin_page)
    [offered], [] = mailboxes.fetch()
    assert plain_text(offered).replace("\r\n", "\n").strip() == preview_text.strip()
    assert len(MOMENT.findall(plain_text(offered))) == 3  # two times, and until when they are held

    person.goto(private_path_in(offered))
    person.get_by_role("button", name=re.compile("^Accept")).nth(1).click()
    expect(person.get_by_text("You have an appointment.")).to_be_visible()
    [confirmed], [notice] = mailboxes.fetch()
    method, event = calendar_event_in(confirmed)
    appointment = Appointment.objects.booked().get()
    assert (method, event["UID"], event.start) == ("REQUEST", appointment.uid, appointment.starts_at)
    assert "Zoë" not in plain_text(notice)

    person.goto(private_path_in(confirmed))
    person.get_by_role("link", name=re.compile("^Cancel it")).click()
    person.get_by_role("button", name=re.compile("^Cancel")).click()
    [cancelled], [] = mailboxes.fetch()  # the therapist is told of everything within ten minutes in one notice
    assert calendar_event_in(cancelled)[0] == "CANCEL"
    person.get_by_role("button", name=re.compile("^Take it back")).click()
    expect(person.get_by_text("You have an appointment.")).to_be_visible()
    [again], [] = mailboxes.fetch()
    method, event = calendar_event_in(again)
    assert (method, event["UID"], event["SEQUENCE"]) == ("REQUEST", appointment.uid, 2)

    mark_as_taken_place(admin_page, enquiry)


def test_a_therapist_who_publishes_times_accepts_one(visitor, sign_in, mailboxes):
    harley_street = Location.objects.get(slug="harley-street")
    for weekday in range(7):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    BookingSettings.objects.update(rests_on_bank_holidays=False)
    AppointmentType.objects.update(publishes_times=True)

    person = visitor(js=False).page
    fill_request(person)
    person.locator(".times fieldset label").filter(visible=True).nth(3).click()
    form_steps.submit(person)
    form_steps.expect_confirmation(person)
    [acknowledged], [notice] = mailboxes.fetch()
    assert not MOMENT.search(plain_text(acknowledged).split("answer by")[1].split("\n", 1)[1])
    preference = Appointment.objects.get()
    assert preference.status == Appointment.Status.PENDING

    admin_page = sign_in().page
    open_enquiry(admin_page, notice)
    enquiry = Enquiry.objects.get()
    admin_page.get_by_role("link", name=re.compile("^Accept")).click()
    preview_and_send(admin_page)
    [accepted], [] = mailboxes.fetch()
    method, event = calendar_event_in(accepted)
    assert (method, event["UID"], event.start) == ("REQUEST", preference.uid, preference.starts_at)

    person.goto(private_path_in(accepted))
    person.get_by_role("link", name=re.compile("^Move it")).click()
    person.locator(".days label").nth(5).click()
    person.get_by_role("button", name="Move it to this time").click()
    expect(person.get_by_text("You have an appointment.")).to_be_visible()
    [moved], [_] = mailboxes.fetch()
    method, event = calendar_event_in(moved)
    booked = Appointment.objects.get(pk=preference.pk)
    assert booked.starts_at != preference.starts_at
    assert (method, event["UID"], event["SEQUENCE"], event.start) == ("REQUEST", preference.uid, 1, booked.starts_at)

    mark_as_taken_place(admin_page, enquiry)
