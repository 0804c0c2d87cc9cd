"""Nothing needs JavaScript: every page reads whole, and every way through the site leads to its end."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Enquiry
from practice.facts import practice_row
from tests.journeys import form_steps, page_states

pytestmark = pytest.mark.usefixtures("no_minimum_form_age")

REVEALED = {
    "A client or patient of mine (professional referral)": [
        "Your organisation",
        "Initials of the person (optional)",
        "Yes, and they agree",
    ],
    "Yes, some days and times suit me better": ["Monday", "Morning"],
    "Email": ["Email address"],
    "Phone": ["Phone number"],
}


@pytest.fixture
def page(visitor):
    """On a phone."""
    return visitor(js=False).page


def readable_text(page, ways_out):
    """All that can be read on the page, less what is another on every visit; notes where its way out leads."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    way_out = page.get_by_role("link", name="Leave this site", exact=True)
    ways_out.append((way_out.get_attribute("href"), *sorted(way_out.get_attribute("rel").split())))
    return re.sub(
        r"\b[A-Z0-9]{8}\b|\b\d\d:\d\d\b|(?<=Your four words)\s+[a-z ]+", "…", page.locator("body").inner_text()
    )


def test_every_page_reads_the_same(visitor, page, visit_every_page):
    ways_out = []
    without = {name: readable_text(page, ways_out) for name in visit_every_page(page)}
    Enquiry.objects.all().delete()  # the same answers from another browser would get no receipt
    with_it = visitor().page
    texts_by_page = {name: readable_text(with_it, ways_out) for name in visit_every_page(with_it)}

    assert without == texts_by_page
    assert min(len(text) for text in without.values()) > 600
    assert set(ways_out) == {("/leave/", "nofollow", "noreferrer")}


def test_the_menu_and_a_list_of_contents_lead_to_a_request_that_is_sent(page):
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Addictions").click()
    page.get_by_role("main").get_by_role("link", name="Ketamine").click()
    expect(page).to_have_url(re.compile(r"/addictions/ketamine/$"))
    contents = page.get_by_role("navigation", name="On this page")
    link = contents.get_by_role("link").nth(4)
    expect(link).to_be_hidden()
    contents.locator("summary").click()
    link.click()
    expect(page.get_by_role("heading", level=2, name=link.inner_text(), exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Request a consultation").last.click()
    form_steps.fill(page)
    form_steps.submit(page)

    reference = form_steps.expect_confirmation(page)
    assert [(enquiry.reference, enquiry.asked_for) for enquiry in Enquiry.objects.all()] == [
        (reference, "Complimentary consultation")
    ]


def test_a_question_opens_to_its_answer(page):
    page.goto("/questions/")
    question = page.get_by_role("main").locator("details").filter(has_text="Will my GP know?")
    answer = question.locator("p").first
    expect(answer).to_be_hidden()
    question.locator("summary").click()
    expect(answer).to_be_visible()
    question.locator("summary").click()
    expect(answer).to_be_hidden()


def test_a_search_finds_a_page(page):
    page.goto("/private-browsing/")
    page.get_by_role("contentinfo").get_by_role("link", name="Search this site").click()
    page_states.search(page, "ketamine")
    page.get_by_role("main").get_by_role("link", name="Ketamine").first.click()
    expect(page).to_have_url(re.compile(r"/addictions/ketamine/$"))


def test_a_complaint_is_sent_and_acknowledged(page):
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Complaints").click()
    page.get_by_role("link", name="send me a complaint").click()
    page.get_by_role("button", name="Send my complaint").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Enter what happened")).to_be_visible()
    page.get_by_label("What happened?").fill("You were late twice.")
    page.get_by_label("Your name").fill("Zoë")
    form_steps.choice(page, "Email").check()
    page.get_by_label("Email address").fill("zoe@example.org")
    page.get_by_role("button", name="Send my complaint").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your complaint has arrived")
    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.message) == ("complaint", "You were late twice.")
    expect(page.get_by_role("main")).to_contain_text(enquiry.reference)


def test_the_way_out_is_a_plain_link_that_says_nothing_of_where_from(visitor):
    someone = visitor(js=False)
    practice = practice_row()
    practice.leave_url = f"{someone.site}/nowhere-else/"  # a browser that is watched can't be led to another site
    practice.save()
    someone.page.goto(form_steps.FORM)
    someone.page.get_by_role("link", name="Leave this site").click()
    someone.page.wait_for_url("**/nowhere-else/")

    asked = [request.headers for request in someone.requests if "/leave/" in request.url or "nowhere" in request.url]
    assert len(asked) >= 2
    assert not [headers for headers in asked if "referer" in headers]


def test_questions_that_follow_from_an_answer_appear(visitor):
    page = visitor(js=False).page
    page.goto(form_steps.FORM)

    def shown():
        labels = [label for labels in REVEALED.values() for label in labels]
        return [label for label in labels if form_steps.choice(page, label).is_visible()]

    assert shown() == []
    revealed = []
    for answer, questions in REVEALED.items():
        form_steps.choice(page, answer).check()
        # Email, then phone instead of it: the one question takes the other's place.
        revealed = [question for question in revealed if question != "Email address"] + questions
        assert shown() == revealed
    form_steps.choice(page, "Email or phone").check()
    assert {"Email address", "Phone number"} <= set(shown())
    form_steps.choice(page, "Myself").check()
    form_steps.choice(page, "I am not ready to choose yet").check()
    assert shown() == ["Email address", "Phone number"]
