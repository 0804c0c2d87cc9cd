"""The whole way of a page: brought in from Word, put right, looked at, scheduled, moved, undone, compared, restored."""

from datetime import timedelta

import docx
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pages.models import Page
from tests.journeys.input_devices import Keyboard, Mouse
from tests.pages.word_files import linked, png, saved


@pytest.fixture
def advance_clock(monkeypatch):
    """Moves the site's time, and nobody else's: clock(days=3)."""
    real, offset = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + offset[0])

    def advance(**options):
        offset[0] += timedelta(**options)

    return advance


@pytest.fixture
def word_file(tmp_path):
    """As somebody who is not a developer writes one: a title, nested lists, a table, a picture, two weak sentences."""
    document = docx.Document()
    document.add_heading("Nitrous oxide", 0)
    document.add_paragraph("I guarantee that you will be listened to.")
    document.add_heading("Signs you may know", 1)
    for text, style in (
        ("You cannot stop once you have begun", "List Bullet"),
        ("at weekends", "List Bullet 2"),
        ("on weekdays too", "List Bullet 2"),
        ("You hide how much it costs", "List Bullet"),
    ):
        document.add_paragraph(text, style=style)
    document.add_heading("Where we can meet", 1)
    table = document.add_table(2, 2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells], ["Day", "Room", "Monday", "Harley Street"], strict=True
    ):
        cell.text = text
    picture = tmp_path / "door.png"
    picture.write_bytes(png())
    document.add_picture(str(picture))
    linked(document.add_paragraph("More about it is "), "https://www.nhs.uk/", "here")
    path = tmp_path / "cocaine.docx"
    path.write_bytes(saved(document))
    return path


EXPECTED = (
    "<p>I guarantee that you will be listened to.</p><h2>Signs you may know</h2><ul><li><p>You cannot stop once you "
    "have begun</p><ul><li><p>at weekends</p></li><li><p>on weekdays too</p></li></ul></li><li><p>You hide how much it "
    "costs</p></li></ul><h2>Where we can meet</h2>"
)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def link(page, name):
    return page.get_by_role("link", name=name, exact=True)


def messages(page):
    return page.locator(".messagelist")


def replace_word(page, old, new):
    """In the text that is being edited: the word is selected and typed over."""
    area = page.locator(".ProseMirror", has_text=old).first
    area.evaluate(
        """(area, old) => {
          const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT)
          while (walker.nextNode() && !walker.currentNode.data.includes(old));
          const start = walker.currentNode.data.indexOf(old)
          area.focus()
          getSelection().setBaseAndExtent(walker.currentNode, start, walker.currentNode, start + old.length)
        }""",
        old,
    )
    page.wait_for_timeout(100)  # the editor hears of the selection a moment later
    page.keyboard.type(new)


@pytest.mark.parametrize(
    ("hand", "width"), [pytest.param(Mouse, 1280, marks=pytest.mark.soak), (Mouse, 390), (Keyboard, 1280)]
)
def test_a_page_comes_from_word_and_goes_its_whole_way(sign_in, visitor, word_file, advance_clock, hand, width):
    someone = sign_in(width=width)
    page, hands = someone.page, hand(someone.page)

    # Brought in
    page.goto("/admin/pages/page/")
    hands.press(link(page, "Import a document"))
    page.get_by_label("File", exact=True).set_input_files(word_file)
    hands.press(button(page, "Create draft page"))
    expect(messages(page)).to_contain_text("Nitrous oxide")
    made = Page.objects.get(title="Nitrous oxide")
    assert made.pages_richtext_set.earliest("ordering").html.startswith(EXPECTED)
    editor = page.url

    # Two warnings put right, and what the picture shows said
    page.wait_for_load_state("networkidle")
    replace_word(page, "guarantee", "promise")
    hands.fill(page.get_by_role("textbox", name="Alternative text:"), "The door of the practice")
    hands.press(button(page, "Publish now"))
    expect(page.get_by_text("The link “here” does not say where it leads.")).to_be_visible()
    hands.press(link(page, "Go to it in the editor").first)
    page.wait_for_load_state("networkidle")
    replace_word(page, "here", "on the pages of the NHS")
    hands.press(button(page, "Save draft"))
    expect(messages(page)).to_contain_text("saved")

    # Looked at on a phone before it is saved
    page.wait_for_load_state("networkidle")
    replace_word(page, "promise", "make sure")
    with someone.context.expect_page() as opened:
        hands.press(button(page, "Preview"))
    preview = opened.value
    phone = preview.frame_locator("iframe[title='The page on a phone']")
    expect(phone.get_by_text("I make sure that you will be listened to.")).to_be_visible()
    assert phone.locator("html").evaluate("html => [html.clientWidth, html.scrollWidth]") == [390, 390]
    preview.close()

    # Scheduled: it goes live by the clock
    hands.press(button(page, "Publish on…"))
    tomorrow = timezone.localtime() + timedelta(days=1)
    hands.set_moment(page.get_by_label("Date and time (London)"), tomorrow.strftime("%Y-%m-%dT09:00"))
    hands.press(button(page, "Publish"))
    expect(messages(page)).to_contain_text(f"will go live on {tomorrow:%A} {tomorrow.day} {tomorrow:%B} at 09:00")
    reader = visitor(width=390)
    assert reader.page.goto("/nitrous-oxide/").status == 404
    advance_clock(days=2)
    assert reader.page.goto("/nitrous-oxide/").status == 200
    expect(reader.page.get_by_role("img", name="The door of the practice")).to_be_visible()
    assert reader.page.get_by_role("img", name="The door of the practice").evaluate(
        "async image => { await image.decode(); return image.naturalWidth }"
    )

    # The address changes; the former one leads there
    page = sign_in(width=width).page
    hands = hand(page)
    page.goto(editor)
    hands.press(link(page, "Change web address"))
    hands.fill(page.get_by_label("Web address ending (slug)"), "laughing-gas")
    hands.press(button(page, "Preview the change"))
    expect(page.get_by_text("/nitrous-oxide/").last).to_be_visible()
    hands.press(button(page, "Change the address"))
    expect(messages(page)).to_contain_text("has its new web address")
    reader.page.goto("/nitrous-oxide/")
    assert reader.page.url.endswith("/laughing-gas/")

    # A mistake is published, and taken back
    page.wait_for_load_state("networkidle")
    hands.fill(page.get_by_role("textbox", name="Title:", exact=True), "A mistake")
    hands.press(button(page, "Publish now"))
    hands.press(button(page, "Publish"))
    expect(messages(page)).to_contain_text("visitors now see revision 2")
    reader.page.goto("/laughing-gas/")
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("A mistake")
    hands.press(button(page, "Undo"))
    expect(messages(page)).to_contain_text("visitors see what they saw before")
    reader.page.reload()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Nitrous oxide")

    # Compared, and brought back into the draft
    hands.press(link(page, "Revisions"))
    hands.press(link(page, "Compare with the draft").last)
    expect(page.locator("del").first).to_have_text("Nitrous oxide")
    expect(page.locator("ins").first).to_have_text("A mistake")
    page.go_back()
    hands.press(button(page, "Restore revision 1 as the draft"))
    expect(messages(page)).to_contain_text("Revision 1 is now your draft")
    expect(page.get_by_role("textbox", name="Title:", exact=True)).to_have_value("Nitrous oxide")
    notes = [revision.note for revision in made.revisions.order_by("number")]
    assert notes == ["", "", "Revision 2 was undone", "The draft before revision 1 was restored"]
