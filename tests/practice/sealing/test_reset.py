"""A therapist whose password was set anew opens what it doesn't open: with the recovery key, or the former password."""

import pytest
from django.core.management import call_command

from practice.sealing import account_keys, practice_keys, recovery_key
from practice.sealing.forms import MISTYPED, RECOVERY_CODE, WRONG, WRONG_FORMER
from practice.sign_in_limit import DEVICE
from tests.practice.sealing.conftest import OTHER, PASSWORD, by_passkey, make_therapist, reads, sign_in


@pytest.fixture
def reset(practice):
    """A password that was set by email or on the server."""
    practice.therapist.set_password(OTHER)
    practice.therapist.save()


def test_after_a_reset_the_recovery_key_opens_and_the_new_password_from_then_on(practice, reset, enquiry):
    browser = sign_in(password=OTHER)
    assert not reads(browser, enquiry)
    path = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    recover = browser.get("/admin/sealed/open/", {"next": path}).headers["Location"]
    assert path in browser.get(recover).content.decode()
    fields = {"recovery_key": recovery_key.new(), "own_password": OTHER, "next": path}
    assert WRONG in browser.post("/admin/sealed/recover/", fields).content.decode()
    fields["recovery_key"] = practice.recovery_key
    assert browser.post("/admin/sealed/recover/", fields).headers["Location"] == path
    assert reads(browser, enquiry)
    assert reads(sign_in(password=OTHER), enquiry)


def test_after_a_reset_the_desk_does_not_ask_for_the_password_again(practice, reset):
    browser = sign_in(password=OTHER)
    assert "doesn’t open what people wrote until you" in browser.get("/admin/").content.decode()
    browser.post("/admin/sealed/recover/", {"recovery_key": practice.recovery_key, "own_password": OTHER})
    assert "doesn’t open what people wrote" not in browser.get("/admin/").content.decode()


def test_a_passkey_alone_leads_to_the_question_for_the_password_first(practice, reset):
    browser = by_passkey(practice.therapist)
    assert "with your password, or" in browser.get("/admin/").content.decode()
    answer = browser.post("/admin/sealed/open/", {"own_password": OTHER, "next": "/admin/pages/"})
    assert answer.headers["Location"] == "/admin/sealed/recover/?next=%2Fadmin%2Fpages%2F"
    assert browser.get("/admin/sealed/open/").headers["Location"] == "/admin/sealed/recover/?next=%2Fadmin%2F"


def test_what_another_session_has_opened_since_is_opened_by_the_password_again(practice, reset, enquiry):
    one, other = sign_in(password=OTHER), sign_in(password=OTHER)
    one.post("/admin/sealed/recover/", {"recovery_key": practice.recovery_key, "own_password": OTHER})
    assert "with your password, or" in other.get("/admin/").content.decode()
    other.post("/admin/sealed/open/", {"own_password": OTHER})
    assert reads(other, enquiry)


def test_a_code_from_the_other_sheet_is_named(practice, browser):
    closed = by_passkey(practice.therapist)
    for typed, sentence in [("1234 5678", RECOVERY_CODE), ("12345678", RECOVERY_CODE), ("1234 567", MISTYPED)]:
        fields = {"recovery_key": typed, "own_password": PASSWORD}
        assert sentence in closed.post("/admin/sealed/recover/", fields).content.decode()


def type_former(browser, former, present=OTHER, **fields):
    fields |= {"former_password": former, "own_password": present}
    return browser.post("/admin/sealed/former-password/", fields)


def test_the_former_password_opens_once_and_the_new_one_from_then_on(practice, reset, enquiry):
    browser = sign_in(password=OTHER)
    assert "/admin/sealed/former-password/" in browser.get("/admin/sealed/recover/").content.decode()
    assert WRONG_FORMER in type_former(browser, OTHER).content.decode()
    assert "That isn’t your password" in type_former(browser, PASSWORD, PASSWORD).content.decode()
    assert not reads(browser, enquiry)
    path = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    assert type_former(browser, PASSWORD, next=path).headers["Location"] == path
    assert reads(browser, enquiry)
    assert reads(sign_in(password=OTHER), enquiry)
    assert account_keys.open_with(practice.therapist, PASSWORD) is None
    assert practice_keys.opened_by_recovery_key(practice.recovery_key)


def test_the_former_password_opens_after_the_new_one_was_changed_on_the_desk(practice, reset, enquiry):
    third = "lantern orchard kettle thursday"
    browser = sign_in(password=OTHER)
    browser.post("/admin/password_change/", {"old_password": OTHER, "new_password1": third, "new_password2": third})
    type_former(browser, PASSWORD, third)
    assert reads(sign_in(password=third), enquiry)


def test_guesses_at_the_former_password_have_to_wait_although_the_new_one_is_right(practice, reset, enquiry):
    browser = sign_in(password=OTHER)
    for _ in range(DEVICE.free):
        assert type_former(browser, "a guess").status_code == 200
    response = type_former(browser, PASSWORD)
    assert (response.status_code, "too many wrong passwords" in response.content.decode()) == (429, True)
    assert not reads(browser, enquiry)


def test_the_former_password_opens_nothing_once_the_recovery_key_has(practice, reset):
    browser = sign_in(password=OTHER)
    browser.post("/admin/sealed/recover/", {"recovery_key": practice.recovery_key, "own_password": OTHER})
    closed = by_passkey(practice.therapist)
    assert WRONG_FORMER in type_former(closed, PASSWORD).content.decode()


def test_a_therapist_without_the_key_is_led_to_the_recovery_key(practice):
    make_therapist("colleague", OTHER)
    browser = sign_in("colleague", OTHER)
    assert type_former(browser, OTHER).headers["Location"] == "/admin/sealed/recover/?next=%2Fadmin%2F"
    assert "former-password" not in browser.get("/admin/sealed/recover/").content.decode()


def test_a_key_pair_that_was_made_meanwhile_stays_as_it_is(practice, reset, enquiry):
    former = account_keys.open_with(practice.therapist, PASSWORD)
    practice_keys.recover(practice.recovery_key, practice.therapist, OTHER)
    account_keys.wrap_again(practice.therapist, former, OTHER)
    assert reads(sign_in(password=OTHER), enquiry)


def test_a_reset_says_beforehand_what_stays_closed(practice, client, capsys):
    assert "stays sealed until" in client.get("/admin/sign-in/forgotten/").content.decode()
    call_command("reset_sign_in", "owner")
    assert "stays sealed" in capsys.readouterr().out


def test_a_reset_without_sealing_says_nothing_of_it(therapist, client):
    assert "sealed" not in client.get("/admin/sign-in/forgotten/").content.decode()


def test_after_a_reset_another_therapist_can_help_too(browser, practice, enquiry):
    colleague = make_therapist("colleague", OTHER)
    sign_in("colleague", OTHER)
    practice_keys.give(colleague.account_key, practice.keys_of())
    colleague.set_password(PASSWORD)
    colleague.save()
    other = sign_in("colleague", PASSWORD)
    assert not reads(other, enquiry)
    other.post("/admin/sealed/ask-colleague/", {"own_password": PASSWORD})
    colleague.refresh_from_db()
    browser.post("/admin/sealed/give/", {"account": colleague.account_key.pk})
    assert reads(other, enquiry)


def test_nobody_gives_up_a_key_that_nobody_else_holds(practice):
    browser = sign_in()
    browser.post("/admin/sealed/ask-colleague/", {"own_password": PASSWORD})
    assert practice.keys_of()
