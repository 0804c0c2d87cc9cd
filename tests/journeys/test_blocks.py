"""The blocks of a page by keyboard alone: added, moved, copied, deleted and brought back."""

import pytest
from playwright.sync_api import expect

from pages.models import PictureBlock, Question, RichText
from pages.page_source import to_source
from pages.pictures import import_picture
from tests.journeys.audit import ADMIN, accessibility_problems, expect_none
from tests.pages.picture_files import picture_file


@pytest.fixture
def ketamine(plain_ketamine):
    """A page of two short texts."""
    ketamine = plain_ketamine
    RichText.objects.filter(parent=ketamine).delete()
    for ordering, words in ((10, "One"), (20, "Two")):
        RichText.objects.create(parent=ketamine, region="main", ordering=ordering, html=f"<p>{words}</p>")
    return ketamine


@pytest.fixture
def open_editor(ketamine, sign_in):
    def open_editor(width=1280):
        page = sign_in(width=width).page
        page.goto(f"/admin/pages/page/{ketamine.pk}/change/")
        page.wait_for_load_state("networkidle")
        return page

    return open_editor


def block_toolbar(page, place, kind="Text"):
    return page.get_by_role("group", name=f"This block: {kind}").nth(place)


def press_block_button(page, place, name, kind="Text"):
    button = block_toolbar(page, place, kind).get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def block_texts(ketamine):
    return [block.get("html") or block.get("question") for block in to_source(ketamine)["blocks"]]


def save_draft(page):
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()


def test_a_block_is_moved_and_the_tab_key_follows(open_editor, ketamine):
    page = open_editor()
    press_block_button(page, 1, "Up")
    expect(page.get_by_role("status").filter(has_text="Text moved: now 1 of 2.")).to_have_count(1)
    areas = page.get_by_role("textbox", name="Text").and_(page.locator("[contenteditable]"))
    expect(areas.first).to_have_text("Two")
    expect(block_toolbar(page, 0).get_by_role("button", name="Up")).to_be_focused()
    press_block_button(page, 0, "Up")
    expect(page.get_by_role("status").filter(has_text="This is already the first block.")).to_have_count(1)
    save_draft(page)

    assert block_texts(ketamine) == ["<p>Two</p>", "<p>One</p>"]


def test_a_block_is_copied_below_itself(open_editor, ketamine):
    page = open_editor()
    press_block_button(page, 0, "Copy")
    expect(block_toolbar(page, 2)).to_be_visible()
    save_draft(page)

    assert block_texts(ketamine) == ["<p>One</p>", "<p>One</p>", "<p>Two</p>"]


def test_a_block_is_deleted_and_brought_back(open_editor, ketamine):
    page = open_editor()
    press_block_button(page, 0, "Delete")
    expect(
        page.get_by_role("status").filter(has_text="Text will be deleted when you save. Undo keeps it.")
    ).to_have_count(1)
    page.keyboard.press("Enter")
    press_block_button(page, 1, "Delete")
    expect(block_toolbar(page, 0).get_by_role("button", name="Delete")).to_be_visible()
    expect(block_toolbar(page, 1).get_by_role("button", name="Undo")).to_be_focused()
    save_draft(page)

    assert block_texts(ketamine) == ["<p>One</p>"]


