"""`/health/` and `manage.py doctor` say whether the site works, to those who may know."""

import json
import shutil
from collections import namedtuple
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from bookings.models import Message
from practice import health
from practice.models import SiteState

TOKEN = "a-long-random-word-for-the-monitor"
ELSEWHERE = "203.0.113.9"
ALL = ["disk", "static files", "database", "migrations", "field key", "clock", "worker", "messages"]
ALL += ["encryption", "erasure"]


@pytest.fixture
def working_site(db, settings):
    settings.HEALTH_TOKEN = TOKEN
    SiteState.load()
    SiteState.objects.update(worker_seen_at=timezone.now())


@pytest.fixture
def ask(working_site):
    """Return a function that asks for the health of the site, from this machine without a token."""

    def ask(address="127.0.0.1", token="", path="/health/", **headers):
        if token:
            headers["authorization"] = f"Bearer {token}"
        return Client(REMOTE_ADDR=address).get(path, headers=headers)

    return ask


def failing(ask):
    """Return the sentences of what fails, by name."""
    response = ask(token=TOKEN)
    findings = json.loads(response.content)["findings"]
    found = {finding["name"]: finding["sentence"] for finding in findings if not finding["is_fine"]}
    assert response.status_code == (503 if found else 200)
    return found


def test_a_site_that_works_is_fine(ask):
    response = ask()
    assert response.status_code == 200
    assert response.json() == {"status": "fine"}
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert [finding["name"] for finding in ask(token=TOKEN).json()["findings"]] == ALL


@pytest.mark.parametrize("host", ["127.0.0.1", "practice.example", "no-such-host", "10.0.0.7:8000"])
def test_on_this_machine_any_host_is_answered_and_nothing_is_redirected(ask, settings, host):
    settings.SECURE_SSL_REDIRECT = True
    assert ask(host=host).status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (ELSEWHERE, {}),
        (ELSEWHERE, {"authorization": "Bearer wrong"}),
        (ELSEWHERE, {"authorization": "Bearer "}),
        ("127.0.0.1", {"x-forwarded-for": ELSEWHERE}),  # through the proxy of this machine
        ("127.0.0.1", {"forwarded": f"for={ELSEWHERE}"}),
        ("no address", {}),
    ],
)
def test_to_strangers_there_is_no_such_page(ask, address, headers):
    assert ask(address, **headers).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", ""])
def test_this_machine_is_known_by_its_address(ask, address):
    assert ask(address).status_code == 200


def test_the_token_opens_it_from_anywhere(ask):
    response = ask(ELSEWHERE, TOKEN)
    assert response.status_code == 200
    assert "findings" in response.json()


def test_an_empty_token_opens_nothing(ask, settings):
    settings.HEALTH_TOKEN = ""
    assert ask(ELSEWHERE, authorization="Bearer ").status_code == 404


def test_an_answer_has_the_headers_of_every_other(ask, client):
    page = client.get("/robots.txt")
    headers = ask().headers
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options"):
        assert headers[name] == page.headers[name]


def test_a_full_disk_fails(ask, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 10**8, 10**8))
    assert "0.1 GB are free" in failing(ask)["disk"]


def test_static_files_that_were_not_collected_fail(ask, monkeypatch):
    monkeypatch.delitem(staticfiles_storage.hashed_files, health.STYLESHEET)
    assert "collectstatic" in failing(ask)["static files"]


def test_static_files_that_are_gone_fail(ask, monkeypatch):
    monkeypatch.setitem(staticfiles_storage.hashed_files, health.STYLESHEET, "css/site.gone.css")
    assert "collectstatic" in failing(ask)["static files"]


@contextmanager
def database_refuses(words):
    def refuse(execute, sql, params, many, context):
        if sql.startswith(words):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("words", ["UPDATE", ""], ids=["read-only", "away"])
def test_a_database_that_refuses_fails_and_is_asked_no_more(ask, words):
    with database_refuses(words):
        response = ask(token=TOKEN)
    assert response.status_code == 503
    findings = response.json()["findings"]
    assert [finding["name"] for finding in findings] == ALL[:3]
    assert findings[-1]["sentence"] == "The database did not answer (OperationalError)."


