"""The therapist writes in the page editor: what was meant is what is stored, and what visitors read."""

import pytest
from playwright.sync_api import expect

from pages.models import Page, RichText
from pages.richtext import to_text
from tests.journeys.editor_steps import move_to_end, press_toolbar_button, writing_area

pytestmark = pytest.mark.usefixtures("plain_ketamine")


def test_a_text_is_written_published_and_read(sign_in):
    ketamine = Page.objects.get(slug="ketamine")
    first = ketamine.revisions.get()
    before = RichText.objects.get(parent=ketamine).html
    admin_page = sign_in(width=1280)
    page = admin_page.page
    page.get_by_role("link", name="Pages", exact=True).last.click()
    page.get_by_role("link", name="Ketamine addiction", exact=True).click()
    move_to_end(page)
    page.keyboard.press("Enter")
    page.keyboard.type("Plain ")
    press_toolbar_button(page, "bold")
    page.keyboard.type("bold")
    page.keyboard.press("Control+b")
    page.keyboard.type(" end.")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Alt+2")
    page.keyboard.type("A heading & more")
    page.keyboard.press("Enter")
    press_toolbar_button(page, "unordered list")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("See here")
    for _ in "here":
        page.keyboard.press("Shift+ArrowLeft")
    press_toolbar_button(page, "insert link")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or another website").fill("/urgent-help/")
    dialog.get_by_role("button", name="Set link").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()

    written = (
        "<p>Plain <strong>bold</strong> end.</p><h2>A heading &amp; more</h2>"
        "<ul><li><p>one</p></li><li><p>two</p></li></ul>"
    )
    text = RichText.objects.get(parent=ketamine)
    assert text.html.endswith(f'{written}<p>See <a href="/urgent-help/">here</a></p>')
    assert to_text(text.html).startswith(to_text(before))
    assert "A heading" not in admin_page.context.request.get("/addictions/ketamine/").text()

    expect(writing_area(page)).to_contain_text("A heading & more")
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published: visitors now see revision 2")).to_be_visible()
    page.get_by_role("link", name="View the live page").click()
    expect(page.get_by_role("heading", name="A heading & more", level=2)).to_be_visible()
    main = page.get_by_role("main")
    expect(main.get_by_text("Plain bold end.").locator("strong")).to_have_text("bold")
    expect(main.get_by_role("listitem").filter(has_text="two").last).to_be_visible()
    expect(main.get_by_role("link", name="here", exact=True)).to_have_attribute("href", "/urgent-help/")
    first.refresh_from_db()
    second = ketamine.revisions.get(number=2)
    assert (first.live_until, second.live_until) == (second.live_from, None)


def test_a_table_is_written_and_the_tab_key_leaves_it(sign_in):
    text = RichText.objects.get(parent__slug="ketamine")
    text.html = "<p>Fees</p>"
    text.save()
    page = sign_in().page
    page.goto(f"/admin/pages/page/{text.parent_id}/change/")
    move_to_end(page)
    press_toolbar_button(page, "Insert table")
    for words in ("Session", "Length", "First", "50 minutes", "Second"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    press_toolbar_button(page, "Delete row")
    move_to_end(page)
    page.keyboard.press("Tab")
    expect(writing_area(page)).not_to_be_focused()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()

    text.refresh_from_db()
    assert text.html == (
        "<p>Fees</p><table><tbody><tr><th><p>Session</p></th><th><p>Length</p></th></tr>"
        "<tr><td><p>First</p></td><td><p>50 minutes</p></td></tr></tbody></table>"
    )


def test_the_tab_key_indents_in_a_list_and_leaves_after_escape(sign_in):
    text = RichText.objects.get(parent__slug="ketamine")
    text.html = "<ul><li><p>One</p></li><li><p>Two</p></li><li><p>Three</p></li></ul>"
    text.save()
    page = sign_in().page
    page.goto(f"/admin/pages/page/{text.parent_id}/change/")
    move_to_end(page)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(writing_area(page)).not_to_be_focused()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()

    text.refresh_from_db()
    assert text.html == "<ul><li><p>One</p></li><li><p>Two</p><ul><li><p>Three</p></li></ul></li></ul>"


def test_a_page_opened_and_saved_untouched_has_nothing_to_publish(sign_in):
    ketamine = Page.objects.get(slug="ketamine")
    page = sign_in(width=1280).page
    page.goto(f"/admin/pages/page/{ketamine.pk}/change/")
    writing_area(page).click()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()

    assert Page.objects.get(pk=ketamine.pk).draft_version == ketamine.draft_version


@pytest.mark.parametrize("browsers", [1, 2])
def test_two_tabs_or_two_browsers_on_one_page_lose_neither_text(sign_in, browsers):
    ketamine = Page.objects.get(slug="ketamine")
    admin_page = sign_in()
    first, second = admin_page.page, admin_page.context.new_page() if browsers == 1 else sign_in().page
    for tab in (first, second):
        tab.goto(f"/admin/pages/page/{ketamine.pk}/change/")
    for tab, words in ((first, "Written first."), (second, "Written second.")):
        move_to_end(tab)
        tab.keyboard.press("Enter")
        tab.keyboard.type(words)
        tab.get_by_role("button", name="Save draft").click()

    expect(second.get_by_text("This page was saved in another tab")).to_be_visible()
    expect(second.get_by_role("region", name="The version that was saved in the meantime")).to_contain_text(
        "Written first."
    )
    expect(writing_area(second)).to_contain_text("Written second.")
    assert second.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert RichText.objects.get(parent=ketamine).html.endswith("<p>Written first.</p>")

    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("Visitors will not see it until you publish.")).to_be_visible()
    assert RichText.objects.get(parent=ketamine).html.endswith("<p>Written second.</p>")
