"""Whatever happens between typing and saving: what was typed is still there."""

import pytest
from playwright.sync_api import expect

from pages.models import Page, RichText
from practice.models import UserSession
from tests.journeys.editor_steps import move_to_end, writing_area

pytestmark = pytest.mark.usefixtures("plain_ketamine")

OFFER = "You have unsaved changes from"
FILL = """() => {
  for (let size = 4_000_000; size; size = Math.floor(size / 2)) {
    for (let number = 0; number < 3; number++) {
      try { localStorage.setItem(`other ${size} ${number}`, "x".repeat(size)) } catch {}
    }
  }
}"""
KEPT = "Object.entries(localStorage).filter(([key]) => key.startsWith('unsaved draft ')).sort().map(([, text]) => text)"


@pytest.fixture
def ketamine(site):
    return Page.objects.get(slug="ketamine")


@pytest.fixture
def open_editor(ketamine):
    def open_editor(page):
        page.goto(f"/admin/pages/page/{ketamine.pk}/change/")
        page.wait_for_load_state("networkidle")

    return open_editor


def append_paragraph(page, words):
    move_to_end(page)
    page.keyboard.press("Enter")
    page.keyboard.type(words)


def save_draft(page):
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Visitors will not see it until you publish.")).to_be_visible()


def unsaved_draft_notice(page):
    return page.get_by_role("region", name="Unsaved draft")


def unsaved_texts(page, number):
    """The texts that are kept, once there are so many of them: it takes a second."""
    for _ in range(40):
        if len(texts := page.evaluate(KEPT)) == number:
            return texts
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(texts)} are kept, not {number}")


def title_field(page):
    return page.get_by_role("textbox", name="Title:", exact=True)


def record_dialogs(page):
    """Those that the browser asks on leaving, each answered with staying."""
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.dismiss()))
    return dialogs


def try_to_leave(page):
    page.get_by_role("link", name="Your desk").first.click()
    page.wait_for_timeout(300)


def test_leaving_with_unsaved_words_asks_first(sign_in, open_editor):
    page = sign_in(width=1280).page
    open_editor(page)
    dialogs = record_dialogs(page)
    append_paragraph(page, "Unsaved.")
    try_to_leave(page)

    assert dialogs == ["beforeunload"]
    expect(writing_area(page)).to_contain_text("Unsaved.")


def test_leaving_asks_nothing_when_all_is_saved(sign_in, open_editor):
    page = sign_in(width=1280).page
    open_editor(page)
    dialogs = record_dialogs(page)
    append_paragraph(page, "Saved.")
    unsaved_texts(page, 1)
    save_draft(page)
    assert unsaved_texts(page, 0) == []
    try_to_leave(page)

    assert dialogs == []
    expect(page.get_by_role("heading", name="Waiting for your reply")).to_be_visible()
    open_editor(page)
    expect(unsaved_draft_notice(page)).to_have_count(0)


def test_taking_back_what_was_typed_leaves_nothing_to_keep(sign_in, open_editor):
    page = sign_in(width=1280).page
    open_editor(page)
    title_field(page).press("End")
    title_field(page).press("x")
    unsaved_texts(page, 1)
    title_field(page).press("Backspace")

    unsaved_texts(page, 0)


def test_a_preview_in_another_tab_changes_nothing_here(sign_in, open_editor):
    page = sign_in(width=1280).page
    open_editor(page)
    append_paragraph(page, "Looked at.")
    with page.context.expect_page():
        page.evaluate(
            """() => {
              const form = document.querySelector("#page_form")
              const button = Object.assign(document.createElement("button"), { formTarget: "_blank" })
              form.append(button)
              form.requestSubmit(button)
              button.remove()
            }"""
        )
    dialogs = record_dialogs(page)
    try_to_leave(page)

    assert dialogs == ["beforeunload"]


def test_a_closed_tab_is_offered_again_and_restore_draft(sign_in, open_editor, ketamine):
    someone = sign_in()
    page = someone.page
    open_editor(page)
    append_paragraph(page, "Nearly lost.")
    unsaved_texts(page, 1)
    page.close()
    page = someone.context.new_page()
    open_editor(page)
    expect(unsaved_draft_notice(page)).to_contain_text(OFFER)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    expect(writing_area(page)).not_to_contain_text("Nearly lost.")
    unsaved_draft_notice(page).get_by_role("button", name="Restore").press("Enter")

    expect(writing_area(page)).to_contain_text("Nearly lost.")
    assert "Nearly lost." not in RichText.objects.get(parent=ketamine).html
    save_draft(page)
    assert RichText.objects.get(parent=ketamine).html.endswith("<p>Nearly lost.</p>")
    assert unsaved_texts(page, 0) == []


def test_what_is_let_go_is_not_offered_again(sign_in, open_editor):
    someone = sign_in(width=1280)
    page = someone.page
    open_editor(page)
    append_paragraph(page, "No use.")
    unsaved_texts(page, 1)
    page.close()
    page = someone.context.new_page()
    open_editor(page)
    unsaved_draft_notice(page).get_by_role("button", name="Discard").press("Enter")
    expect(unsaved_draft_notice(page)).to_have_count(0)
    open_editor(page)

    expect(unsaved_draft_notice(page)).to_have_count(0)
    assert unsaved_texts(page, 0) == []


def test_writing_on_before_deciding_loses_neither(sign_in, open_editor):
    someone = sign_in(width=1280)
    page = someone.page
    open_editor(page)
    append_paragraph(page, "Older words.")
    unsaved_texts(page, 1)
    page.close()
    page = someone.context.new_page()
    open_editor(page)
    append_paragraph(page, "Newer words.")
    texts = unsaved_texts(page, 2)

    assert sorted((words in text) for text in texts for words in ("Newer words.", "Older words.")) == [
        False,
        False,
        True,
        True,
    ]
    page.close(run_before_unload=False)


def test_a_session_that_ended_while_writing_loses_nothing(sign_in, open_editor, ketamine):
    someone = sign_in(width=1280)
    page = someone.page
    open_editor(page)
    append_paragraph(page, "Written too long.")
    UserSession.objects.all().delete()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is lost")
    page.goto("/admin/")  # instead of following the advice there
    page.get_by_label("Username").fill("therapist")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Waiting for your reply").wait_for()
    open_editor(page)
    unsaved_draft_notice(page).get_by_role("button", name="Restore").click()
    expect(writing_area(page)).to_contain_text("Written too long.")
    save_draft(page)

    assert RichText.objects.get(parent=ketamine).html.endswith("<p>Written too long.</p>")


def test_a_new_page_is_kept_until_it_has_an_address_of_its_own(sign_in):
    someone = sign_in(width=1280)
    page = someone.page
    page.goto("/admin/pages/page/add/")
    title_field(page).fill("Sleep")
    page.get_by_role("textbox", name="Web address ending (slug)").fill("sleep")
    unsaved_texts(page, 1)
    page.close()
    page = someone.context.new_page()
    page.goto("/admin/pages/page/add/")
    expect(unsaved_draft_notice(page)).to_contain_text(OFFER)
    unsaved_draft_notice(page).get_by_role("button", name="Discard").click()
    title_field(page).fill("Sleep")
    save_draft(page)

    assert unsaved_texts(page, 0) == []
    assert Page.objects.get(slug="sleep").title == "Sleep"


def test_a_full_store_is_no_trouble(sign_in, open_editor):
    page = sign_in(width=1280).page
    open_editor(page)
    page.evaluate(FILL)
    append_paragraph(page, "Still typing.")
    page.wait_for_timeout(1500)
    assert unsaved_texts(page, 0) == []
    save_draft(page)
