"""What is copied elsewhere and pasted here: headings, marks, lists, links and tables stay; nothing else comes along."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.models import Page
from pages.page_source import to_source
from tests.journeys.editor_steps import empty_the_text, save_draft, stored_text, writing_area

pytestmark = pytest.mark.usefixtures("plain_ketamine")

PASTES = Path(__file__).parent / "pastes"
PASTE = """
(area, html) => {
  const data = new DataTransfer()
  data.setData("text/html", html)
  data.setData("text/plain", "as plain text")
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
}
"""
NO_PICTURES = "Pictures cannot be pasted into a text. Add them with the Picture block."


def paste(page, html):
    empty_the_text(page).evaluate(PASTE, html)


@pytest.mark.parametrize(
    ("program", "has_pictures"),
    [("word-windows", True), ("word-mac", False), ("google-docs", True), ("pages", False), ("web-page", True)],
)
def test_a_paste_becomes_what_a_text_may_hold(editor, program, has_pictures):
    paste(editor, (PASTES / f"{program}.html").read_text(encoding="utf-8"))
    note = editor.get_by_role("status").filter(has_text=NO_PICTURES)
    expect(note).to_have_count(1 if has_pictures else 0)
    save_draft(editor)

    expected = (PASTES / f"{program}.stored.html").read_text(encoding="utf-8").split("\n")
    [block] = to_source(Page.objects.get(slug="ketamine"))["blocks"]
    assert block["html"].replace("><", ">\n<") == "".join(expected).replace("><", ">\n<")
    assert editor.evaluate("window.stolen") is None


def test_what_was_pasted_is_not_changed_by_saving_it_again(editor):
    paste(editor, (PASTES / "word-windows.html").read_text(encoding="utf-8"))
    save_draft(editor)
    before = Page.objects.get(slug="ketamine").draft_version
    writing_area(editor).click()
    save_draft(editor)

    assert Page.objects.get(slug="ketamine").draft_version == before


def test_a_link_to_a_page_of_this_site_is_kept_by_reference(editor, site):
    paste(editor, f'<p>See <a href="{site}/urgent-help/">urgent help</a>.</p>')
    save_draft(editor)

    urgent = Page.objects.get(slug="urgent-help")
    [block] = to_source(Page.objects.get(slug="ketamine"))["blocks"]
    assert block["html"] == f'<p>See <a href="page:{urgent.pk}">urgent help</a>.</p>'


def test_text_copied_within_the_editor_keeps_its_references(editor):
    paste(editor, '<p data-pm-slice="1 1 []">See <a href="page:7">this</a></p>')
    save_draft(editor)

    assert stored_text() == '<p>See <a href="page:7">this</a></p>'


def test_a_picture_alone_is_refused_in_words(editor):
    editor.wait_for_load_state("networkidle")
    area = writing_area(editor)
    before = area.inner_text()
    area.evaluate(
        """area => {
          const data = new DataTransfer()
          data.items.add(new File(["x"], "sea.png", { type: "image/png" }))
          area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
        }"""
    )

    expect(editor.get_by_role("status").filter(has_text=NO_PICTURES)).to_be_visible()
    assert area.inner_text() == before


def test_another_editor_of_the_same_kind_is_somebody_else(editor):
    paste(editor, '<h1 data-pm-slice="1 1 []" style="color: red">Top</h1><p>a <a href="page:7">b</a> <b>c</b></p>')
    save_draft(editor)

    assert stored_text() == "<h2>Top</h2><p>a b <strong>c</strong></p>"


def note_on_losses(page):
    return page.get_by_role("status").filter(has_text="Left out or changed")


CROSSED_OUT = [
    "<s>£10</s>",
    "<strike>£20</strike>",
    "<del>£30</del>",
    '<span style="text-decoration:line-through">£40</span>',
    '<span style="text-decoration-line: underline line-through">£50</span>',
    "<span class=s1>£60</span>",
]


def test_words_that_are_crossed_out_are_kept_and_named(editor):
    paste(editor, f"<style>span.s1 {{text-decoration: line-through}}</style><p>{' or '.join(CROSSED_OUT)}</p>")
    expect(note_on_losses(editor)).to_have_text(
        "Left out or changed: 6 passages crossed out (“£10”, “£20”, “£30” …): the words are kept without this "
        "formatting."
    )
    save_draft(editor)
    assert stored_text() == "<p>£10 or £20 or £30 or £40 or £50 or £60</p>"


def test_what_word_has_tracked_as_deleted_is_left_out_and_named(editor):
    paste(editor, '<p>Ring me.<s><del cite="mailto:Anna" datetime="2026-11-02T09:00"> Or not.</del></s></p>')
    expect(note_on_losses(editor)).to_have_text("Left out or changed: 1 passage deleted in Word (“Or not.”).")
    save_draft(editor)
    assert stored_text() == "<p>Ring me.</p>"


def word_item(label, words, level=1, tag="p"):
    mark = f"<span style='mso-list:Ignore'>{label}<span>&nbsp;&nbsp; </span></span>"
    return f"<{tag} class=MsoListParagraph style='mso-list:l0 level{level} lfo1'>{mark}{words}</{tag}>"


def test_numbers_that_look_different_here_are_named(editor):
    words_list = word_item("a)", "one") + word_item("b)", "two")
    roman, capital = "<ol type=i><li>x</li></ol>", '<ol><li style="list-style-type:upper-alpha">y</li></ol>'
    later = f"<p>Later:</p>{word_item('(b)', 'z')}"
    paste(editor, f"{word_item('1.2', 'Fees', tag='h2')}{words_list}<p>And</p>{roman}<p>or</p>{capital}{later}")
    expect(note_on_losses(editor)).to_have_text(
        "Left out or changed: the form of 5 list numbers: “i.”, “A.”, “a)” … are ordinary numbers here; "
        "the automatic numbers of 1 heading: “1.2”."
    )
    save_draft(editor)
    assert stored_text() == (
        "<h2>Fees</h2><ol><li><p>one</p></li><li><p>two</p></li></ol><p>And</p><ol><li><p>x</p></li></ol><p>or</p>"
        '<ol><li><p>y</p></li></ol><p>Later:</p><ol start="2"><li><p>z</p></li></ol>'
    )


def test_a_list_of_word_begins_with_its_number_and_another_list_follows(editor):
    paste(editor, word_item("4.", "four") + word_item("5.", "five") + word_item("1.", "one"))
    save_draft(editor)
    assert stored_text() == ('<ol start="4"><li><p>four</p></li><li><p>five</p></li></ol><ol><li><p>one</p></li></ol>')
    expect(note_on_losses(editor)).to_have_count(0)
