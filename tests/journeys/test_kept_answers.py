"""Nothing that was typed into the form is lost: not by Back, an error, a reload, or a lost connection."""

import pytest
from playwright.sync_api import expect

from bookings.models import Enquiry, Event
from tests.journeys import form_steps

WEATHER = "https://www.bbc.co.uk/weather"
MESSAGE = "Anything you would like me to know (optional)"
KEPT = "sessionStorage.getItem('answers')"


@pytest.mark.parametrize("js", [True, False])
def test_back_from_another_page_brings_everything_back(visitor, js):
    page = visitor(js=js).page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.get_by_role("link", name="Come back to your request").first.click()
    page.go_back()

    form_steps.expect_everything_typed(page)


@pytest.mark.parametrize("js", [True, False])
def test_back_from_the_receipt_change_and_send_adds_to_the_same_request(visitor, js, no_minimum_form_age):
    someone = visitor(js=js)
    page = someone.page
    reference = form_steps.send_and_go_back(page)
    form_steps.expect_everything_typed(page)
    page.get_by_label(MESSAGE).fill("And please do not ring on Mondays.")
    form_steps.submit(page)

    assert form_steps.expect_confirmation(page) == reference
    expect(page.get_by_text("I have added your new answers to what you sent before.")).to_be_visible()
    enquiry = Enquiry.objects.get()
    assert form_steps.ANSWERS[MESSAGE] in enquiry.message
    assert "And please do not ring on Mondays." in enquiry.message
    assert Event.objects.filter(kind=Event.Kind.ADDED).count() == 1


@pytest.mark.parametrize("js", [True, False])
def test_who_comes_back_and_sends_within_three_seconds_is_no_robot(visitor, js):
    page = visitor(js=js).page
    page.goto(form_steps.FORM)
    page.wait_for_timeout(3_100)
    form_steps.fill(page)
    page.get_by_role("link", name="Come back to your request").first.click()
    page.go_back()
    form_steps.expect_everything_typed(page)
    form_steps.submit(page)

    form_steps.expect_confirmation(page)
    assert Enquiry.objects.get().status == "waiting"


def test_a_reload_keeps_what_was_typed(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.reload()

    form_steps.expect_everything_typed(page)


def test_offline_nothing_is_sent_and_nothing_is_lost(visitor, no_minimum_form_age):
    someone = visitor()
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    someone.context.set_offline(True)
    form_steps.submit(page)
    expect(page.get_by_role("alert")).to_contain_text("You’re offline, so nothing was sent.")
    form_steps.expect_everything_typed(page)
    someone.context.set_offline(False)
    form_steps.submit(page)

    form_steps.expect_confirmation(page)
    assert Enquiry.objects.get().message == form_steps.ANSWERS[MESSAGE]


def test_a_connection_that_breaks_while_sending_loses_nothing(visitor, no_minimum_form_age):
    someone = visitor()
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.route("**/consultation/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    page.wait_for_timeout(500)
    page.unroute_all()
    page.goto(form_steps.FORM)
    form_steps.expect_everything_typed(page)
    form_steps.submit(page)

    form_steps.expect_confirmation(page)
    # The browser itself says on its console that the connection broke.
    someone.console_messages.clear()


@pytest.mark.parametrize("js", [True, False])
def test_an_error_keeps_everything_also_through_back(visitor, js):
    page = visitor(js=js).page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.get_by_label("Your name").fill("")
    form_steps.submit(page)
    form_steps.expect_focus_on_the_summary(page)
    expect(page.get_by_label(MESSAGE)).to_have_value(form_steps.ANSWERS[MESSAGE])
    page.get_by_label("Your name").fill(form_steps.ANSWERS["Your name"])
    form_steps.expect_everything_typed(page)
    page.go_back()

    expect(page.get_by_label(MESSAGE)).to_have_value(form_steps.ANSWERS[MESSAGE])


def test_what_is_kept_stays_in_its_tab_and_goes_once_it_has_arrived(visitor, no_minimum_form_age):
    someone = visitor()
    page = someone.page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    assert form_steps.ANSWERS[MESSAGE] in page.evaluate(KEPT)
    assert "csrfmiddlewaretoken" not in page.evaluate(KEPT)
    other = someone.context.new_page()
    other.goto(form_steps.FORM)
    assert other.evaluate(KEPT) is None
    expect(other.get_by_label(MESSAGE)).to_have_value("")
    form_steps.submit(page)
    form_steps.expect_confirmation(page)

    page.wait_for_function(f"{KEPT} === null")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_leaving_forgets_it(visitor):
    someone = visitor(elsewhere=WEATHER)
    page = someone.page
    someone.context.route(f"{WEATHER}**", lambda route: route.fulfill(status=204))
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.get_by_role("link", name="Leave this site").first.click()

    page.wait_for_function(f"{KEPT} === null")


def test_after_half_an_hour_it_is_forgotten_on_an_open_page_and_on_the_next(visitor):
    page = visitor().page
    page.clock.install()
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.clock.run_for(29 * 60 * 1000)
    assert page.evaluate(KEPT) is not None
    page.clock.run_for(2 * 60 * 1000)

    assert page.evaluate(KEPT) is None


def test_a_complaint_is_not_filled_in_with_a_request(visitor):
    page = visitor().page
    page.goto(form_steps.FORM)
    form_steps.fill(page)
    page.goto(f"{form_steps.FORM}?kind=complaint")

    expect(page.get_by_label("Your name")).to_have_value("")
