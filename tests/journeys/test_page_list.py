"""The list of pages is the menu: its order by dragging or by buttons, and what is in it."""

from playwright.sync_api import expect

from pages.models import Page

LIST = "/admin/pages/page/"


def menu(visitor_page):
    visitor_page.goto("/how-i-work/")
    return visitor_page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()


def test_a_page_is_dragged_to_another_place(sign_in, visitor):
    page, reader = sign_in(width=1280).page, visitor(width=1280).page
    before = menu(reader)
    page.goto(LIST)
    rows = page.locator("#result_list tbody tr")
    last = rows.filter(has_text="How I work")
    last.locator(".drag").drag_to(rows.filter(has_text="About me").locator("th"))
    expect(page.locator(".messagelist")).to_have_count(0)
    page.wait_for_load_state()
    others = [label for label in before if label != "How I work"]
    assert menu(reader) == ["How I work", *others]


def test_the_buttons_do_the_same_by_keyboard(sign_in, visitor):
    page, reader = sign_in().page, visitor(width=1280).page
    before = menu(reader)
    place = before.index("How I work")
    page.goto(LIST)
    page.get_by_role("button", name="Move “How I work” up").press("Enter")
    expect(page.get_by_text("“How I work” moved up.")).to_be_visible()
    expect(page.get_by_role("button", name="Move “How I work” up")).to_be_focused()
    assert menu(reader) == [*before[: place - 1], "How I work", before[place - 1], *before[place + 1 :]]


def test_a_page_is_hidden_from_the_menu_and_shown_again(sign_in, visitor):
    page, reader = sign_in().page, visitor(width=1280).page
    before = menu(reader)
    page.goto(LIST)
    page.get_by_role("button", name="Hide “About me” from the menu").click()
    expect(page.get_by_text("“About me” is no longer in a menu.")).to_be_visible()
    assert menu(reader) == [label for label in before if label != "About"]
    page.get_by_role("button", name="Show “About me” in the main menu").click()
    expect(page.get_by_text("“About me” is now in the main menu.")).to_be_visible()
    assert menu(reader) == before
    assert Page.objects.get(slug="about").menu == "main"
