"""Plain text is pasted with its headings and lists, and lists that were typed become lists."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.editor_steps import empty_the_text, press_toolbar_button, save_draft, stored_text
from tests.journeys.test_paste import paste

pytestmark = pytest.mark.usefixtures("plain_ketamine")

CASES = Path(__file__).parents[1] / "pages" / "document_import" / "cases"
PASTE_TEXT = """
(area, text) => {
  const data = new DataTransfer()
  data.setData("text/plain", text)
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
}
"""
LISTS = "<ul><li><p>one</p></li><li><p>two</p></li></ul>"


def paste_text(page, text):
    area = empty_the_text(page)
    page.keyboard.type("Before")
    page.keyboard.press("Enter")
    area.evaluate(PASTE_TEXT, text)
    return area


def test_plain_text_keeps_its_headings_and_lists_and_is_undone_at_once(editor):
    area = paste_text(
        editor, "My fees\n\nI charge by the session.\n\n• one\n• two\n\n1. a\n2. b\n\nMore.\n\n3. c\n4. d"
    )
    expect(area.locator("h2")).to_have_text("My fees")
    expect(area.locator("ol").last).to_have_attribute("start", "3")
    editor.keyboard.press("Control+z")
    expect(area).to_have_text("Before")
    editor.keyboard.press("Control+Shift+z")
    expect(area.locator("h2")).to_have_text("My fees")
    save_draft(editor)
    assert stored_text() == (
        "<p>Before</p><h2>My fees</h2><p>I charge by the session.</p>"
        + LISTS
        + "<ol><li><p>a</p></li><li><p>b</p></li>"
        '</ol><p>More.</p><ol start="3"><li><p>c</p></li><li><p>d</p></li></ol>'
    )


def test_markdown_is_read_and_what_is_lost_is_said(editor):
    area = paste_text(editor, "**Now** ~~£80~~ £90")
    expect(area.locator("strong")).to_have_text("Now")
    expect(editor.get_by_role("status").filter(has_text="1 passage crossed out (“£80”)")).to_be_visible()
    save_draft(editor)
    assert stored_text() == "<p>Before</p><p><strong>Now</strong> £80 £90</p>"


def test_the_note_on_what_is_lost_ends_with_the_next_paste(editor):
    paste_text(editor, "one\n\n~~two~~")
    note = editor.get_by_role("status").filter(has_text="Left out or changed")
    expect(note).to_be_visible()
    paste(editor, "<p>Something else</p>")
    expect(note).to_have_count(0)


def test_text_is_pasted_plain_if_the_server_cannot_be_reached(editor):
    editor.route("**/read-passage/", lambda route: route.fulfill(body="<p>Sign in</p>", content_type="text/html"))
    area = paste_text(editor, "one\n\ntwo")
    expect(editor.get_by_role("status").filter(has_text="pasted as plain paragraphs")).to_be_visible()
    expect(area).to_contain_text("two")


def test_a_text_that_is_saved_at_once_is_saved_whole(editor):
    paste_text(editor, "• one\n• two")
    save_draft(editor)
    assert stored_text() == "<p>Before</p>" + LISTS


def test_nested_lists_of_word_on_the_web(editor):
    paste(editor, (CASES / "paste-word-online-nested-list.html").read_text(encoding="utf-8"))
    save_draft(editor)
    assert stored_text() == (
        "<ol><li><p>First item</p><ol><li><p>Sub one</p></li></ol></li><li><p>Second item</p></li></ol>"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p>• one<br>• two</p>",
        "• one<br>• two",
        "<div>• one</div><div>• two</div>",
        "<p><b></b><span>• one<br>• two</span></p>",
    ],
)
def test_typed_bullets_become_items(editor, html):
    paste(editor, html)
    save_draft(editor)
    assert stored_text() == LISTS


def test_a_list_keeps_the_number_that_it_begins_with(editor):
    paste(editor, '<ol start="3"><li>three</li></ol>')
    save_draft(editor)
    assert stored_text() == '<ol start="3"><li><p>three</p></li></ol>'


@pytest.mark.parametrize(("button", "tag"), [("unordered list", "ul"), ("ordered list", "ol")])
def test_the_list_button_takes_the_place_of_typed_bullets(editor, button, tag):
    empty_the_text(editor)
    editor.keyboard.type("• one")
    editor.keyboard.press("Shift+Enter")
    editor.keyboard.type("- two")
    editor.keyboard.press("Enter")
    editor.keyboard.type("3. three")
    editor.keyboard.press("Control+a")
    press_toolbar_button(editor, button)
    save_draft(editor)
    items = "".join(f"<li><p>{words}</p></li>" for words in ("one", "two", "three"))
    assert stored_text() == f"<{tag}>{items}</{tag}>"
