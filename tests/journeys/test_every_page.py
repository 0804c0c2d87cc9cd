"""What is asked of every public page, in every state of it: the form with errors and the confirmation too."""

from playwright.sync_api import expect

from tests.journeys.audit import LOOKS, accessibility_problems, expect_none
from tests.journeys.page_states import STATES


def test_axe_finds_nothing_on_any_page(visitor, visit_every_page):
    page, problems, seen = visitor().page, [], []
    for name in visit_every_page(page):
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        problems += accessibility_problems(page, name, LOOKS)
        seen.append(name)
    expect_none(problems)
    assert seen[-len(STATES) :] == STATES
    assert len(seen) == 22 + len(STATES)
