"""The therapist seals what people write, on a phone and on paper, and reads it again the next day."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from practice.models import PracticeKey
from tests.bookings.conftest import complimentary, details, harley_street, make_enquiry  # noqa: F401 (fixtures)
from tests.journeys.audit import ADMIN, accessibility_problems, expect_none
from tests.sign_in_steps import PASSWORD

WORDS = "I drink in the evenings"
PICTURES = os.environ.get("PICTURES")  # a folder for pictures of each screen


@pytest.fixture
def page(visitor, therapist):
    page = visitor().page
    page.goto("/admin/")
    sign_in(page)
    return page


def sign_in(page):
    page.get_by_label("Username").fill("therapist")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What people write")).to_be_visible()


def look_at(page, name):
    """Audit the screen, and take pictures of it if somebody wants to see them."""
    expect_none(accessibility_problems(page, page.url, ADMIN))
    for width, scheme in [(390, "light"), (1280, "light"), (390, "dark"), (1280, "dark")] if PICTURES else []:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(400)
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 800})


def go(page, name):
    page.get_by_role("link", name=name).first.click()


def test_sealing_is_set_up_and_read_again_the_next_day(page, make_enquiry):  # noqa: F811
    look_at(page, "1-desk")
    go(page, "Seal what people write")
    look_at(page, "2-overview")
    page.get_by_role("button", name="Make the recovery key").click()
    expect(page.locator(".groups code")).to_have_count(9)
    key = " ".join(page.locator(".groups code").all_text_contents())
    look_at(page, "3-key")
    page.emulate_media(media="print")
    expect(page.get_by_text("This key opens everything")).to_be_visible()
    expect(page.get_by_role("link", name="I have it on paper")).to_be_hidden()
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "3-key-print.png", full_page=True)
    page.emulate_media(media="screen")

    go(page, "I have it on paper")
    page.get_by_label("Recovery key").fill(key[:-1])
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Begin to seal").click()
    expect(page.get_by_text("There’s a slip in it somewhere.")).to_be_visible()
    look_at(page, "4-type-back")
    page.get_by_label("Recovery key").fill(key.lower())
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Begin to seal").click()
    expect(page.get_by_text("From now on, what people write is sealed.")).to_be_visible()
    assert PracticeKey.objects.count() == 1
    look_at(page, "5-on")

    enquiry = make_enquiry(message=WORDS)
    path = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    page.goto(path)
    expect(page.get_by_text(WORDS)).to_be_visible()
    cookies = [cookie for cookie in page.context.cookies() if cookie["name"] != "opened"]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)  # as in a browser that has lost its half
    page.goto(path)
    expect(page.get_by_text(WORDS)).to_have_count(0)
    look_at(page, "6-closed")
    go(page, "Open what people wrote")
    look_at(page, "7-open")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_text(WORDS)).to_be_visible()

    page.goto("/admin/sealed/check/")
    look_at(page, "8-check")
    page.goto("/admin/sealed/colleague/")
    look_at(page, "9-colleague")
    page.get_by_label("Name of your colleague").fill("Dr Sam Green")
    page.get_by_role("button", name="Show the sheet").click()
    expect(page.get_by_text("Dear Dr Sam Green")).to_be_visible()
    look_at(page, "9-sheet")
    if PICTURES:
        page.emulate_media(media="print")
        page.screenshot(path=Path(PICTURES) / "9-sheet-print.png", full_page=True)
