"""The keyboard alone is enough: everything is reached in sight, and a request is sent from the first page on."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Enquiry
from tests.journeys import form_steps, page_states
from tests.journeys.audit import expect_none
from tests.journeys.page_states import LARGER

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")

# WCAG 2.2, 2.4.7 and 2.4.11: where the focus is can be seen, and nothing lies over it.
WATCH_THE_FOCUS = """() => {
  const trouble = (one) => {
    const box = one.getClientRects()[0] ?? one.getBoundingClientRect()
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth)
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight)
    if (right - left < 1 || bottom - top < 1) return "is out of sight"
    const style = getComputedStyle(one)
    if (style.outlineStyle == "none" || parseFloat(style.outlineWidth) < 2) return "shows no ring"
    const above = document.elementFromPoint((left + right) / 2, top + Math.min(bottom - top, 30) / 2)
    const isOnTop = above && (one.contains(above) || [...(one.labels ?? [])].includes(above))
    return isOnTop ? "" : `is covered by ${above?.outerHTML.slice(0, 90)}`
  }
  const reached = new Set(), troubles = []
  // By then the browser has scrolled to it.
  addEventListener("keyup", (event) => {
    const one = document.activeElement
    if (event.key != "Tab" || one == document.body) return
    if (reached.has(one)) return (watched.isRound = true)
    reached.add(one)
    const found = trouble(one)
    if (found) troubles.push(`${one.outerHTML.slice(0, 90)} ${found}`)
  }, true)
  const isMeant = (one) => one.tabIndex >= 0 && one.checkVisibility() && !reached.has(one)
  globalThis.watched = {
    isRound: false,
    troubles,
    missed: () => [...document.querySelectorAll("a[href], button, summary, textarea, input:not([type=radio])")]
      .filter(isMeant).map((one) => `${one.outerHTML.slice(0, 90)} is not reached`),
  }
}"""


def tab_to(page, target, most=80):
    """Goes on with the Tab key until the target has the focus; nothing on the way is hidden or covered."""
    if page.evaluate("!globalThis.watched"):
        page.evaluate(WATCH_THE_FOCUS)
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("one => one == document.activeElement"):
            assert page.evaluate("watched.troubles") == []
            return
    raise AssertionError(f"{target} is not reached with the Tab key")


def tab_to_and_press_enter(page, target):
    tab_to(page, target)
    page.keyboard.press("Enter")


def keyboard_problems(page, css=""):
    """Goes once around the page with the Tab key; returns what was not reached, out of sight or covered."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    page_states.add_stylesheet(page, css)
    page.evaluate(WATCH_THE_FOCUS)
    for _ in range(20):
        for _ in range(10):
            page.keyboard.press("Tab")
        if page.evaluate("watched.isRound"):
            return page.evaluate("[...watched.troubles, ...watched.missed()]")
    raise AssertionError("The Tab key never comes back to where it began")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_leads_from_the_first_page_to_the_form(visitor, width):
    page = visitor(width=width).page
    page.goto("/")
    menu = page.get_by_role("navigation", name="Main")
    tab_to_and_press_enter(page, menu.get_by_role("link", name="Addictions"))
    expect(page).to_have_url(re.compile(r"/addictions/$"))
    tab_to_and_press_enter(page, page.get_by_role("main").get_by_role("link", name="Ketamine"))
    expect(page).to_have_url(re.compile(r"/addictions/ketamine/$"))
    contents = page.get_by_role("navigation", name="On this page")
    if width < 1024:
        tab_to_and_press_enter(page, contents.locator("summary"))
    link = contents.get_by_role("link").nth(4)
    tab_to_and_press_enter(page, link)
    expect_jumped_to(page, page.get_by_role("heading", level=2, name=link.inner_text(), exact=True))
    tab_to_and_press_enter(page, page.get_by_role("link", name="Request a consultation").last)

    expect(page.get_by_role("heading", level=1)).to_have_text("Request a consultation")
    tab_to(page, form_steps.choice(page, "Complimentary consultation"))


def expect_jumped_to(page, heading):
    """The heading is near the top, nothing lies over it, and the Tab key goes on from there."""
    expect(heading).to_be_in_viewport()
    assert heading.evaluate("""one => {
      const box = one.getBoundingClientRect()
      const isOnTop = one.contains(document.elementFromPoint(box.x + 10, box.bottom - 10))
      return isOnTop && box.top >= 0 && box.top < innerHeight / 3
    }""")
    page.keyboard.press("Tab")
    assert heading.evaluate(
        "one => one.compareDocumentPosition(document.activeElement) == Node.DOCUMENT_POSITION_FOLLOWING"
    )


