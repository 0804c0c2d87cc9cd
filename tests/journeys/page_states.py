"""Every public page and every state of one, as somebody meets them who sees them all."""

from collections.abc import Iterator

from django.utils import timezone
from playwright.sync_api import Page, expect

from pages import page_paths, publishing
from pages.models import Page as SitePage
from pages.page_source import write_blocks
from practice.models import Fee, Location, Practice
from tests.journeys import form_steps

GONE = "/was-here/"
LARGER = "html { font-size: 200% !important }"
ADOPT = """css => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets = [sheet]
}"""
STATES = [
    "not found",
    "removed",
    "search",
    "search that found something",
    "search that found nothing",
    "search in a crisis",
    "form",
    "form with errors",
    "complaint",
    "complaint with errors",
    "form with every question",
    "form with every question and errors",
    "confirmation",
    "styleguide",
]


def fill_practice_data() -> None:
    """Whatever only the therapist knows is filled in, as it is on a site that has visitors, and one page is gone."""
    Practice.objects.update(
        therapist_name="Ada Quillfeather-Example", credentials="MA, Dip Couns", phone="+44 20 7946 0018"
    )
    Location.objects.filter(kind=Location.Kind.ROOM).update(address="First floor\n1 Example Street\nLondon W1G 9QD")
    Fee.objects.update(pence=12_550)
    page = SitePage.objects.create(slug=GONE.strip("/"), title="Was here")
    write_blocks(
        page, [{"type": "rich_text", "uid": "3f0c9b0e-6f0e-4f6c-9a7e-5a1f5d1f0a02", "html": "<p>Some text.</p>"}]
    )
    page_paths.assign(page)
    publishing.publish(page, user=None, now=timezone.now())
    publishing.unpublish(page, now=timezone.now())


def add_stylesheet(page: Page, css: str) -> None:
    """As from a visitor's own stylesheet, until the page is left; the policy refuses every other way."""
    page.evaluate(ADOPT, css)


def search(page: Page, words: str) -> None:
    page.get_by_label("What are you looking for?").fill(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def visit_every_state(page: Page, paths: list[str], cookie: dict[str, str]) -> Iterator[str]:
    """Goes on to the next one each time it is asked, and says which it is; the therapist's cookie is for the end."""
    for path in paths:
        page.goto(path)
        yield path
    page.goto("/nowhere/")
    yield "not found"
    page.goto(GONE)
    yield "removed"
    yield from search_states(page)
    yield from form_states(page)
    page.context.add_cookies([cookie])
    page.goto("/styleguide/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Styleguide")
    yield "styleguide"


def search_states(page: Page) -> Iterator[str]:
    page.goto("/search/")
    yield "search"
    for words, name in (
        ("ketamine", "search that found something"),
        ("ketamien xyzzy", "search that found nothing"),
        ("suicide", "search in a crisis"),
    ):
        search(page, words)
        yield name


def form_states(page: Page) -> Iterator[str]:
    for path, name in ((form_steps.FORM, "form"), (f"{form_steps.FORM}?kind=complaint", "complaint")):
        page.goto(path)
        yield name
        form_steps.submit(page)
        expect(page.get_by_role("alert")).to_be_visible()
        yield f"{name} with errors"
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    form_steps.choose(page, ["A client or patient of mine (professional referral)"])
    yield "form with every question"
    form_steps.submit(page)
    expect(page.get_by_role("link", name="Enter your organisation")).to_be_visible()
    yield "form with every question and errors"
    form_steps.choose(page, ["Myself"])
    form_steps.submit(page)
    form_steps.expect_confirmation(page)
    yield "confirmation"
