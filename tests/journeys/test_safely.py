"""Nothing is sent twice, nothing is left behind, nothing needs JavaScript, a mouse or a cookie jar."""

import re
import time

import pytest
from playwright.sync_api import expect

from bookings import enquiries
from bookings.models import Enquiry
from tests.journeys import steps

pytestmark = pytest.mark.usefixtures("unhurried")

WEATHER = "https://www.bbc.co.uk/weather"
READ = ["/", "/addictions/", "/addictions/ketamine/", "/urgent-help/", "/privacy/", "/private-browsing/"]
REVEALED = {
    "A client or patient of mine (professional referral)": [
        "Your organisation",
        "Initials of the person (optional)",
        "Yes, and they agree",
    ],
    "Yes, some days and times suit me better": ["Monday", "Morning"],
    "Email": ["Email address"],
    "Phone": ["Phone number"],
}


def test_questions_that_follow_from_an_answer_appear_without_javascript(visitor):
    page = visitor(js=False).page
    page.goto(steps.FORM)

    def shown():
        labels = [label for labels in REVEALED.values() for label in labels]
        return [label for label in labels if steps.choice(page, label).is_visible()]

    assert shown() == []
    revealed = []
    for answer, questions in REVEALED.items():
        steps.choice(page, answer).check()
        # Email, then phone instead of it: the one question takes the other's place.
        revealed = [question for question in revealed if question != "Email address"] + questions
        assert shown() == revealed
    steps.choice(page, "Email or phone").check()
    assert {"Email address", "Phone number"} <= set(shown())
    steps.choice(page, "Myself").check()
    steps.choice(page, "I am not ready to choose yet").check()
    assert shown() == ["Email address", "Phone number"]


@pytest.mark.parametrize("js", [True, False])
def test_a_double_click_on_send_makes_one_enquiry(visitor, js, monkeypatch):
    receive = enquiries.receive

    def slowly(*args, **kwargs):
        time.sleep(0.3)  # the second click comes while the first is still being answered
        return receive(*args, **kwargs)

    monkeypatch.setattr(enquiries, "receive", slowly)
    someone = visitor(js=js)
    page = someone.page
    page.goto(steps.FORM)
    steps.fill(page)
    page.get_by_role("button", name="Send").dblclick(delay=30)

    reference = steps.expect_confirmation(page)
    assert len(someone.posts()) == 2
    assert [enquiry.reference for enquiry in Enquiry.objects.all()] == [reference]


