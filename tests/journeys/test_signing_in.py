"""The therapist signs in on a phone: with an app, with a passkey, without the phone, without the password."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Message
from bookings.worker import delivery
from practice.models import SignInMethod, UserSession
from practice.sessions import SessionStore
from practice.sign_in import second_factor
from tests.journeys.audit import ADMIN, accessibility_problems, expect_none
from tests.journeys.visitor import Visitor
from tests.sign_in_steps import PASSWORD, SECRET, app_code, recovery_codes, set_up_app

NEW = "kettle violin orchard tuesday"
DESK = "Waiting for your reply"


@pytest.fixture
def phone(visitor, therapist):
    return visitor().page


@pytest.fixture
def at_a_name(browser, site, therapist):
    """A browser at http://localhost, where passkeys work, with an authenticator that unlocks by itself."""
    visitors = []

    def make(**options):
        someone = Visitor(browser, site.replace("127.0.0.1", "localhost"), **options)
        visitors.append(someone)
        client = someone.context.new_cdp_session(someone.page)
        client.send("WebAuthn.enable")
        authenticator = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        client.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
        return someone.page

    yield make
    assert [problem for someone in visitors for problem in someone.leave()] == []


@pytest.fixture
def public(settings):
    """The site asks for a second factor, as on the internet, though it is served on this machine."""
    settings.PUBLIC = True


def audit(page):
    expect_none(accessibility_problems(page, page.url, ADMIN))
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)  # the admin's links change their colour slowly
    expect_none(accessibility_problems(page, page.url, [(390, "dark")]))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 800})


def enter_password(page, password=PASSWORD):
    page.goto("/admin/")
    page.get_by_label("Username").fill("therapist")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def secret_of(page):
    return page.locator(".secret").text_content().replace(" ", "")


def expect_desk(page):
    expect(page.get_by_role("heading", name=DESK)).to_be_visible()


def code_later(steps=1):
    """Return a code that was not used yet."""
    return app_code(steps=steps)


def test_the_first_sign_in_is_a_walk_of_three_screens(phone, public):
    page = phone
    enter_password(page)
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    expect(page.get_by_role("link", name="A passkey")).to_have_count(0)  # at an IP address there are none
    audit(page)
    page.get_by_role("link", name="An app on your phone").click()
    expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
    audit(page)
    secret = secret_of(page)
    assert f"secret={secret}" in page.get_by_role("link", name="Open the app").get_attribute("href")
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That isn’t the code that the app shows now.")).to_be_visible()
    page.get_by_label("Code from the app").fill(app_code(secret))
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    audit(page)
    page.emulate_media(media="print")
    expect(page.locator(".recovery-codes")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.emulate_media(media="screen")
    page.get_by_role("button", name="I have them on paper").click()
    expect_desk(page)


def test_with_an_app(phone, therapist):
    set_up_app(therapist)
    enter_password(phone)
    audit(phone)
    phone.get_by_label("Code").fill("12")
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("That code isn’t right.")).to_be_visible()
    audit(phone)
    phone.get_by_label("Code").fill(app_code())
    phone.get_by_label("Code").press("Enter")

    expect_desk(phone)


def test_without_javascript(visitor, therapist, public):
    page = visitor(js=False).page
    enter_password(page)
    page.get_by_role("link", name="An app on your phone").click()
    page.get_by_text("Or type the key into the app").click()
    page.get_by_label("Code from the app").fill(app_code(secret_of(page)))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="I have them on paper").click()

    expect_desk(page)


