"""Away at once with three presses of Shift, announced, and never by accident; and what would arrive, seen before."""

import pytest
from playwright.sync_api import expect

from tests.journeys import form_steps

WEATHER = "https://www.bbc.co.uk/weather"


@pytest.fixture
def visitor_leaving(visitor):
    """Somebody for whom the other site never answers, so that the page stays to be looked at."""
    someone = visitor(elsewhere=WEATHER)
    someone.requested = []

    def record_request(route):
        someone.requested.append(route.request.url)
        route.fulfill(status=204)

    someone.context.route(f"{WEATHER}**", record_request)
    return someone


def press_keys(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def live_region(page):
    """What a screen reader announces."""
    return page.locator("body > .visually-hidden")


@pytest.mark.parametrize("path", [form_steps.FORM, "/addictions/ketamine/", "/nowhere/"])
def test_three_presses_of_shift_empty_the_page_and_leave(visitor_leaving, path):
    page = visitor_leaving.page
    page.goto(path)
    press_keys(page, "Shift")
    expect(page.get_by_role("status")).to_have_text("Shift, press 2 more times to leave")
    press_keys(page, "Shift")
    expect(page.get_by_role("status")).to_have_text("Shift, press 1 more time to leave")
    press_keys(page, "Shift")

    expect(page.get_by_role("alert")).to_have_text("Loading")
    assert page.evaluate("document.body.innerText.trim()") == "Loading"
    expect(page).to_have_title("Loading")
    page.wait_for_timeout(200)
    assert visitor_leaving.requested == [WEATHER]


def test_three_presses_of_shift_leave_a_form_that_came_back_with_errors(visitor_leaving):
    page = visitor_leaving.page
    page.goto(form_steps.FORM)
    page.get_by_label("Your name").fill("Zoë")
    form_steps.submit(page)
    form_steps.expect_focus_on_the_summary(page)
    page.wait_for_load_state()  # the focus is there before the script is
    press_keys(page, "Shift", "Shift", "Shift")

    expect(page.get_by_role("alert")).to_have_text("Loading")
    assert page.locator("input, textarea").count() == 0


@pytest.mark.parametrize(
    "keys",
    [
        ["Shift+A", "Shift+B", "Shift+C", "Shift+D"],
        ["Shift", "Shift", "a", "Shift"],
        ["Shift", "Shift+A", "Shift"],
        ["Shift", "Shift", "Shift+Tab"],
        ["Control+Shift", "Control+Shift", "Control+Shift"],
        ["Alt+Shift", "Alt+Shift", "Alt+Shift"],
    ],
)
def test_capitals_and_other_uses_of_shift_leave_nothing(visitor_leaving, keys):
    page = visitor_leaving.page
    page.goto(form_steps.FORM)
    page.get_by_label("Anything you would like me to know").focus()
    press_keys(page, *keys)

    expect(page.get_by_role("main")).to_be_visible()
    assert visitor_leaving.requested == []


def test_a_press_is_forgotten_after_five_seconds(visitor_leaving):
    page = visitor_leaving.page
    page.clock.install()
    page.goto("/addictions/ketamine/")
    press_keys(page, "Shift", "Shift")
    page.clock.run_for(5_100)
    expect(live_region(page)).to_have_text("")
    press_keys(page, "Shift")

    expect(live_region(page)).to_have_text("Shift, press 2 more times to leave")
    assert visitor_leaving.requested == []


def test_a_click_between_the_presses_starts_again(visitor_leaving):
    page = visitor_leaving.page
    page.goto("/addictions/ketamine/")
    press_keys(page, "Shift", "Shift")
    page.get_by_role("heading", level=1).click(modifiers=["Shift"])
    press_keys(page, "Shift")

    expect(live_region(page)).to_have_text("Shift, press 2 more times to leave")


def test_what_would_arrive_follows_what_is_chosen_without_javascript(visitor):
    page = visitor(js=False).page
    page.goto(form_steps.FORM)
    shown = page.get_by_role("region", name="What you would receive")
    email, call = shown.get_by_text("At once, an email"), shown.get_by_text("A call from me")
    expect(email).to_be_visible()
    expect(call).to_be_visible()

    form_steps.choice(page, "Phone").check()
    expect(email).to_be_hidden()
    expect(shown.get_by_text("I may leave one.")).to_be_hidden()
    form_steps.choice(page, "You may leave a voicemail").check()
    expect(shown.get_by_text("I may leave one.")).to_be_visible()
    expect(shown.get_by_text("Not unless you tick “You may leave a voicemail”.")).to_be_hidden()

    form_steps.choice(page, "Email").check()
    expect(call).to_be_hidden()
    expect(shown.get_by_text("We have your message – ref (eight letters and digits)", exact=True)).to_be_visible()
    expect(shown.get_by_text("Not unless you tick “You may attach a calendar file to an email”.")).to_be_visible()
    shown.get_by_text("Read the whole email").click()
    expect(shown.get_by_text("Your reference is (eight letters and digits).")).to_be_visible()