@pytest.mark.parametrize(
    ("width", "css"), [pytest.param(390, "", marks=pytest.mark.soak), (320, LARGER)], ids=["390", "320 larger"]
)
def test_the_keyboard_reaches_everything_on_every_page_in_sight(visitor, visit_every_page, width, css):
    page = visitor(width=width).page
    expect_none(f"{name}: {problem}" for name in visit_every_page(page) for problem in keyboard_problems(page, css))


def test_the_keyboard_reaches_everything_beside_a_list_of_contents_that_stays(visitor):
    page = visitor(width=1280).page
    page.goto("/addictions/ketamine/")
    assert keyboard_problems(page) == []


def test_what_is_hidden_covered_or_not_reached_is_found(visitor):
    page = visitor().page
    page.goto("/urgent-help/")
    assert keyboard_problems(page) == []
    faults = {
        ".brand { translate: -100vw }": "is out of sight",
        ":focus-visible { outline: none }": "shows no ring",
        "main { position: relative } main::after { content: ''; position: absolute; inset: 0 }": "is covered by <main",
        ".actions { inset: auto 0 50vh }": "is covered by",
    }
    for fault, word in faults.items():
        page.reload()
        assert word in "\n".join(keyboard_problems(page, fault))
    page.reload()
    page.get_by_role("link", name="Leave this site").evaluate(
        "one => addEventListener('focus', ({ target }) => { if (target == one) one.blur() }, true)"
    )
    [found] = keyboard_problems(page)
    assert found.startswith('<a class="leave"')
    assert found.endswith("is not reached")


def test_the_whole_form_is_filled_in_and_sent_with_the_keyboard(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert form_steps.focused_id(page) == "main"

    tab_to(page, form_steps.choice(page, "Complimentary consultation"))
    page.keyboard.press("ArrowDown")
    expect(form_steps.choice(page, "Private session")).to_be_checked()
    tab_to(page, form_steps.choice(page, "Myself"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Your organisation"))
    page.keyboard.type("The Clinic")
    tab_to(page, page.get_by_label("Initials of the person"))
    page.keyboard.type("J.B.")
    tab_to(page, form_steps.choice(page, "Yes, and they agree"))
    page.keyboard.press("Space")
    tab_to(page, form_steps.choice(page, "Harley Street"))
    page.keyboard.press("ArrowDown")
    tab_to(page, form_steps.choice(page, "Yes, some days and times suit me better"))
    page.keyboard.press("Space")
    tab_to(page, form_steps.choice(page, "Wednesday"))
    page.keyboard.press("Space")
    tab_to(page, form_steps.choice(page, "Afternoon"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Zoë")
    tab_to(page, form_steps.choice(page, "Email"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Phone number"))
    page.keyboard.type("07700 900 319")
    tab_to(page, form_steps.choice(page, "You may send a text message"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Good times"))
    page.keyboard.type("evenings")
    tab_to(page, page.get_by_label("Anything you would like me to know"))
    page.keyboard.type("One line.")
    page.keyboard.press("Enter")
    page.keyboard.type("Another.")
    tab_to(page, page.get_by_role("button", name="Send"))
    page.keyboard.press("Enter")

    form_steps.expect_confirmation(page)
    enquiry = Enquiry.objects.get()
    referrer = enquiry.referrer
    assert (enquiry.appointment_type.slug, enquiry.on_behalf, enquiry.person_knows) == (
        "private-session",
        "professional",
        "yes",
    )
    assert (enquiry.person.name, referrer.organisation) == ("J.B.", "The Clinic")
    assert (enquiry.location.slug, enquiry.days, enquiry.parts) == ("st-pauls", [2], ["afternoon"])
    assert (referrer.name, referrer.channel, referrer.email, referrer.phone) == ("Zoë", "phone", "", "07700 900 319")
    assert (referrer.voicemail_ok, referrer.text_ok, referrer.calendar_ok, referrer.name_practice_ok) == (
        False,
        True,
        False,
        False,
    )
    assert (referrer.good_times, enquiry.message) == ("evenings", "One line.\nAnother.")