def test_a_migration_that_is_not_applied_fails(ask):
    MigrationRecorder.Migration.objects.filter(app="bookings").delete()
    assert "`python manage.py migrate` (bookings 0001_initial, " in failing(ask)["migrations"]


def test_another_field_key_fails(ask, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert "FIELD_KEY is not the key" in failing(ask)["field key"]


def test_a_clock_that_has_jumped_fails(ask):
    SiteState.objects.update(clock_jumped_at=timezone.now())
    assert "jumped" in failing(ask)["clock"]


@pytest.mark.parametrize(("minutes", "is_fine"), [(-2, False), (0, True), (2, False)])
def test_a_clock_that_differs_from_the_databases_fails(ask, monkeypatch, minutes, is_fine):
    elsewhere = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(health, "_database_clock", lambda now: elsewhere)
    assert ("clock" not in failing(ask)) == is_fine


def test_the_clock_of_the_database_is_read(working_site):
    now = timezone.now()
    assert abs(health._database_clock(now) - now) < timedelta(seconds=10)


@pytest.mark.parametrize(("minutes", "is_fine"), [(4, True), (6, False)])
def test_a_worker_that_is_silent_for_too_long_fails(ask, minutes, is_fine):
    SiteState.objects.update(worker_seen_at=timezone.now() - timedelta(minutes=minutes))
    assert ("worker" not in failing(ask)) == is_fine


def test_a_worker_that_sends_for_a_long_time_is_not_silent(ask, make_message):
    SiteState.objects.update(worker_seen_at=timezone.now() - timedelta(minutes=20))
    make_message(sent_at=timezone.now() - timedelta(minutes=1))
    assert "worker" not in failing(ask)


def test_a_worker_that_never_ran_fails_until_it_runs(ask):
    SiteState.objects.update(worker_seen_at=None)
    assert "run_worker" in failing(ask)["worker"]
    call_command("run_worker", stdout=StringIO())
    assert "worker" not in failing(ask)


@pytest.fixture
def make_message(db):
    def make(**fields):
        now = timezone.now()
        return Message.objects.create(**{"kind": "daily_summary", "due_at": now, "next_try": now, **fields})

    return make


def test_a_message_that_is_late_fails_and_names_nobody(ask, make_message):
    late = timezone.now() - timedelta(minutes=3)
    make_message(due_at=late, attempts=1, last_error="The mail server could not be reached.")
    assert failing(ask)["messages"].startswith("1 message waits, the oldest since ")
    assert failing(ask)["messages"].endswith("London time. The mail server could not be reached.")
    make_message(due_at=late, about="another")
    assert failing(ask)["messages"].startswith("2 messages wait, ")


def run_doctor():
    stdout = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=stdout, no_color=True)
    return ended.value.code, stdout.getvalue().splitlines()


def test_the_last_step_of_an_upgrade_is_for_the_doctor_and_not_for_a_monitor(ask, settings):
    settings.DOCTOR_CHECKS = []
    SiteState.objects.update(has_person_keys=False)
    response = ask(token=TOKEN)
    assert (response.status_code, response.json()["status"]) == (200, "fine")
    (finding,) = [finding for finding in response.json()["findings"] if not finding["is_fine"]]
    assert finding["name"] == "encryption"
    out = StringIO()
    with pytest.raises(SystemExit) as exit_code:
        call_command("doctor", stdout=out)
    assert exit_code.value.code == 0  # deploy/upgrade takes anything else for a failed upgrade
    (line,) = [line for line in out.getvalue().splitlines() if "encryption" in line]
    assert line.startswith("to do")
    assert "run `python manage.py rotate_field_key`" in line


def test_the_doctor_prints_the_same_and_its_exit_code(ask, working_site):
    code, lines = run_doctor()
    assert code == 0
    assert [line.partition(":")[0] for line in lines] == [f"fine     {name}" for name in ALL]
    SiteState.objects.update(worker_seen_at=None)
    code, lines = run_doctor()
    assert code == 1
    assert [line for line in lines if line.startswith("failing")] == [
        "failing  worker: The worker has never run: start `python manage.py run_worker --watch`."
    ]
