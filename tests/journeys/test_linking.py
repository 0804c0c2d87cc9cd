"""A link is chosen, not typed: a page by its title, a fact by its name; anything else by its address."""

import pytest
from playwright.sync_api import expect

from pages.models import Page, RichText
from practice.models import Fee
from tests.journeys.editor_steps import move_to_end, press_toolbar_button, writing_area

pytestmark = pytest.mark.usefixtures("plain_ketamine")


@pytest.fixture
def text(site):
    """The html of the one text of the ketamine page, which the test writes."""
    text = RichText.objects.get(parent__slug="ketamine")
    text.html = "<p>Read this first</p>"
    text.save()
    return text


@pytest.fixture
def open_editor(text, sign_in):
    def open_editor(width=1280):
        page = sign_in(width=width).page
        page.goto(f"/admin/pages/page/{text.parent_id}/change/")
        move_to_end(page)
        return page

    return open_editor


def save_and_reload(page, text):
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()
    text.refresh_from_db()
    return text.html


def select_backwards(page, words):
    for _ in words:
        page.keyboard.press("Shift+ArrowLeft")


def status_hint(page, words):
    return page.get_by_role("status").filter(has_text=words)


def test_a_page_is_found_by_its_title_with_the_keyboard_alone(open_editor, text):
    about = Page.objects.get(slug="about")
    page = open_editor(width=390)
    select_backwards(page, "first")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Where should the link lead?")
    expect(dialog).to_be_visible()
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.keyboard.type("about m")
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Pages", exact=True)).to_be_focused()
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    if dialog.is_visible():
        dialog.get_by_role("button", name="Set link").press("Enter")
    expect(dialog).to_have_count(0)
    page.keyboard.press("ArrowRight")

    expect(status_hint(page, f"Leads to the page “{about.title}”")).to_be_visible()
    assert save_and_reload(page, text) == f'<p>Read this <a href="page:{about.pk}">first</a></p>'


def test_a_page_that_is_not_live_is_marked(open_editor, text):
    Page.objects.create(slug="sleep", title="Sleep and worry", parent=Page.objects.get(slug="addictions"))
    page = open_editor()
    select_backwards(page, "first")
    press_toolbar_button(page, "insert link")
    dialog = page.get_by_role("dialog")
    option = dialog.get_by_role("option", name="Sleep and worry")
    expect(option).to_have_text("\u00a0\u00a0\u00a0Sleep and worry (Draft, never published)")
    dialog.get_by_label("Pages", exact=True).select_option(option.get_attribute("value"))
    dialog.get_by_role("button", name="Set link").click()
    page.keyboard.press("ArrowRight")

    expect(status_hint(page, "visitors see the words without a link")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("www.nhs.uk/live-well", "https://www.nhs.uk/live-well"),
        ("http://nhs.uk", "https://nhs.uk"),
        ("anna@example.org", "mailto:anna@example.org"),
        ("020 7946 0000", "tel:02079460000"),
        ("/urgent-help/", "/urgent-help/"),
    ],
)
def test_another_address_is_understood_as_typed(open_editor, text, typed, href):
    page = open_editor()
    select_backwards(page, "first")
    press_toolbar_button(page, "insert link")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or another website").fill(typed)
    dialog.get_by_label("Or another website").press("Enter")
    expect(dialog).to_have_count(0)

    assert save_and_reload(page, text) == f'<p>Read this <a href="{href}">first</a></p>'


def test_what_is_no_address_is_refused_in_words_and_a_link_is_taken_away(open_editor, text):
    text.html = '<p>Read <a href="https://nhs.uk/">this first</a></p>'
    text.save()
    page = open_editor()
    page.keyboard.press("ArrowLeft")
    expect(status_hint(page, "Leads to https://nhs.uk/")).to_be_visible()
    press_toolbar_button(page, "insert link")
    dialog = page.get_by_role("dialog")
    address = dialog.get_by_label("Or another website")
    expect(address).to_have_value("https://nhs.uk/")
    address.fill("javascript:alert(1)")
    address.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text(
        "Enter an address such as www.nhs.uk, name@example.org or 020 7946 0000."
    )
    dialog.get_by_role("button", name="Remove link").click()

    assert save_and_reload(page, text) == "<p>Read this first</p>"


def test_a_fact_is_inserted_by_name_and_typing_goes_on_beside_it(open_editor, text):
    Fee.objects.all().delete()
    fee = Fee.objects.create(name="Private session", minutes=50, pence=9000)
    page = open_editor()
    page.keyboard.type(" costs ")
    press_toolbar_button(page, "insert a fact")
    dialog = page.get_by_role("dialog", name="Which fact should be shown here?")
    dialog.get_by_label("Facts").select_option(label="Fee: Private session: £90")
    dialog.get_by_role("button", name="Insert").click()
    page.keyboard.type(" today.")
    for _ in " today.":
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    expect(status_hint(page, "Always shows the current value: Fee: Private session, now £90")).to_be_visible()
    assert save_and_reload(page, text) == f'<p>Read this first costs <a href="fact:fee-{fee.pk}">£90</a> today.</p>'


def test_the_dialog_closes_by_escape_and_changes_nothing(open_editor, text):
    page = open_editor()
    select_backwards(page, "first")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(writing_area(page)).to_be_focused()

    assert save_and_reload(page, text) == "<p>Read this first</p>"
