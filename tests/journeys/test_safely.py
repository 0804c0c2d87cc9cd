"""Nothing is sent twice, nothing is left behind, nothing needs JavaScript, a mouse or a cookie jar."""

import re
import time

import pytest
from playwright.sync_api import expect

from bookings import enquiries
from bookings.models import Enquiry
from tests.journeys import form_steps

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")

WEATHER = "https://www.bbc.co.uk/weather"
READ = ["/", "/addictions/", "/addictions/ketamine/", "/urgent-help/", "/privacy/", "/private-browsing/"]


@pytest.mark.parametrize("js", [True, False])
def test_a_double_click_on_send_makes_one_enquiry(visitor, js, monkeypatch):
    receive = enquiries.receive

    def slowly(*args, **kwargs):
        time.sleep(0.3)  # the second click comes while the first is still being answered
        return receive(*args, **kwargs)

    monkeypatch.setattr(enquiries, "receive", slowly)
    someone = visitor(js=js)
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.get_by_role("button", name="Send").dblclick(delay=30)

    reference = form_steps.expect_confirmation(page)
    assert len(someone.posts()) == 2
    assert [enquiry.reference for enquiry in Enquiry.objects.all()] == [reference]


@pytest.mark.parametrize("js", [True, False])
def test_back_after_sending_and_sending_again_makes_no_second_enquiry(visitor, js):
    someone = visitor(js=js)
    page = someone.page
    reference = form_steps.send_and_go_back(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Request a consultation")
    form_steps.submit(page)

    assert form_steps.expect_confirmation(page) == reference
    assert len(someone.posts()) == 2
    assert [enquiry.reference for enquiry in Enquiry.objects.all()] == [reference]


def test_a_reload_of_the_confirmation_sends_nothing(visitor):
    someone = visitor()
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    form_steps.submit(page)
    reference = form_steps.expect_confirmation(page)
    page.reload()

    assert form_steps.expect_confirmation(page) == reference
    assert len(someone.posts()) == 1


def test_the_error_summary_takes_the_focus_again_after_one_of_its_links_was_followed(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    form_steps.submit(page)
    form_steps.expect_focus_on_the_summary(page)
    page.get_by_role("alert").get_by_role("link", name="Enter your name").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    form_steps.submit(page)

    form_steps.expect_focus_on_the_summary(page)


def test_leaving_empties_the_form_before_the_page_is_gone(visitor):
    someone = visitor(elsewhere=WEATHER)
    page = someone.page
    # The other site never answers, so the page stays to be looked at.
    someone.context.route(f"{WEATHER}**", lambda route: route.fulfill(status=204))
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.get_by_role("link", name="Leave this site").first.click()

    assert (
        page.evaluate("[...document.querySelectorAll(':checked')].filter(one => one.localName == 'input').length") == 0
    )
    texts = "[...document.querySelectorAll('input:not([type=hidden],[type=radio],[type=checkbox]), textarea')]"
    assert page.evaluate(f"{texts}.map(one => one.value).join('')") == ""
    assert not page.get_by_role("main").is_visible()


@pytest.mark.parametrize("start", [form_steps.FORM, "/addictions/ketamine/"])
def test_leaving_takes_the_page_out_of_the_history(visitor, start):
    someone = visitor(elsewhere=WEATHER)
    page, asked = someone.page, []

    def weather(route):
        asked.append(route.request.headers)
        route.fulfill(content_type="text/html", body="<title>Weather</title>")

    someone.context.route(f"{WEATHER}**", weather)
    page.goto("/urgent-help/")
    page.goto(start)
    if start == form_steps.FORM:
        form_steps.fill(page)
    page.get_by_role("link", name="Leave this site").first.click()
    page.wait_for_url(f"{WEATHER}**")
    assert "referer" not in asked[0]
    page.go_back()

    expect(page).to_have_url(f"{someone.site}/urgent-help/")
    page.go_forward()
    expect(page).to_have_url(re.compile(re.escape(WEATHER)))


def test_pages_set_no_cookie_and_the_form_only_the_one_that_protects_it(visitor):
    someone = visitor()
    page = someone.page
    for path in (*READ, "/nowhere/"):
        page.goto(path)
    for path in ("/robots.txt", "/sitemap.xml"):
        assert someone.context.request.get(path).ok
    assert (someone.cookies(), someone.cookie_setters()) == ([], set())

    page.goto(form_steps.FORM)
    form_steps.fill(page)
    form_steps.submit(page)
    form_steps.expect_confirmation(page)
    assert (sorted(someone.cookies()), someone.cookie_setters()) == (["form", "receipt"], {form_steps.FORM})


@pytest.mark.parametrize("js", [True, False])
def test_a_blocked_cookie_brings_the_form_back_with_every_answer(visitor, js):
    someone = visitor(js=js)
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    someone.context.clear_cookies()
    form_steps.submit(page)

    expect(page.get_by_role("alert")).to_contain_text("Allow cookies for this site")
    form_steps.expect_everything_typed(page)
    assert not Enquiry.objects.exists()
    form_steps.submit(page)  # the cookie came with the answer
    form_steps.expect_confirmation(page)
    assert Enquiry.objects.get().person.name == form_steps.ANSWERS["Your name"]