def test_with_a_passkey_made_at_the_first_sign_in(at_a_name, public, therapist):
    page = at_a_name()
    enter_password(page)
    page.get_by_role("link", name="A passkey").click()
    audit(page)
    page.get_by_label("Name of this passkey").fill("Fairphone")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("button", name="I have them on paper").click()
    expect_desk(page)
    assert second_factor.has_passkey(therapist)

    page.get_by_role("button", name="Sign out").click()
    enter_password(page)
    audit(page)
    page.get_by_role("button", name="Use your passkey").click()
    expect_desk(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/admin/")
    audit(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect_desk(page)
    methods = UserSession.objects.exclude(user=None).values_list("method", flat=True)
    assert list(methods) == [SignInMethod.PASSKEY_ALONE]
    page.goto("/admin/sign-in/set-up/")  # no password was typed, so it is asked for
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="A second step for signing in")).to_be_visible()
    page.goto("/admin/sign-in/")
    expect(page.get_by_text("Fairphone")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Remove"))).to_have_count(0)


def test_a_passkey_that_is_gone_shows_another_way(at_a_name, therapist):
    set_up_app(therapist)
    made_elsewhere = at_a_name()
    enter_password(made_elsewhere)
    made_elsewhere.get_by_label("Code").fill(app_code())
    made_elsewhere.get_by_role("button", name="Go on").click()
    expect_desk(made_elsewhere)
    made_elsewhere.goto("/admin/sign-in/set-up/passkey/")
    made_elsewhere.get_by_role("button", name="Make a passkey").click()
    expect(made_elsewhere.get_by_text("It is set up.")).to_be_visible()

    page = at_a_name()
    enter_password(page)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_text("The browser didn’t show a passkey.")).to_be_visible()
    page.get_by_label("Code").fill(code_later())
    page.get_by_role("button", name="Go on").click()
    expect_desk(page)


def test_the_phone_is_lost(phone, therapist, public):
    set_up_app(therapist)
    enter_password(phone)
    phone.get_by_text("Lost your phone?").click()
    phone.get_by_label("Code").fill(recovery_codes(therapist)[3])
    phone.get_by_role("button", name="Go on").click()

    expect(phone.get_by_role("heading", name="How you sign in")).to_be_visible()
    expect(phone.get_by_text("You signed in with a recovery code. 9 are left.")).to_be_visible()
    audit(phone)
    phone.get_by_role("link", name="Set up the app anew").click()
    phone.get_by_text("Or type the key into the app").click()
    secret = secret_of(phone)
    phone.get_by_label("Code from the app").fill(app_code(secret))
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("It is set up.")).to_be_visible()
    assert second_factor.check_code(therapist, app_code(SECRET)) is None
    assert second_factor.check_code(therapist, app_code(secret, 1)) == SignInMethod.APP


def test_the_password_is_lost(phone, therapist):
    therapist.email = "owner@example.org"
    therapist.save()
    set_up_app(therapist)
    phone.goto("/admin/")
    phone.get_by_role("link", name="Forgotten your password?").click()
    audit(phone)
    phone.get_by_label("Username").fill("therapist")
    phone.get_by_role("button", name="Send the link").click()
    expect(phone.get_by_role("heading", name="Look at your email")).to_be_visible()
    audit(phone)
    delivery.send_due(timezone.now)
    (email,) = mail.outbox
    phone.goto(re.search(r"(/new-password/\S+)", email.body)[1])
    assert "new-password/" not in phone.url.replace("/admin/sign-in/new-password/", "")
    audit(phone)
    for label, password in (("New password:", NEW), ("New password again:", NEW)):
        phone.get_by_label(label, exact=True).fill(password)
    phone.get_by_role("button", name="Set this password").click()
    expect(phone.get_by_text("Your new password is set.")).to_be_visible()
    enter_password(phone, NEW)
    phone.get_by_label("Code").fill(app_code())
    phone.get_by_role("button", name="Go on").click()

    expect_desk(phone)


def test_sessions_are_ended_from_another(sign_in, therapist):
    lost, here = sign_in().page, sign_in().page
    here.get_by_role("link", name="How you sign in").click()
    audit(here)
    here.get_by_role("link", name="See where").click()
    expect(here.get_by_text("Here, in this browser")).to_be_visible()
    audit(here)
    here.get_by_role("button", name=re.compile("End the session")).click()
    expect(here.get_by_text("That session has ended.")).to_be_visible()
    expect(here.get_by_text("You’re signed in nowhere else.")).to_be_visible()

    lost.reload()
    expect(lost.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_password_is_asked_again_and_nothing_typed_is_lost(sign_in):
    page = sign_in().page
    page.goto("/admin/practice/practice/1/change/")
    page.get_by_label("Sender name").fill("Diary")
    page.get_by_label("Notification email").fill("new@example.org")
    later = (timezone.now() - timedelta(minutes=6)).isoformat()
    for session in UserSession.objects.all():
        data = session.get_decoded() | {"password_confirmed_at": later}
        UserSession.objects.filter(pk=session.pk).update(session_data=SessionStore().encode(data))
    page.get_by_role("button", name="Save", exact=True).click()
    audit(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("Saved:")).to_be_visible()
    assert Message.objects.filter(kind="tell_new_address").exists()
    assert not Authenticator.objects.exists()
