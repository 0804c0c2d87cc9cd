"""What the therapist does in the page editor."""

from playwright.sync_api import expect

from pages.models import RichText


def writing_area(page):
    """Of the editor, which takes the place of a plain text box."""
    return page.get_by_role("textbox", name="Text").and_(page.locator("[contenteditable]"))


def press_toolbar_button(page, name):
    """A button of the editor's bar."""
    page.get_by_role("button", name=name, exact=True).click()


def move_to_end(page):
    """The caret, to where a person would go on writing."""
    page.wait_for_load_state("networkidle")
    last = writing_area(page).get_by_role("paragraph").last
    last.click()
    last.evaluate("last => { getSelection().selectAllChildren(last); getSelection().collapseToEnd() }")
    page.wait_for_timeout(100)  # the editor hears of it a moment later


def empty_the_text(page):
    """Return the writing area, with the caret in it."""
    page.wait_for_load_state("networkidle")
    area = writing_area(page)
    area.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    return area


def save_draft(page):
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()


def stored_text():
    """Return the HTML of the ketamine page's one text."""
    return RichText.objects.get(parent__slug="ketamine").html
