"""The therapist has lost her phone and her password, and reads what people wrote with her two printed sheets.

Or with somebody at the server, and a password that comes back to her.
"""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from bookings.encryption import SealedText
from bookings.models import Enquiry
from practice.models import SignInMethod
from practice.sealing import practice_keys
from practice.sign_in import second_factor
from tests.bookings.conftest import complimentary, details, harley_street, make_enquiry  # noqa: F401 (fixtures)
from tests.journeys.test_sealing import go, look_at
from tests.journeys.test_signing_in import enter_password, public, secret_of  # noqa: F401 (a fixture)
from tests.mail_server import ROOT, MailServer, database_url, free_port, start_worker
from tests.practice.sealing.conftest import set_up_sealing
from tests.sign_in_steps import PASSWORD, SECRET, app_code, recovery_codes, set_up_app

NEW = "kettle violin orchard tuesday"
WORDS = "I drink in the evenings"


@pytest.fixture
def practice(therapist, public):  # noqa: F811
    """A therapist with an app and an address, on a site where what people write is sealed."""
    therapist.email = "owner@example.org"
    therapist.save()
    set_up_app(therapist)
    return set_up_sealing(therapist, PASSWORD)


@pytest.fixture
def enquiry(practice, make_enquiry):  # noqa: F811
    """What somebody wrote before everything was lost."""
    enquiry = make_enquiry(message=WORDS)
    assert isinstance(Enquiry.objects.get().message, SealedText)
    return enquiry


@pytest.fixture
def phone(visitor, enquiry):
    return visitor().page


@contextmanager
def mail_server():
    port = free_port()
    with MailServer(port) as server:
        yield server, lambda: start_worker(port).wait(timeout=60)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def printed(code):
    """Return a recovery code as it stands on the sheet."""
    return f"{code[:4]} {code[4:]}"


def ask_for_link(page):
    """Return the path of the link that the mail server was given."""
    page.goto("/admin/")
    go(page, "Forgotten your password?")
    look_at(page, "1-forgotten")
    page.get_by_label("Username").fill("therapist")
    press(page, "Send the link")
    look_at(page, "2-sent")
    with mail_server() as (server, deliver):
        assert deliver() == 0
    (message,) = [message for message in server.messages if message["X-Envelope-To"] == "owner@example.org"]
    assert "recovery" not in message.get_content()
    return re.search(r"(/new-password/\S+)", message.get_content())[1]


def set_new_password(page):
    look_at(page, "3-new-password")
    for label in ("New password:", "New password again:"):
        page.get_by_label(label, exact=True).fill(NEW)
    press(page, "Set this password")
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    look_at(page, "4-sign-in")


def show_recovery_code(page, practice):
    enter_password(page, NEW)
    page.get_by_text("Lost your phone?").click()
    look_at(page, "5-code")
    page.get_by_label("Code").fill(practice.recovery_key)  # the other sheet
    press(page, "Go on")
    expect(page.get_by_text("That’s the recovery key")).to_be_visible()
    look_at(page, "6-the-other-sheet")
    page.get_by_label("Code").fill(printed(recovery_codes(practice.therapist)[0]))
    press(page, "Go on")
    expect(page.get_by_text("You signed in with a recovery code. 9 are left.")).to_be_visible()
    look_at(page, "7-how-you-sign-in")


def set_up_new_phone(page, practice):
    go(page, "Set up the app anew")
    look_at(page, "8-app")
    secret = secret_of(page)
    page.get_by_label("Code from the app").fill(app_code(secret))
    press(page, "Go on")
    expect(page.get_by_text("It is set up.")).to_be_visible()
    assert second_factor.check_code(practice.therapist, app_code(SECRET)) is None
    assert second_factor.check_code(practice.therapist, app_code(secret, 1)) == SignInMethod.APP


def open_with_recovery_key(page, practice, enquiry):
    page.goto("/admin/")
    expect(page.get_by_text("Your password was set anew and doesn’t open what people wrote")).to_be_visible()
    look_at(page, "9-desk")
    page.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")
    expect(page.get_by_text(WORDS)).to_have_count(0)
    look_at(page, "10-sealed")
    go(page, "Open what people wrote")
    expect(page.get_by_role("heading", name="Open with the recovery key")).to_be_visible()
    look_at(page, "11-recover")
    page.get_by_label("Recovery key").fill(printed(recovery_codes(practice.therapist)[0]))  # the other sheet
    page.get_by_label("Your password").fill(NEW)
    press(page, "Open")
    expect(page.get_by_text("That’s a recovery code")).to_be_visible()
    look_at(page, "12-the-other-sheet")
    page.get_by_label("Recovery key").fill(practice.recovery_key)
    page.get_by_label("Your password").fill(NEW)
    press(page, "Open")


def reset_on_server(username):
    """Return what the command prints to somebody with a shell on the server."""
    environment = os.environ | {"DATABASE_URL": database_url()}
    command = [sys.executable, "manage.py", "reset_sign_in", username, "--second-factor"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def walk_through_first_sign_in(page):
    enter_password(page, NEW)
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    go(page, "An app on your phone")
    page.get_by_label("Code from the app").fill(app_code(secret_of(page)))
    press(page, "Go on")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    press(page, "I have them on paper")


def test_with_both_printed_sheets_nothing_is_lost(phone, practice, enquiry):
    phone.goto(ask_for_link(phone))
    set_new_password(phone)
    show_recovery_code(phone, practice)
    set_up_new_phone(phone, practice)
    open_with_recovery_key(phone, practice, enquiry)

    expect(phone).to_have_url(re.compile(f"/enquiry/{enquiry.pk}/change/$"))
    expect(phone.get_by_text(WORDS)).to_be_visible()
    look_at(phone, "13-opened")
    press(phone, "Sign out")
    enter_password(phone, NEW)
    code = recovery_codes(practice.therapist)[0]
    phone.get_by_label("Code").fill(printed(code))
    press(phone, "Go on")
    phone.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")
    expect(phone.get_by_text(WORDS)).to_be_visible()  # with the new password alone
    assert practice.keys_of(password=PASSWORD) == {}
    assert practice_keys.recovery_key_in_use()


def test_with_a_shell_on_the_server_and_the_former_password_that_comes_back_to_her(phone, practice, enquiry):
    printed_by_command = reset_on_server("therapist")
    assert "until the recovery key, or the former password, is typed" in printed_by_command
    assert "The second step is removed" in printed_by_command
    phone.goto(re.search(r"(/new-password/\S+)", printed_by_command)[1])
    set_new_password(phone)
    walk_through_first_sign_in(phone)
    look_at(phone, "21-desk")
    go(phone, "your former password")
    look_at(phone, "22-former-password")
    phone.get_by_label("Former password").fill(NEW)
    phone.get_by_label("Your new password").fill(NEW)
    press(phone, "Open")
    expect(phone.get_by_text("That password doesn’t open it either.")).to_be_visible()
    look_at(phone, "23-wrong")
    phone.get_by_label("Former password").fill(PASSWORD)
    phone.get_by_label("Your new password").fill(NEW)
    press(phone, "Open")

    expect(phone.get_by_text("Sealed, and open for you until you sign out.")).to_be_visible()
    phone.goto(f"/admin/bookings/enquiry/{enquiry.pk}/change/")
    expect(phone.get_by_text(WORDS)).to_be_visible()
    assert practice.keys_of(password=NEW)
    assert practice.keys_of(password=PASSWORD) == {}
