"""A therapist sets up sealing, opens what people wrote, and loses and finds the key, as with a browser."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bookings.models import Enquiry
from practice.models import FailedSignIns, PracticeKey, RecoveryKey, UserSession
from practice.sealing import account_keys, opened, practice_keys, recovery_key
from practice.sealing.forms import MISTYPED, WRONG
from practice.sign_in_limit import DEVICE
from tests.practice.sealing.conftest import (
    OTHER,
    PASSWORD,
    SEALED,
    WORDS,
    by_passkey,
    make_therapist,
    reads,
    sign_in,
)

# Setting up ---------------------------------------------------------------------------------------


def shown_key(response):
    return " ".join(re.findall(r"<code>([A-Z2-7]{4})</code>", response.content.decode()))


def test_setting_up_shows_the_key_once_and_begins_when_it_is_typed_back(therapist):
    browser = sign_in()
    assert "Seal what people write" in browser.get("/admin/").content.decode()
    response = browser.post("/admin/sealed/")
    typed = shown_key(response)
    assert len(typed) == 44
    assert "no-store" in response.headers["Cache-Control"]
    assert typed not in browser.get("/admin/sealed/").content.decode()
    assert "once you’ve typed it back" in browser.get("/admin/").content.decode()
    answers = {"recovery_key": typed.lower(), "own_password": PASSWORD}
    for changes, sentence in [
        ({"recovery_key": typed[:-1]}, MISTYPED),
        ({"recovery_key": recovery_key.new()}, WRONG),
        ({"own_password": OTHER}, "That isn’t your password"),
    ]:
        wrong = browser.post("/admin/sealed/type-back/", answers | changes).content.decode()
        assert sentence in wrong
        assert not PracticeKey.objects.exists()
    assert browser.post("/admin/sealed/type-back/", answers).status_code == 302
    assert PracticeKey.objects.count() == 1
    assert "open for you until you sign out" in browser.get("/admin/").content.decode()


def test_without_keys_of_people_nothing_is_set_up(therapist):
    from practice.models import SiteState

    SiteState.load()
    SiteState.objects.update(has_person_keys=False)
    browser = sign_in()
    assert "<code>python manage.py rotate_field_key</code>" in browser.get("/admin/sealed/").content.decode()
    browser.post("/admin/sealed/")
    assert not RecoveryKey.objects.exists()


# Opening ------------------------------------------------------------------------------------------


def test_a_sign_in_with_the_password_opens_until_the_sign_out(browser, enquiry):
    assert reads(browser, enquiry)
    cookie = browser.cookies[site_settings.OPENED_KEY_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "")
    response = browser.post("/admin/logout/")
    assert response.cookies[site_settings.OPENED_KEY_COOKIE_NAME].value == ""
    assert not UserSession.objects.exists()
    assert practice_keys.newest()
    assert reads(sign_in(), enquiry)


def test_the_session_or_the_cookie_alone_opens_nothing(browser, practice, enquiry):
    name = site_settings.OPENED_KEY_COOKIE_NAME
    cookie, session = browser.cookies[name].value, browser.cookies[site_settings.SESSION_COOKIE_NAME].value
    session_alone = Client()
    session_alone.cookies[site_settings.SESSION_COOKIE_NAME] = session
    assert not reads(session_alone, enquiry)
    cookie_alone = by_passkey(practice.therapist)
    cookie_alone.cookies[name] = cookie
    assert not reads(cookie_alone, enquiry)
    for damaged in ("", "x", "é", cookie[:-4], cookie[::-1]):
        session_alone.cookies[name] = damaged
        assert not reads(session_alone, enquiry)
    session_alone.cookies[name] = cookie
    assert reads(session_alone, enquiry)


def test_the_opened_key_of_one_session_does_not_open_another(browser, practice, enquiry):
    other = by_passkey(practice.therapist)
    session = other.session
    session[opened.SESSION_KEY] = sign_in().session[opened.SESSION_KEY]
    session.save()
    other.cookies[site_settings.OPENED_KEY_COOKIE_NAME] = browser.cookies[site_settings.OPENED_KEY_COOKIE_NAME].value
    assert not reads(other, enquiry)


def test_after_a_passkey_alone_the_password_is_asked_for_once(practice, enquiry):
    browser = by_passkey(practice.therapist)
    assert not reads(browser, enquiry)
    path = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    question = browser.get(f"/admin/sealed/open/?next={path}")
    assert "Enter your password to read what people wrote" in question.content.decode()
    wrong = browser.post("/admin/sealed/open/", {"own_password": OTHER, "next": path})
    assert "That isn’t your password" in wrong.content.decode()
    assert not reads(browser, enquiry)
    right = browser.post("/admin/sealed/open/", {"own_password": PASSWORD, "next": path})
    assert right.headers["Location"] == path
    assert reads(browser, enquiry)
    assert browser.get(f"/admin/sealed/open/?next={path}").headers["Location"] == path


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_opening_leads_to_no_other_site(browser, target):
    assert browser.get("/admin/sealed/open/", {"next": target}).headers["Location"] == "/admin/"


def test_nothing_stays_open_after_a_request(browser, enquiry):
    assert reads(browser, enquiry)
    assert not opened.is_open()
    assert SEALED in Enquiry.objects.get().message


def test_a_copy_of_the_data_is_not_made_of_sealed_words(browser, practice, enquiry):
    path = f"/admin/bookings/enquiry/{enquiry.pk}/export/"
    closed = by_passkey(practice.therapist)
    session = closed.session
    session["password_confirmed_at"] = timezone.now().isoformat()
    session.save()
    for method in (closed.get, closed.post):
        assert method(path).headers["Location"] == f"/admin/sealed/open/?next={path}"
    assert WORDS in browser.get(path).content.decode()


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}, {}])
def test_only_therapists_see_these_screens(practice, rights):
    user = User.objects.create_user("assistant", password=OTHER, **rights)
    browser = Client()
    browser.force_login(user)
    for route in ("", "type-back/", "open/", "recover/", "former-password/", "ask-colleague/", "check/", "colleague/"):
        assert browser.get(f"/admin/sealed/{route}").status_code in (302, 403)
    assert browser.post("/admin/sealed/give/", {"account": "1"}).status_code in (302, 403)


# Passwords ----------------------------------------------------------------------------------------


def change_password(browser):
    fields = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    return browser.post("/admin/password_change/", fields)


def test_a_changed_password_opens_what_the_old_one_did(browser, practice, enquiry):
    assert change_password(browser).status_code == 302
    assert reads(browser, enquiry)
    assert reads(sign_in(password=OTHER), enquiry)
    assert practice.keys_of() == {}


def test_a_change_that_is_interrupted_leaves_the_old_password_and_what_it_opens(
    browser, practice, enquiry, monkeypatch
):
    """Whatever ends the process undoes the whole transaction."""

    def end(*args):
        raise KeyboardInterrupt

    for module, name in [(account_keys, "_wrap"), (account_keys, "wrap_again"), (account_keys, "open_with")]:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, end)
            with pytest.raises(KeyboardInterrupt):
                change_password(browser)
        practice.therapist.refresh_from_db()
        assert practice.therapist.check_password(PASSWORD)
        assert practice.keys_of()


def test_guesses_at_the_recovery_key_have_to_wait(practice):
    browser = sign_in()
    for _ in range(DEVICE.free):
        response = browser.post("/admin/sealed/check/", {"recovery_key": recovery_key.new()})
        assert response.status_code == 200
    response = browser.post("/admin/sealed/check/", {"recovery_key": practice.recovery_key})
    assert response.status_code == 429
    assert "too many wrong recovery keys" in response.content.decode()
    FailedSignIns.objects.all().delete()
    assert browser.post("/admin/sealed/check/", {"recovery_key": practice.recovery_key}).status_code == 302


# Several therapists -------------------------------------------------------------------------------


def test_a_new_therapist_is_given_the_key_by_one_who_has_it(browser, enquiry):
    make_therapist("colleague", OTHER)
    other = sign_in("colleague", OTHER)
    assert not reads(other, enquiry)
    assert "“colleague” can’t read what people wrote" in browser.get("/admin/").content.decode()
    number = re.search(r'name="account" value="(\d+)"', browser.get("/admin/sealed/").content.decode())[1]
    assert other.post("/admin/sealed/give/", {"account": number}).status_code == 302  # not to oneself
    assert not reads(other, enquiry)
    assert browser.post("/admin/sealed/give/", {"account": number}).status_code == 302
    assert reads(other, enquiry)
    assert browser.post("/admin/sealed/give/", {"account": number}).status_code == 404
    assert browser.post("/admin/sealed/give/", {"account": "x"}).status_code == 404


def test_a_therapist_who_is_removed_reads_nothing_from_that_moment(browser, practice, enquiry):
    colleague = make_therapist("colleague", OTHER)
    account_keys.create(colleague, OTHER)
    practice_keys.give(colleague.account_key, practice.keys_of())
    other = sign_in("colleague", OTHER)
    assert reads(other, enquiry)
    colleague.is_superuser = False
    colleague.save()
    assert other.get(f"/admin/bookings/enquiry/{enquiry.pk}/change/").status_code == 403
    colleague.is_superuser = True
    colleague.save()
    assert not reads(other, enquiry)
    assert reads(browser, enquiry)


# The recovery key ---------------------------------------------------------------------------------


def test_the_desk_asks_for_the_recovery_key_twice_a_year(browser, practice):
    assert "Do you still have your recovery key?" not in browser.get("/admin/").content.decode()
    RecoveryKey.objects.update(confirmed_at=timezone.now() - timedelta(days=183))
    assert "Do you still have your recovery key?" in browser.get("/admin/").content.decode()
    browser.post("/admin/sealed/check/", {"recovery_key": practice.recovery_key})
    assert "Do you still have your recovery key?" not in browser.get("/admin/").content.decode()


def test_a_lost_recovery_key_is_replaced_by_whoever_has_opened(browser, practice, enquiry):
    closed = by_passkey(practice.therapist)
    assert closed.post("/admin/sealed/").headers["Location"] == "/admin/sealed/open/"
    typed = shown_key(browser.post("/admin/sealed/"))
    browser.post("/admin/sealed/type-back/", {"recovery_key": typed, "own_password": PASSWORD})
    assert practice_keys.opened_by_recovery_key(typed)
    assert reads(browser, enquiry)
    RecoveryKey.objects.get()


def test_the_sheet_for_a_colleague_names_them_and_keeps_nothing(browser):
    assert browser.get("/admin/sealed/colleague/").status_code == 200
    sheet = browser.post("/admin/sealed/colleague/", {"name": "Dr Sam Green"}).content.decode()
    assert "Dear Dr Sam Green" in sheet
    assert "Dr Sam Green" not in browser.get("/admin/sealed/colleague/").content.decode()
