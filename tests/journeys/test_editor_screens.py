"""Every screen of a page, and a page with every block: axe finds nothing, the policy holds, nothing is too wide."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pages import page_paths, publishing
from pages.models import Page, Picture, RichText, ShareLink
from practice.models import Fee
from tests.journeys.audit import ADMIN, PUBLIC, accessibility_problems, expect_none
from tests.pages.editor_posts import every_block

CLAIM = "<h2>First</h2><p>I guarantee that you will be cured. A private session costs £80. It helps with:</p>"


@pytest.fixture
def full_page(site):
    """A live page of every block, with changes to look at before they are published."""
    fee = Fee.objects.get(name="Private session")
    fee.pence, fee.minutes = 9000, 50
    fee.save()
    page = Page.objects.create(slug="everything", title="Everything", menu="main", description="All there is.")
    text = RichText.objects.create(parent=page, region="main", ordering=10, html="<h2>First</h2><p>Words.</p>")
    every_block(page, Page.objects.get(slug="ketamine"))
    page_paths.assign(page)
    publishing.publish(page, user=None, now=timezone.now())
    text.html = CLAIM + "<table><tbody><tr><th><p>Day</p></th></tr><tr><td><p>Monday</p></td></tr></tbody></table>"
    text.save()
    page.count_change()
    return page


def test_a_page_with_every_block_is_accessible(visitor, full_page):
    someone = visitor()
    someone.page.goto("/everything/")
    expect(someone.page.get_by_role("img", name="A door")).to_be_visible()
    expect_none([*accessibility_problems(someone.page, "every block", PUBLIC)])


def test_search_is_accessible_and_works_without_javascript(visitor, full_page):
    for js in (True, False):
        page = visitor(js=js).page
        page.goto("/")
        page.get_by_role("link", name="Search this site").click()
        page.get_by_label("What are you looking for?").fill("ketamin")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("main").get_by_role("link", name=re.compile("Ketamine")).first).to_be_visible()
        assert page.url.endswith("/search/")
        if js:
            problems = [*accessibility_problems(page, "search", PUBLIC)]
            page.get_by_label("What are you looking for?").fill("zzzz")
            page.get_by_role("button", name="Search").click()
            expect_none([*problems, *accessibility_problems(page, "nothing found", PUBLIC)])


def test_every_screen_of_a_page_is_accessible(sign_in, full_page):
    page = sign_in().page
    of = f"/admin/pages/page/{full_page.pk}"
    today = timezone.localtime().strftime("%Y-%m-%dT23:59")
    screens = {
        "page list": "/admin/pages/page/",
        "new page": "/admin/pages/page/add/",
        "editor": f"{of}/change/",
        "publish": f"{of}/publish/",
        "address": f"{of}/address/",
        "revisions": f"{of}/revisions/",
        "compare": f"{of}/compare/?from=1&to=draft",
        "sharing": f"{of}/sharing/",
        "as of": f"/admin/pages/page/as-of/?at={today}",
        "as seen": f"{of}/as-of/?at={today}",
        "import": "/admin/pages/page/import/",
        "pictures": "/admin/pages/picture/",
        "new picture": "/admin/pages/picture/add/",
        "picture": f"/admin/pages/picture/{Picture.objects.get().pk}/change/",
        "fees": "/admin/practice/fee/",
        "fee": f"/admin/practice/fee/{Fee.objects.latest('pk').pk}/change/",
    }
    problems = []
    for name, path in screens.items():
        answer = page.goto(path, wait_until="networkidle")
        assert answer.status == 200, path
        problems += accessibility_problems(page, name, ADMIN)
    expect_none(problems)


def test_what_comes_after_a_press_is_accessible_too(sign_in, visitor, full_page):
    someone = sign_in()
    page = someone.page
    of = f"/admin/pages/page/{full_page.pk}"

    page.goto(f"{of}/address/")
    page.get_by_label("Web address ending (slug)").fill("all")
    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_role("heading", name="Addresses that will change")).to_be_visible()
    problems = [*accessibility_problems(page, "what moves", ADMIN)]

    page.goto("/admin/pages/page/import/")
    page.get_by_role("button", name="Create draft page").click()
    problems += accessibility_problems(page, "nothing to import", ADMIN)

    page.goto(f"{of}/publish/")
    page.get_by_label("At a set date and time").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Enter the day and time")).to_be_visible()
    problems += accessibility_problems(page, "no day", ADMIN)

    page.goto(f"{of}/sharing/")
    page.get_by_role("button", name="Create a link").click()
    expect(page.get_by_label("The link", exact=True)).to_be_visible()
    problems += accessibility_problems(page, "a link", ADMIN)
    reader = visitor()
    reader.page.goto(
        page.get_by_label("The link", exact=True).input_value().replace("http://127.0.0.1:8000", someone.site)
    )
    expect(reader.page.get_by_text("I guarantee")).to_be_visible()
    problems += accessibility_problems(reader.page, "a draft that is shown", PUBLIC)
    assert reader.cookies() == []
    assert ShareLink.objects.count() == 1

    page.goto(f"{of}/change/", wait_until="networkidle")
    with someone.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    opened.value.wait_for_load_state("networkidle")
    problems += accessibility_problems(opened.value, "preview", ADMIN)
    expect_none(problems)
