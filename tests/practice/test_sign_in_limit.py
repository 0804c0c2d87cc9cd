"""Wrong passwords make others wait, but never the owner for good, and never the site."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings as site_settings
from django.contrib.auth import hashers as django_hashers
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client

from bookings.models import Message
from bookings.worker import delivery, timed_messages
from practice.models import FailedSignIns, Practice

RIGHT = "correct horse battery staple"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HASH = "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"
OWNER = "198.51.100.7"
pytestmark = pytest.mark.django_db


def sign_in(client, password, address="203.0.113.1", username="therapist"):
    return client.post("/admin/login/?next=/admin/", {"username": username, "password": password}, REMOTE_ADDR=address)


def statuses(count, address="203.0.113.1", username="therapist"):
    return [sign_in(Client(), "wrong", address, username).status_code for _ in range(count)]


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def quick_hashing(monkeypatch):
    """Hash at once, and count how many passwords are looked at."""
    looked_at = []
    monkeypatch.setattr(
        django_hashers.Argon2PasswordHasher,
        "verify",
        lambda hasher, password, encoded: looked_at.append(password) or password == RIGHT,
    )
    monkeypatch.setattr(
        django_hashers.Argon2PasswordHasher,
        "encode",
        lambda hasher, password, salt: (
            looked_at.append(password) or "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"
        ),
    )
    monkeypatch.setattr(django_hashers.Argon2PasswordHasher, "must_update", lambda hasher, encoded: False)
    return looked_at


@pytest.fixture
def known_device(therapist, clock):
    client = Client()
    assert sign_in(client, RIGHT, OWNER).status_code == 302
    del client.cookies["desk"]
    return client


def test_strangers_never_make_a_known_device_wait(known_device, clock, quick_hashing):
    for minute in range(0, 24 * 60, 5):
        clock.move_to(NOW + timedelta(minutes=minute))
        sign_in(Client(), "wrong", f"203.0.{minute // 250}.{minute % 250}")
    assert statuses(1, "192.0.2.1") == [429]

    assert sign_in(known_device, RIGHT, OWNER).status_code == 302


def test_even_on_the_strangers_own_connection(known_device, quick_hashing):
    assert statuses(12, OWNER)[-2:] == [429, 429]

    assert sign_in(known_device, RIGHT, OWNER).status_code == 302


def test_one_client_keeps_no_other_connection_waiting_for_longer_than_a_minute(therapist, clock, quick_hashing):
    for second in range(0, 3600, 5):
        clock.move_to(NOW + timedelta(seconds=second))
        sign_in(Client(), "wrong")

    answer = sign_in(Client(), RIGHT, OWNER)
    assert answer.status_code == 302 or int(answer.headers["Retry-After"]) <= 60
    clock.shift(timedelta(seconds=60))
    assert sign_in(Client(), RIGHT, OWNER).status_code == 302


def test_the_accounts_wait_grows_to_a_minute_and_no_further(therapist, clock, quick_hashing):
    addresses = (f"203.0.113.{number}" for number in range(99))
    assert [statuses(1, next(addresses)) for _ in range(9)] == [[200]] * 9
    waits = []
    for _ in range(7):
        assert statuses(1, next(addresses)) == [200]
        refused = sign_in(Client(), RIGHT, "192.0.2.99")
        waits.append(int(refused.headers["Retry-After"]))
        clock.shift(timedelta(seconds=waits[-1]))

    assert waits == [5, 10, 20, 40, 60, 60, 60]
    assert sign_in(Client(), RIGHT, "192.0.2.99").status_code == 302
    assert statuses(1, next(addresses)) == [200]  # the right password has put an end to it


def test_the_known_device_has_a_small_limit_of_its_own(known_device, quick_hashing):
    assert [sign_in(known_device, "wrong", OWNER).status_code for _ in range(11)] == [200] * 10 + [429]

    answer = sign_in(known_device, RIGHT, OWNER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "Wait 5 seconds, then try again." in answer.content.decode()
    assert "signed in before" not in answer.content.decode()
    assert sign_in(Client(), RIGHT, "192.0.2.1").status_code == 302


def test_a_refused_attempt_costs_no_hashing_and_is_not_counted(therapist, clock, quick_hashing):
    statuses(10)
    looked_at, counted = len(quick_hashing), list(FailedSignIns.objects.values())
    assert statuses(30, username="somebody else") == [429] * 30

    assert (len(quick_hashing), list(FailedSignIns.objects.values())) == (looked_at, counted)


@pytest.mark.parametrize(
    ("addresses", "free"),
    [
        (lambda number: "203.0.113.1", 10),
        (lambda number: f"::ffff:203.0.113.1%{number}".partition("%")[0], 10),
        (lambda number: f"2001:db8:0:1::{number:x}", 10),
        (lambda number: f"2001:db8:0:{number:x}::1", 20),
        (lambda number: f"2001:db8:0:{number:x}00::1", 40),
    ],
    ids=["address", "mapped address", "/64", "/56", "/48"],
)
def test_each_network_has_its_allowance_before_it_waits(therapist, clock, quick_hashing, addresses, free):
    answers = [
        sign_in(Client(), "wrong", addresses(number), username=f"name{number}").status_code for number in range(45)
    ]

    assert answers == [200] * free + [429] * (45 - free)
    assert sign_in(Client(), RIGHT, "2001:db8:ff::1").status_code == 302


def test_what_was_typed_comes_back_apart_from_the_password(therapist, clock, quick_hashing):
    statuses(10)
    page = sign_in(Client(), "my password")

    assert (page.status_code, page.headers["Retry-After"]) == (429, "60")
    text = page.content.decode()
    assert "There have been too many wrong passwords. Wait 60 seconds, then try again." in text
    assert "You don’t have to wait in a browser in which you’ve signed in before." in text
    assert 'value="therapist"' in text
    assert 'value="/admin/"' in text
    assert "my password" not in text


@pytest.fixture
def cookie(known_device) -> Morsel:
    return known_device.cookies["device"]


def test_the_cookie_of_a_known_device_is_out_of_reach_of_scripts(cookie):
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert cookie["max-age"] == site_settings.KNOWN_DEVICE_COOKIE_AGE
    assert RIGHT not in cookie.value


def exempt(client):
    """Return whether the client still gets a look at its password after others have used up the allowance."""
    statuses(10, "192.0.2.77")
    return sign_in(client, "wrong", "192.0.2.88").status_code == 200


def test_a_change_of_the_password_makes_the_cookie_worthless(known_device, therapist):
    therapist.set_password("another horse battery staple")
    therapist.save()

    assert not exempt(known_device)


def test_a_cookie_spares_no_other_account(known_device, quick_hashing):
    User.objects.create(username="assistant", password="argon2$x", is_staff=True)
    assert statuses(10, OWNER, "assistant") == [200] * 10

    assert sign_in(known_device, "wrong", OWNER, "assistant").status_code == 429


@pytest.mark.parametrize(
    "change", [lambda value: value[:-1], lambda value: "x" + value, lambda value: "", lambda value: "::"]
)
def test_a_forged_cookie_is_worth_nothing(known_device, cookie, quick_hashing, change):
    known_device.cookies["device"] = change(cookie.value)

    assert not exempt(known_device)


def test_a_cookie_is_worth_nothing_under_another_key_or_after_half_a_year(known_device, clock, quick_hashing, settings):
    assert exempt(known_device)
    keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *keys]
    assert exempt(known_device)  # the older key still verifies
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert not exempt(known_device)
    settings.FIELD_KEYS = keys
    clock.shift(timedelta(days=181))
    assert not exempt(known_device)


def test_changing_the_password_here_keeps_this_device_known(known_device, quick_hashing, therapist):
    sign_in(known_device, RIGHT, OWNER)
    new = "another horse battery staple"
    changed = {"old_password": RIGHT, "new_password1": new, "new_password2": new}
    before = known_device.cookies["device"].value
    assert known_device.post("/admin/password_change/", changed).status_code == 302

    assert known_device.cookies["device"].value != before


def test_logging_out_keeps_the_device_known(known_device, quick_hashing):
    sign_in(known_device, RIGHT, OWNER)
    known_device.post("/admin/logout/")

    assert not known_device.cookies["desk"].value
    assert exempt(known_device)


def test_guesses_at_the_old_password_are_limited_too(known_device, quick_hashing):
    sign_in(known_device, RIGHT, OWNER)
    new = {"new_password1": "another horse battery staple", "new_password2": "another horse battery staple"}
    for _ in range(10):
        page = known_device.post("/admin/password_change/", {"old_password": "wrong", **new})
        assert "too many wrong passwords" not in page.content.decode()

    page = known_device.post("/admin/password_change/", {"old_password": RIGHT, **new})
    assert "There have been too many wrong passwords. Wait 5 seconds, then try again." in page.content.decode()


@pytest.fixture
def notices(clock):
    Practice.objects.update(notification_address="owner@example.org")

    def send():
        delivery.send_due(lambda: datetime.now(UTC))
        return [message.body for message in mail.outbox]

    return send


def test_the_owner_is_told_of_a_rush_at_most_once_a_day(therapist, clock, quick_hashing, notices):
    assert statuses(9) == [200] * 9
    assert notices() == []
    for hour in range(0, 48, 2):
        clock.move_to(NOW + timedelta(hours=hour))
        for number in range(12):
            sign_in(Client(), "wrong", f"203.0.113.{number}")
            clock.shift(timedelta(minutes=2))

    assert len(notices()) == 2
    assert notices()[0].startswith("At least ten wrong passwords have been tried for an account of your desk.")
    assert "/admin/password_change/" in notices()[0]
    assert mail.outbox[0].to == ["owner@example.org"]
    timed_messages.delete_old_summaries(NOW + timedelta(days=40))
    assert not Message.objects.exists()


def test_nobody_is_told_about_a_name_that_has_no_account(therapist, clock, quick_hashing, notices):
    statuses(10, username="administrator")

    assert notices() == []


def test_the_counters_name_nobody(known_device, quick_hashing):
    statuses(3, "203.0.113.99")

    stored = str(list(FailedSignIns.objects.values()))
    assert "therapist" not in stored
    assert "203.0.113" not in stored


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_are_all_counted(therapist, quick_hashing):
    together = threading.Barrier(20)

    def attempt(number):
        together.wait()
        try:
            return sign_in(Client(), "wrong", f"203.0.113.{number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        answers = sorted(threads.map(attempt, range(20)))

    looked_at = len([answer for answer in answers if answer == 200])
    assert set(answers) <= {200, 429, 503}
    assert looked_at <= 10
    assert len(quick_hashing) == looked_at


@pytest.mark.django_db(transaction=True)
def test_few_passwords_are_hashed_at_once_and_a_known_device_gets_its_turn(therapist, monkeypatch):
    owner = Client()
    assert sign_in(owner, RIGHT, OWNER).status_code == 302
    hashing, at_once, release = threading.Semaphore(0), [], threading.Event()

    def slow_encode(hasher, password, salt):
        at_once.append(password)
        hashing.release()
        release.wait(20)
        return HASH

    monkeypatch.setattr(django_hashers.Argon2PasswordHasher, "encode", slow_encode)

    def attempt(number):
        try:
            return sign_in(Client(), "wrong", f"203.0.113.{number}", username=f"name{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(attempt, 0)
        assert hashing.acquire(timeout=20)
        others = [threads.submit(attempt, number).result(timeout=20) for number in range(1, 8)]
        known = sign_in(owner, RIGHT, OWNER)
        release.set()
        assert first.result(timeout=20).status_code == 200

    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in others} == {(503, "3")}
    assert all(f'value="name{number}"' in answer.content.decode() for number, answer in enumerate(others, 1))
    assert "Your password wasn’t looked at." in others[0].content.decode()
    assert known.status_code == 302
    assert len(at_once) == 1
    assert FailedSignIns.objects.filter(count__gt=0).count() == 2  # the first one's name and connection