def test_a_new_block_is_added_by_keyboard_and_can_be_deleted_again(open_editor, ketamine):
    page = open_editor()
    for _ in range(2):
        page.get_by_role("button", name="Add a block before this one").nth(1).press("Enter")
        expect(page.get_by_role("button", name="Text", exact=True)).to_be_focused()
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        expect(page.get_by_role("button", name="Question", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("textbox", name="Question:").last).to_be_visible()
        page.wait_for_timeout(100)
        page.keyboard.type("Is it private?")
    press_block_button(page, 0, "Delete", "Question")
    save_draft(page)

    assert block_texts(ketamine) == ["<p>One</p>", "Is it private?", "<p>Two</p>"]
    assert Question.objects.filter(parent__slug="ketamine").count() == 1


def test_every_block_open_in_the_editor_is_accessible(open_editor):
    page = open_editor()
    for kind in page.evaluate("ContentEditor.plugins.map(plugin => plugin.prefix)"):
        page.evaluate("prefix => ContentEditor.addContent(prefix)", kind)
    page.wait_for_timeout(500)
    problems = list(accessibility_problems(page, "editor", ADMIN))
    page.get_by_role("button", name="insert link").first.click()
    page.get_by_role("dialog").wait_for()
    problems += accessibility_problems(page, "link dialog", ADMIN)

    expect_none(problems)


def test_what_matters_in_a_picture_is_set_by_a_click_or_the_arrow_keys(open_editor, ketamine):
    picture = import_picture(picture_file(width=800, height=400), "door.jpg")
    PictureBlock.objects.create(parent=ketamine, region="main", ordering=30, picture=picture, alt="A door")
    page = open_editor(width=390)
    point = page.get_by_role("application", name="Focal point: 50% from the left, 50% from the top.")
    point.scroll_into_view_if_needed()
    size = point.bounding_box()
    point.click(position={"x": size["width"] / 4, "y": size["height"] / 2})
    point = page.get_by_role("application", name="Focal point: 25% from the left, 50% from the top.")
    expect(point).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("application", name="Focal point: 35% from the left, 52% from the top.")).to_be_visible()
    page.get_by_text("Focal point in numbers").click()
    expect(page.get_by_role("spinbutton", name="Focal point from the left (%):")).to_have_value("35")
    save_draft(page)

    block = PictureBlock.objects.get()
    assert (block.focus_x, block.focus_y) == (35, 52)


def test_a_picture_that_was_just_chosen_is_shown_before_it_is_sent(open_editor, ketamine):
    page = open_editor()
    page.get_by_role("button", name="Add a block at the end").press("Enter")
    page.get_by_role("button", name="Picture", exact=True).press("Enter")
    point = page.get_by_role("application", name="Focal point: 50% from the left, 50% from the top.")
    expect(point).to_have_count(0)
    door = {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": picture_file(width=800, height=400)}
    page.get_by_label("Add a picture from this device:").first.set_input_files(door)
    expect(point).to_be_visible()
    assert point.locator("img").evaluate("async image => { await image.decode(); return image.naturalWidth }") == 800
    point.press("ArrowRight")
    page.get_by_role("checkbox", name="Decorative").check()
    save_draft(page)

    assert PictureBlock.objects.get().focus_x == 52


def test_every_screen_opens_at_its_top_wherever_one_was_writing(open_editor, ketamine):
    page = open_editor(width=390)
    editor = page.url
    for name in ("Save draft", "Publish now"):
        assert page.evaluate("scrollTo(0, 5_000); scrollY") > 300
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)  # the editor scrolls a moment later
        assert page.evaluate("[scrollY, location.hash]") == [0, ""]

    assert page.url == editor.replace("change", "publish")


def test_the_buttons_of_the_page_are_in_sight_in_one_row_or_on_a_phone_in_two(open_editor):
    for width, rows in ((1280, 1), (390, 2)):
        page = open_editor(width=width)
        boxes = [
            page.get_by_role("button", name=name, exact=True).bounding_box()
            for name in ("Save draft", "Preview", "Publish now", "Publish on…", "Unpublish…", "Remove…")
        ]
        assert len({box["y"] for box in boxes}) == rows
        assert all(box["y"] + box["height"] <= 800 for box in boxes)
        assert all(box["x"] + box["width"] <= width for box in boxes)


def test_blocks_are_folded_together_and_another_text_is_begun_without_complaint(open_editor):
    page = open_editor()
    area = page.get_by_role("textbox", name="Text").and_(page.locator("[contenteditable]"))
    area.first.press_sequentially("See www.nhs.uk now")
    page.get_by_role("button", name="Add a block at the end").press("Enter")
    page.get_by_role("button", name="Text", exact=True).press("Enter")
    expect(area).to_have_count(3)
    expect(block_toolbar(page, 2)).to_be_visible()
    expect(page.get_by_role("heading", name="Text: New")).to_be_visible()
    page.get_by_label("Collapse all blocks").press("Space")
    expect(area.first).to_be_hidden()
    expect(page.get_by_label("Expand all blocks")).to_be_checked()
