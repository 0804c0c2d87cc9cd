"""The second factor is asked for at each sign-in, and its codes work once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bookings.models import Message
from practice.models import SignInMethod, UserSession
from practice.sealing import recovery_key
from practice.sign_in import second_factor, signals
from practice.sign_in.forms import RECOVERY_KEY
from tests.sign_in_steps import CODE, SECRET, app_code, enter_password, recovery_codes, set_up_app, shown_secret

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def with_app(therapist, clock):
    set_up_app(therapist)
    return therapist


@pytest.fixture
def public(settings):
    settings.PUBLIC = True


def may_use(client):
    return client.get("/admin/").status_code == 200


def test_the_password_alone_lets_nobody_in(client, with_app):
    answer = enter_password(client)

    assert answer.headers["Location"] == CODE
    assert not may_use(client)
    assert "Open the app" not in client.get(CODE).content.decode()


def test_the_code_of_the_app_does(client, with_app):
    enter_password(client)

    assert client.post(CODE, {"code": app_code()}).headers["Location"] == "/admin/"
    assert may_use(client)
    assert UserSession.objects.exclude(user=None).get().method == SignInMethod.APP


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_phone_may_be_half_a_minute_off(client, with_app, steps):
    enter_password(client)

    assert client.post(CODE, {"code": app_code(steps=steps)}).status_code == 302


@pytest.mark.parametrize("steps", [-2, 2])
def test_but_not_more(client, with_app, steps):
    enter_password(client)

    assert client.post(CODE, {"code": app_code(steps=steps)}).status_code == 200
    assert not may_use(client)


def test_a_code_works_once(with_app):
    code = app_code()
    for client, status in ((Client(), 302), (Client(), 200)):
        enter_password(client)
        assert client.post(CODE, {"code": code}).status_code == status


def test_a_recovery_code_works_once_and_leads_to_where_a_new_phone_is_set_up(with_app):
    code, *others = recovery_codes(with_app)
    first, second = Client(), Client()
    enter_password(first)

    assert first.post(CODE, {"code": f"{code[:4]} {code[4:]}"}).headers["Location"] == "/admin/sign-in/"
    page = first.get("/admin/sign-in/").content.decode()
    assert "You signed in with a recovery code. 9 are left." in page
    enter_password(second)
    assert second.post(CODE, {"code": code}).status_code == 200
    assert second.post(CODE, {"code": others[0]}).status_code == 302


def test_a_stolen_recovery_code_is_worth_nothing_without_the_password(client, with_app):
    assert client.post(CODE, {"code": recovery_codes(with_app)[0]}).headers["Location"] == "/admin/login/"
    assert len(recovery_codes(with_app)) == 10


def test_the_recovery_key_from_the_other_sheet_is_named_and_not_counted(with_app):
    browser = Client()
    enter_password(browser)
    for _ in range(11):
        typed = recovery_key.new().lower()
        assert RECOVERY_KEY in browser.post(CODE, {"code": typed}).content.decode()
    assert browser.post(CODE, {"code": app_code()}).status_code == 302


def test_a_code_of_another_account_does_not_work(client, with_app, django_user_model):
    ann = django_user_model.objects.create_user("ann", is_staff=True)
    set_up_app(ann, "A" * 32)
    enter_password(client)

    for code in (app_code("A" * 32), recovery_codes(ann)[0]):
        assert client.post(CODE, {"code": code}).status_code == 200


def test_wrong_codes_have_to_wait_and_a_right_password_does_not_take_them_back(with_app, clock):
    def attempt(number, code="000000"):
        client = Client()
        enter_password(client, REMOTE_ADDR=f"203.0.113.{number}")
        return client.post(CODE, {"code": code}, REMOTE_ADDR=f"203.0.113.{number}")

    assert [attempt(number).status_code for number in range(10)] == [200] * 10
    answer = attempt(11, app_code())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "There have been too many wrong codes. Wait 5 seconds" in answer.content.decode()
    assert Message.objects.filter(kind="tell_wrong_codes").count() == 1


def test_in_a_known_browser_strangers_codes_make_nobody_wait(with_app, clock):
    owner = Client()
    enter_password(owner)
    assert owner.post(CODE, {"code": app_code()}).status_code == 302
    owner.post("/admin/logout/")
    clock.shift(timedelta(minutes=1))
    for number in range(12):
        stranger = Client()
        enter_password(stranger, REMOTE_ADDR=f"203.0.113.{number}")
        stranger.post(CODE, {"code": "000000"}, REMOTE_ADDR=f"203.0.113.{number}")

    enter_password(owner)
    assert owner.post(CODE, {"code": app_code()}).status_code == 302


def test_between_the_steps_a_new_password_ends_the_sign_in(client, with_app):
    enter_password(client)
    with_app.set_password("kettle violin orchard tuesday")
    with_app.save()

    assert client.post(CODE, {"code": app_code()}).headers["Location"] == "/admin/login/"


def test_between_the_steps_half_an_hour_ends_the_sign_in(client, with_app, clock):
    enter_password(client)
    clock.shift(timedelta(minutes=29))
    assert client.get(CODE).status_code == 200
    clock.shift(timedelta(minutes=2))

    assert client.post(CODE, {"code": app_code()}).headers["Location"] == "/admin/login/"


def test_between_the_steps_the_password_lies_nowhere_in_the_clear(client, with_app):
    enter_password(client)
    key = client.cookies["sign-in"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM practice_usersession")
        stored = cursor.fetchone()[0]
    secret = client.session["pending_sign_in"]["secret"]

    assert "battery" not in str(client.session.items()) + stored + key.value
    assert Fernet(key.value).decrypt(secret) == b"correct horse battery staple"
    assert key["httponly"]
    assert key["samesite"] == "Strict"
    del client.cookies["sign-in"]
    assert client.post(CODE, {"code": app_code()}).headers["Location"] == "/admin/login/"


@pytest.fixture
def completed():
    received = []

    def receive(**signal):
        signal["response"].set_cookie("from-receiver", "yes")
        received.append(signal)

    signals.completed.connect(receive)
    yield received
    signals.completed.disconnect(receive)


def test_who_listens_learns_the_password_once_when_the_sign_in_is_complete(client, with_app, completed):
    enter_password(client)
    assert completed == []
    client.post(CODE, {"code": app_code()})

    (signal,) = completed
    assert (signal["user"], signal["password"]) == (with_app, "correct horse battery staple")
    assert (signal["method"], signal["is_new_device"]) == (SignInMethod.APP, True)
    assert signal["request"].user == with_app
    assert client.cookies["from-receiver"].value == "yes"
    assert client.cookies["sign-in"].value == ""
    assert "pending_sign_in" not in client.session


def test_who_listens_learns_it_without_a_second_factor_too(client, therapist, completed):
    enter_password(client)
    client.post("/admin/logout/")
    enter_password(client)

    assert [signal["method"] for signal in completed] == [SignInMethod.PASSWORD] * 2
    assert [signal["is_new_device"] for signal in completed] == [True, False]


# The walk of the first sign-in ----------------------------------------------------------------------


def test_on_a_public_site_the_first_sign_in_sets_up_a_second_factor(client, therapist, public, clock):
    assert enter_password(client).headers["Location"] == "/admin/sign-in/set-up/"
    assert "Step 1 of 3" in client.get("/admin/sign-in/set-up/").content.decode()
    page = client.get("/admin/sign-in/set-up/app/")
    assert "<svg" in page.content.decode()
    secret = shown_secret(page)
    assert shown_secret(client.get("/admin/sign-in/set-up/app/")) == secret  # a reload changes nothing
    assert client.post("/admin/sign-in/set-up/app/", {"code": "000000"}).status_code == 200
    assert not may_use(client)

    answer = client.post("/admin/sign-in/set-up/app/", {"code": app_code(secret)})
    assert answer.headers["Location"] == "/admin/sign-in/recovery-codes/"
    codes = client.get("/admin/sign-in/recovery-codes/").context["codes"]
    assert len(set(codes)) == 10
    assert not may_use(client)
    assert client.post("/admin/sign-in/recovery-codes/", {"kept": "yes"}).headers["Location"] == "/admin/"
    assert may_use(client)
    assert client.get("/admin/sign-in/recovery-codes/").headers["Location"] == "/admin/sign-in/"


def test_codes_that_were_not_kept_are_shown_at_the_next_sign_in(client, therapist, public, clock):
    enter_password(client)
    secret = shown_secret(client.get("/admin/sign-in/set-up/app/"))
    client.post("/admin/sign-in/set-up/app/", {"code": app_code(secret)})
    codes = client.get("/admin/sign-in/recovery-codes/").context["codes"]
    later = Client()
    clock.shift(timedelta(minutes=1))
    enter_password(later)

    assert later.post(CODE, {"code": app_code(secret)}).headers["Location"] == "/admin/sign-in/recovery-codes/"
    assert later.get("/admin/sign-in/recovery-codes/").context["codes"] == codes
    assert not may_use(later)


def test_with_a_second_factor_nobody_sets_up_another_before_showing_it(client, with_app, public):
    enter_password(client)

    for path in ("", "app/", "passkey/"):
        assert client.get(f"/admin/sign-in/set-up/{path}").headers["Location"] == CODE
    assert client.get("/admin/sign-in/recovery-codes/").headers["Location"] == CODE


@pytest.mark.parametrize("path", ["code/", "set-up/", "set-up/app/", "set-up/passkey/", "recovery-codes/"])
def test_without_a_password_the_steps_lead_to_the_sign_in_page(client, public, path):
    assert client.get(f"/admin/sign-in/{path}").headers["Location"] == "/admin/login/"
    assert client.post(f"/admin/sign-in/{path}", {"code": "1"}).headers["Location"] == "/admin/login/"


def test_a_session_from_before_the_site_was_public_ends(therapist_client, public):
    assert therapist_client.get("/admin/").status_code == 302
    assert not UserSession.objects.exclude(user=None).exists()


def test_on_this_machine_a_second_factor_is_offered_but_not_needed(client, therapist):
    assert enter_password(client).headers["Location"] == "/admin/"
    assert "Set up an app" in client.get("/admin/sign-in/").content.decode()


def test_debug_changes_nothing(client, therapist, public, settings):
    settings.DEBUG = True

    assert enter_password(client).headers["Location"] == "/admin/sign-in/set-up/"


# Changing it ----------------------------------------------------------------------------------------


def test_the_last_factor_stays_where_it_is_needed(client, with_app, public):
    enter_password(client)
    client.post(CODE, {"code": app_code()})
    pk = second_factor.factors(with_app).get().pk

    assert "Remove" not in client.get("/admin/sign-in/").content.decode()
    client.post("/admin/sign-in/", {"remove": pk})
    assert second_factor.is_set_up(with_app)
    assert may_use(client)


def test_with_the_last_factor_the_recovery_codes_go(therapist_client, with_app):
    therapist_client.post("/admin/sign-in/", {"remove": second_factor.factors(with_app).get().pk})

    assert not Authenticator.objects.exists()
    assert Message.objects.filter(kind="tell_second_factor").count() == 1


def test_nobody_removes_the_factor_of_another_account(therapist_client, django_user_model):
    ann = django_user_model.objects.create_user("ann", is_staff=True)
    set_up_app(ann)
    therapist_client.post("/admin/sign-in/", {"remove": second_factor.factors(ann).get().pk})

    assert second_factor.is_set_up(ann)


def test_new_recovery_codes_put_an_end_to_those_before(therapist_client, with_app):
    before = recovery_codes(with_app)
    therapist_client.post("/admin/sign-in/", {"new_codes": "yes"})
    shown = therapist_client.get("/admin/sign-in/recovery-codes/").context["codes"]

    assert not set(before) & {code.replace(" ", "") for code in shown}
    assert second_factor.check_code(with_app, before[0]) is None
    assert second_factor.check_code(with_app, shown[0]) == SignInMethod.RECOVERY_CODE


def test_a_new_phone_takes_the_place_of_the_lost_one(therapist_client, with_app):
    secret = shown_secret(therapist_client.get("/admin/sign-in/set-up/app/"))
    therapist_client.post("/admin/sign-in/set-up/app/", {"code": app_code(secret)})

    assert second_factor.factors(with_app).count() == 1
    assert second_factor.check_code(with_app, app_code(SECRET)) is None
    assert second_factor.check_code(with_app, app_code(secret, 1)) == SignInMethod.APP


# Secrets at rest ------------------------------------------------------------------------------------


def test_the_database_holds_no_secret_in_the_clear(with_app):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())

    assert SECRET not in stored
    assert recovery_codes(with_app)[0] not in stored


def test_secrets_survive_a_rotation_of_the_key(with_app, settings):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    codes = recovery_codes(with_app)
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_key", verbosity=0)
    settings.FIELD_KEYS = [new]

    assert second_factor.check_code(with_app, app_code()) == SignInMethod.APP
    assert recovery_codes(with_app) == codes


def test_without_their_key_no_code_is_right(with_app, settings):
    code = app_code()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    for attempt in (code, app_code("A" * 32), "00000000", ""):
        assert second_factor.check_code(with_app, attempt) is None