@pytest.mark.parametrize("js", [True, False])
def test_back_after_sending_and_sending_again_makes_no_second_enquiry(visitor, js):
    someone = visitor(js=js)
    page = someone.page
    page.goto(steps.FORM)
    steps.fill(page)
    steps.send(page)
    reference = steps.expect_confirmation(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request a consultation")
    steps.fill(page)  # again: Chromium brings most answers back, but none that is autocomplete="off"
    steps.send(page)

    assert steps.expect_confirmation(page) == reference
    assert len(someone.posts()) == 2
    assert [enquiry.reference for enquiry in Enquiry.objects.all()] == [reference]


def test_a_reload_of_the_confirmation_sends_nothing(visitor):
    someone = visitor()
    page = someone.page
    page.goto(steps.FORM)
    steps.fill(page)
    steps.send(page)
    reference = steps.expect_confirmation(page)
    page.reload()

    assert steps.expect_confirmation(page) == reference
    assert len(someone.posts()) == 1


def test_the_error_summary_takes_the_focus_again_after_one_of_its_links_was_followed(visitor):
    page = visitor().page
    page.goto(steps.FORM)
    steps.send(page)
    steps.expect_focus_on_the_summary(page)
    page.get_by_role("alert").get_by_role("link", name="Enter your name").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    steps.send(page)

    steps.expect_focus_on_the_summary(page)


def test_leaving_empties_the_form_before_the_page_is_gone(visitor):
    someone = visitor(elsewhere=WEATHER)
    page = someone.page
    # The other site never answers, so the page stays to be looked at.
    someone.context.route(f"{WEATHER}**", lambda route: route.fulfill(status=204))
    page.goto(steps.FORM)
    steps.fill(page)
    page.get_by_role("link", name="Leave this site").first.click()

    assert (
        page.evaluate("[...document.querySelectorAll(':checked')].filter(one => one.localName == 'input').length") == 0
    )
    texts = "[...document.querySelectorAll('input:not([type=hidden],[type=radio],[type=checkbox]), textarea')]"
    assert page.evaluate(f"{texts}.map(one => one.value).join('')") == ""
    assert not page.get_by_role("main").is_visible()


@pytest.mark.parametrize("start", [steps.FORM, "/addictions/ketamine/"])
def test_leaving_takes_the_page_out_of_the_history(visitor, start):
    someone = visitor(elsewhere=WEATHER)
    page, asked = someone.page, []

    def weather(route):
        asked.append(route.request.headers)
        route.fulfill(content_type="text/html", body="<title>Weather</title>")

    someone.context.route(f"{WEATHER}**", weather)
    page.goto("/urgent-help/")
    page.goto(start)
    if start == steps.FORM:
        steps.fill(page)
    page.get_by_role("link", name="Leave this site").first.click()
    page.wait_for_url(f"{WEATHER}**")
    assert "referer" not in asked[0]
    page.go_back()

    expect(page).to_have_url(f"{someone.site}/urgent-help/")
    page.go_forward()
    expect(page).to_have_url(re.compile(re.escape(WEATHER)))


def test_leaving_works_without_javascript_as_a_plain_link(visitor):
    someone = visitor(js=False, elsewhere=WEATHER)
    page, asked = someone.page, []

    def weather(route):
        asked.append(route.request.headers)
        route.fulfill(content_type="text/html", body="<title>Weather</title>")

    someone.context.route(f"{WEATHER}**", weather)
    for path in (steps.FORM, *READ, "/nowhere/"):
        page.goto(path)
        link = page.get_by_role("link", name="Leave this site").first
        assert sorted(link.get_attribute("rel").split()) == ["nofollow", "noreferrer"]
        assert link.get_attribute("href") == WEATHER
    link.click()

    expect(page).to_have_title("Weather")
    assert "referer" not in asked[0]


def test_pages_set_no_cookie_and_the_form_only_the_one_that_protects_it(visitor):
    someone = visitor()
    page = someone.page
    for path in (*READ, "/nowhere/"):
        page.goto(path)
    for path in ("/robots.txt", "/sitemap.xml"):
        assert someone.context.request.get(path).ok
    assert (someone.cookies(), someone.cookie_setters()) == ([], set())

    page.goto(steps.FORM)
    steps.fill(page)
    steps.send(page)
    steps.expect_confirmation(page)
    assert (someone.cookies(), someone.cookie_setters()) == (["form"], {steps.FORM})


@pytest.mark.parametrize("js", [True, False])
def test_a_blocked_cookie_brings_the_form_back_with_every_answer(visitor, js):
    someone = visitor(js=js)
    page = someone.page
    page.goto(steps.FORM)
    steps.fill(page)
    someone.context.clear_cookies()
    steps.send(page)

    expect(page.get_by_role("alert")).to_contain_text("Allow cookies for this site")
    for label in steps.CHOICES:
        expect(steps.choice(page, label)).to_be_checked()
    for label, text in steps.ANSWERS.items():
        expect(page.get_by_label(label)).to_have_value(text)
    assert not Enquiry.objects.exists()
    steps.send(page)  # the cookie came with the answer
    steps.expect_confirmation(page)
    assert Enquiry.objects.get().name == steps.ANSWERS["Your name"]


def tab_to(page, target, most=80):
    """Goes on with the Tab key until the target has the focus; nothing on the way is hidden or covered."""
    for _ in range(most):
        page.keyboard.press("Tab")
        expect_in_sight(page)
        if target.evaluate("one => one == document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached with the Tab key")


def expect_in_sight(page):
    """WCAG 2.2, 2.4.11 and 2.4.7: where the focus is can be seen, and nothing lies over it."""
    trouble = page.evaluate("""() => {
      const one = document.activeElement
      if (one == document.body) return ""
      const name = one.outerHTML.slice(0, 90)
      const box = (one.getClientRects()[0] ?? one.getBoundingClientRect())
      const x = box.x + Math.min(box.width, innerWidth) / 2, y = box.y + Math.min(box.height, 30) / 2
      if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) return `${name} is out of sight`
      if (getComputedStyle(one).pointerEvents == "none") return ""
      const top = document.elementFromPoint(x, y)
      const same = top && (one.contains(top) || [...(one.labels ?? [])].includes(top))
      return same ? "" : `${name} is covered by ${top?.outerHTML.slice(0, 90)}`
    }""")
    assert trouble == ""


def test_the_whole_form_is_filled_in_and_sent_with_the_keyboard(visitor):
    page = visitor().page
    page.goto(steps.FORM)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert steps.focused(page) == "main"

    tab_to(page, steps.choice(page, "A complimentary consultation"))
    page.keyboard.press("ArrowDown")
    expect(steps.choice(page, "A private session")).to_be_checked()
    tab_to(page, steps.choice(page, "Myself"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Your organisation"))
    page.keyboard.type("The Clinic")
    tab_to(page, page.get_by_label("Initials of the person"))
    page.keyboard.type("J.B.")
    tab_to(page, steps.choice(page, "Yes, and they agree"))
    page.keyboard.press("Space")
    tab_to(page, steps.choice(page, "Harley Street"))
    page.keyboard.press("ArrowDown")
    tab_to(page, steps.choice(page, "Yes, some days and times suit me better"))
    page.keyboard.press("Space")
    tab_to(page, steps.choice(page, "Wednesday"))
    page.keyboard.press("Space")
    tab_to(page, steps.choice(page, "Afternoon"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Zoë")
    tab_to(page, steps.choice(page, "Email"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Phone number"))
    page.keyboard.type("07700 900 319")
    tab_to(page, steps.choice(page, "You may send a text message"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Good times"))
    page.keyboard.type("evenings")
    tab_to(page, page.get_by_label("Anything you would like me to know"))
    page.keyboard.type("One line.")
    page.keyboard.press("Enter")
    page.keyboard.type("Another.")
    tab_to(page, page.get_by_role("button", name="Send"))
    page.keyboard.press("Enter")

    steps.expect_confirmation(page)
    kept = Enquiry.objects.get()
    assert (kept.kind, kept.on_behalf, kept.person_knows) == ("private", "professional", "yes")
    assert (kept.person_initials, kept.organisation) == ("J.B.", "The Clinic")
    assert (kept.location.slug, kept.days, kept.parts) == ("st-pauls", [2], ["afternoon"])
    assert (kept.name, kept.channel, kept.email, kept.phone) == ("Zoë", "phone", "", "07700 900 319")
    assert (kept.voicemail_ok, kept.text_ok, kept.calendar_ok, kept.name_practice_ok) == (False, True, False, False)
    assert (kept.good_times, kept.message) == ("evenings", "One line.\nAnother.")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_reaches_every_link_of_a_page_in_sight(visitor, width):
    page = visitor(width=width).page
    page.goto("/addictions/ketamine/")
    links = page.locator("a:visible").count()
    for _ in range(links):
        page.keyboard.press("Tab")
        expect_in_sight(page)
    assert page.evaluate("document.activeElement.localName") == "a"
