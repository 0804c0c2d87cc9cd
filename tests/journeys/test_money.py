"""The morning after: what took place is said in one press, what is due is paid in one, and an invoice is printed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import appointments, enquiries
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Invoice
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.models import Fee, Location, Practice
from tests.journeys.audit import accessibility_problems, expect_none
from tests.journeys.pdf_text import text_of

HEALTH = re.compile(
    r"therap|addict|counsel|psych|clinic|treat|recover|session|health|patient|mental|admin|enquir", re.I
)


@pytest.fixture
def yesterday(site, therapist):
    """Makes three people who were to come yesterday, to a practice whose names say what it is about."""
    Practice.objects.update(name="Addiction Therapy London", therapist_name="Ada Finch", phone="020 7946 0018")
    Location.objects.filter(slug="harley-street").update(address="1 Harley Street\nLondon W1G 9QD")
    fee = Fee.objects.create(name="Private session", pence=8250)
    AppointmentType.objects.update(fee=fee, minutes=50, minutes_after=10)
    BookingSettings.load()
    now = timezone.now()
    begins = (now - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    made = []
    for number, name in enumerate(("Zoë Quillfeather", "Ben Cole", "Somebody with a name as long as names can be" * 3)):
        details = {
            "appointment_type": AppointmentType.objects.get(slug="private-session"),
            "on_behalf": "myself",
            "name": name,
            "channel": "phone",
            "phone": "07700 900 319",
            "form_digest": f"form {number}",
            "answers_digest": f"answers {number}",
        }
        at = now - timedelta(days=9)
        enquiry = enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", now=at)
        slot = Slot(begins + timedelta(hours=2 - number), Location.objects.get(slug="harley-street"))
        made.append(appointments.book_agreed(enquiry, slot, at, actor=Actor.therapist(therapist)))
    return made


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_morning_after(sign_in, yesterday, width, scheme):
    page, problems = sign_in(width=width, scheme=scheme).page, []
    presses = []
    page.on("request", lambda request: presses.append(request.url) if request.method == "POST" else None)

    def look(name):
        problems.extend(accessibility_problems(page, name, [(width, scheme)]))

    page.goto("/admin/")
    past = page.get_by_role("region", name="Past appointments")
    look("desk")
    past.get_by_role("button", name="Took place: Zoë Quillfeather").click()
    expect(page.locator(".messagelist")).to_contain_text("Took place: ")
    assert len(presses) == 1
    look("desk afterwards")
    page.get_by_role("button", name="Undo").click()
    expect(past.get_by_role("button", name="Took place: Zoë Quillfeather")).to_be_visible()
    past.get_by_role("button", name="Took place: Zoë Quillfeather").click()
    past.get_by_role("button", name="Did not attend: Ben Cole").click()
    expect(past.get_by_role("button", name="Ben Cole")).to_have_count(0)

    past.get_by_role("link", name="What is due").click()
    look("what is due")
    presses.clear()
    page.get_by_role("button", name="Paid: Zoë Quillfeather").click()
    expect(page.locator(".messagelist")).to_contain_text("Paid: £82.50 for ")
    assert len(presses) == 1
    look("what is due afterwards")
    page.goto("/admin/bookings/enquiry/unrecorded/")
    look("past appointments")
    first = Appointment.objects.get(pk=yesterday[0].pk)
    assert (first.status, first.payment) == ("fulfilled", "paid")

    page.goto(f"/admin/bookings/enquiry/{first.enquiry_id}/change/")
    look("enquiry")
    page.get_by_role("link", name="Make an invoice").click()
    page.get_by_label("Name the service").check()
    page.get_by_role("button", name="Make the invoice").click()
    expect(page.get_by_text("Enter what to call it")).to_be_visible()
    look("invoice form")
    page.get_by_label("Name the service").uncheck()
    page.get_by_role("button", name="Make the invoice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice 0001")
    look("invoice")
    expect_printed(page, first)
    page.get_by_role("link", name="Cancel this invoice").click()
    look("cancelling an invoice")
    page.goto("/admin/bookings/invoice/")
    look("invoices")
    third = yesterday[2]
    page.goto(f"/admin/bookings/enquiry/{third.enquiry_id}/appointment/{third.pk}/amount/")
    page.get_by_label("Amount in pounds").fill("82.505")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter pounds and pence")).to_be_visible()
    look("amount")
    page.goto("/admin/bookings/enquiry/statistics/")
    look("statistics")
    expect_none(problems)
    assert Invoice.objects.get().pence == 8250


def expect_printed(page, appointment):
    """The sheet is one page of A4 with everything that an invoice says, and nothing else."""
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    box = [float(number) for number in re.search(rb"/MediaBox \[([\d. ]+)\]", pdf)[1].split()]
    assert box == pytest.approx([0, 0, 595, 842], abs=1)
    text = text_of(pdf)
    day = f"{timezone.localtime(appointment.starts_at):%-d %B %Y}"
    for words in (
        "Ada Finch",
        "1 Harley Street",
        "020 7946 0018",
        "Zoë Quillfeather",
        "Invoice 0001",
        day,
        "Appointment, 50 minutes",
        "£82.50",
        "Paid on",
    ):
        assert words.replace(" ", "") in text, text
    assert HEALTH.findall(text) == []
