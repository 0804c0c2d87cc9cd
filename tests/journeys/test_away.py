"""The therapist was called away in the middle of a sentence."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import enquiries
from bookings.models import AppointmentType, Enquiry
from bookings.reply_deadline import ReplyPolicy
from practice.models import UserSession


@pytest.fixture
def enquiry(site):
    return enquiries.receive(
        {
            "form_digest": "1",
            "answers_digest": "1",
            "appointment_type": AppointmentType.objects.get(slug="private-session"),
            "on_behalf": "myself",
            "name": "Zoë Quillfeather",
            "channel": "email",
            "email": "zoe@example.org",
        },
        policy=ReplyPolicy(1),
        suspicion="",
        now=timezone.now(),
    )


def test_a_note_written_while_signed_out_is_kept_through_signing_in_again(sign_in, enquiry):
    someone = sign_in()
    page = someone.page
    page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")
    page.get_by_label("Add a private note").fill("Rang twice.\n\n  Will ring on Thursday.")
    UserSession.objects.all().delete()
    page.get_by_role("button", name="Add note").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is lost")
    with someone.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.get_by_label("Username").fill("therapist")
    tab.get_by_label("Password").fill("correct horse battery staple")
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_role("heading", name="Waiting for your reply").wait_for()
    assert not enquiry.events.filter(kind="note").exists()

    go_on = page.get_by_role("button", name="Continue")
    go_on.click()
    page.wait_for_load_state()
    if go_on.is_visible():  # signing in renewed the form's token, so the page came once more
        go_on.click()

    expect(page.get_by_text("Note added.")).to_be_visible()
    assert enquiry.events.get(kind="note").text.splitlines() == ["Rang twice.", "", "  Will ring on Thursday."]


def test_enter_in_the_subject_previews_the_reply_and_sends_nothing(sign_in, enquiry):
    page = sign_in().page
    page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/reply/")
    page.get_by_label("Message").fill("Dear Zoë")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_role("button", name="Send this")).to_be_visible()
    page.get_by_label("Message").fill("Unfinished")
    page.get_by_label("Subject").press("Enter")
    expect(page.locator("pre")).to_have_text("Unfinished")
    page.get_by_label("Message").fill("Never looked at")
    page.get_by_role("button", name="Send this").click()

    expect(page.get_by_text("Your reply is on its way.")).to_be_visible()
    assert Enquiry.objects.get().replies.get().body == "Unfinished"
