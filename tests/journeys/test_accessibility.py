"""axe-core finds nothing, and nothing is wider than the screen, on the desk (of every public page: test_every_page)."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import enquiries
from bookings.actor import Actor
from bookings.enquiries import ReplyDraft
from bookings.models import Enquiry, ReplyTemplate
from pages.models import Page as SitePage
from tests.journeys import form_steps
from tests.journeys.audit import ADMIN, accessibility_problems, expect_none

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")


@pytest.fixture
def enquiry(client, site, therapist):
    """Of someone who filled in everything, with a note and a reply."""
    from tests.bookings.conftest import fresh_token

    client.post(form_steps.FORM, {
        "appointment_type": "complimentary-consultation", "on_behalf": "professional", "person_initials": "J.B.",
        "organisation": "The Clinic", "person_knows": "no", "location": "st-pauls", "timing": "these-times",
        "days": ["0", "6"], "parts": ["morning"], "name": "Zoë Quillfeather", "channel": "either",
        "email": "zoe@example.org", "phone": "07700 900 319", "safe": ["text_ok"], "good_times": "after 7pm",
        "message": "I would like to talk.", "token": fresh_token(),
    })  # fmt: skip
    enquiry = Enquiry.objects.get()
    enquiries.note(enquiry, "Rang, no answer.", actor=Actor.therapist(therapist), now=timezone.now())
    return enquiry


def test_the_desk_is_accessible(sign_in, visitor, enquiry, therapist):
    ketamine = SitePage.objects.get(slug="ketamine").pk
    login = visitor().page
    login.goto("/admin/")
    problems = [*accessibility_problems(login, "login", ADMIN)]
    login.get_by_role("button", name="Sign in").click()
    expect(login.get_by_label("Username")).to_be_visible()
    problems += accessibility_problems(login, "login refused", ADMIN)

    page = sign_in().page
    address = f"/admin/bookings/enquiry/{enquiry.pk}"
    template = ReplyTemplate.objects.first().pk
    screens = {
        "desk": "/admin/",
        "inbox": "/admin/bookings/enquiry/",
        "enquiry": f"{address}/change/",
        "reply": f"{address}/reply/?template={template}",
        "page list": "/admin/pages/page/",
        "page": f"/admin/pages/page/{ketamine}/change/",
        "page preview": f"/admin/pages/page/{ketamine}/preview/",
        "revisions": f"/admin/pages/page/{ketamine}/revisions/",
        "practice": "/admin/practice/practice/1/change/",
        "statistics": "/admin/bookings/enquiry/statistics/",
        "calendars": "/admin/bookings/bookingsettings/calendars/",
        "answer templates": "/admin/bookings/replytemplate/",
        "automatic messages": "/admin/bookings/messagetemplate/",
        "automatic message": "/admin/bookings/messagetemplate/confirm/",
    }
    for name, path in screens.items():
        page.goto(path, wait_until="networkidle" if "/pages/" in path else "load")
        expect(page).to_have_url(re.compile(re.escape(path) + "$"))
        problems += accessibility_problems(page, name, ADMIN)
        if name == "reply":
            page.get_by_role("button", name="Preview", exact=True).click()
            expect(page.get_by_role("button", name="Send this")).to_be_visible()
            problems += accessibility_problems(page, "reply preview", ADMIN)
        if name == "automatic message":
            page.get_by_role("button", name="Preview").click()
            expect(page.get_by_role("heading", name="Preview")).to_be_visible()
            problems += accessibility_problems(page, "automatic message preview", ADMIN)
    enquiries.reply(
        enquiry, ReplyDraft("Your message", "Dear Zoë", uuid4()), actor=Actor.therapist(therapist), now=timezone.now()
    )
    page.goto(f"{address}/change/")
    problems += accessibility_problems(page, "enquiry answered", ADMIN)
    expect_none(problems)


def test_nothing_shows_through_the_bar_with_the_way_out_on_a_phone(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    bar = page.get_by_role("link", name="Leave this site").locator("..")
    for scrolled in range(0, 2000, 50):
        page.evaluate("y => scrollTo(0, y)", scrolled)
        is_whole = bar.evaluate(
            """bar => [20, 40, 120, 250, 370].every((x) => {
                const { y, height } = bar.getBoundingClientRect();
                return bar.contains(document.elementFromPoint(x, y + height / 2));
            })"""
        )
        assert is_whole, f"something shows through after scrolling {scrolled} px"
