"""The site, the worker and `manage.py check` refuse a FIELD_KEY that the database was not written with."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.management.commands import run_worker
from bookings.models import Person
from practice import database_checks, key_check
from practice.models import SiteState
from tests.environment import TESTING

ROOT = Path(__file__).resolve().parents[2]
OTHER_KEY = Fernet.generate_key().decode()
PROBLEM = "FIELD_KEY is not the key that this database was written with."


@pytest.fixture
def use_keys(db, settings):
    """Return a function that sets FIELD_KEY and returns the key before."""

    def use(*keys):
        settings.FIELD_KEYS = list(keys)

    return use


OLD_KEY = TESTING["FIELD_KEY"]


def is_refused():
    try:
        call_command("check", stdout=StringIO(), stderr=StringIO())
    except SystemCheckError as problem:
        return PROBLEM in str(problem)
    return False


def test_the_site_is_not_served_with_another_key(prepared, tmp_path):
    def run(code, **changes):
        env = {"PATH": os.environ["PATH"], **TESTING, **prepared, **changes}
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)

    refused = run("import practice.wsgi", FIELD_KEY=OTHER_KEY)
    assert refused.returncode == 3
    assert refused.stderr.startswith(PROBLEM)
    assert len(refused.stderr.splitlines()) == 1
    assert run("import practice.wsgi").returncode == 0

    away = {"DATABASE_URL": f"sqlite:///{tmp_path}/later/site.sqlite3", "FIELD_KEY": OTHER_KEY}
    back = f"import os; os.symlink('{tmp_path}/var', '{tmp_path}/later')"
    ask = "from practice import database_checks; print(database_checks.sentence_if_unknown())"
    served = run(f"import practice.wsgi; {back}; {ask}", **away)  # it starts without its database
    assert served.stdout.startswith(PROBLEM), served.stderr


@pytest.mark.parametrize("how", [[], ["--watch"]])
def test_the_worker_does_not_run_with_another_key(use_keys, how, monkeypatch):
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)  # the test's own
    use_keys(OTHER_KEY)

    with pytest.raises(CommandError, match=PROBLEM):
        call_command("run_worker", *how)


def test_start_says_so_before_it_starts_anything(use_keys, monkeypatch):
    use_keys(OTHER_KEY)
    monkeypatch.setenv("PORT", "8799")

    with pytest.raises(SystemExit, match=PROBLEM):
        call_command("start")


def test_the_check_reports_another_key_and_takes_the_right_one(use_keys):
    assert not is_refused()
    use_keys(OTHER_KEY)
    assert is_refused()


def test_what_moves_a_site_or_mends_its_key_runs_with_another_key(use_keys, tmp_path):
    use_keys(OTHER_KEY)
    fixture = str(tmp_path / "site.json")

    call_command("migrate", verbosity=0, skip_checks=False)
    call_command("dumpdata", "practice", output=fixture, skip_checks=False, verbosity=0)
    call_command("loaddata", fixture, skip_checks=False, verbosity=0)
    call_command("rotate_field_key", skip_checks=False, stdout=StringIO())


def test_a_new_key_in_front_of_the_old_one_is_right_and_stays_right_after_rotating(use_keys):
    use_keys(OTHER_KEY, OLD_KEY)
    assert not is_refused()
    use_keys(OTHER_KEY)
    assert is_refused()

    use_keys(OTHER_KEY, OLD_KEY)
    call_command("rotate_field_key", stdout=StringIO())

    assert not is_refused()
    use_keys(OTHER_KEY)
    assert not is_refused()
    use_keys(OLD_KEY)
    assert is_refused()


def test_migrating_again_with_another_key_does_not_make_it_right(use_keys):
    use_keys(OTHER_KEY)
    call_command("migrate", verbosity=0)

    assert is_refused()


def test_rotating_what_cannot_be_read_makes_the_key_right_only_if_the_old_one_is_lost(use_keys, capsys):
    Person.objects.create(name="Zoë")
    use_keys(OTHER_KEY)

    call_command("rotate_field_key")
    assert "1 could not be read with any key" in capsys.readouterr().out
    assert is_refused()

    call_command("rotate_field_key", "--lost")
    assert not is_refused()


def test_a_database_without_a_table_or_a_digest_is_not_judged(use_keys):
    use_keys(OTHER_KEY)
    SiteState.objects.all().delete()
    assert key_check.errors() == []

    key_check.remember_first()
    assert not is_refused()
    use_keys(*site.FIELD_KEYS[:0])
    assert PROBLEM not in key_check.sentence()


@pytest.fixture
def started_without_database(db, monkeypatch):
    """A process of the site that started while the database did not answer."""

    def fail():
        raise OperationalError("could not connect to server")

    with monkeypatch.context() as away:
        away.setattr(key_check, "errors", fail)
        assert database_checks.errors_at_start() == []
    yield
    monkeypatch.setattr(database_checks, "_is_unknown", False)


def comparisons_in_a_page():
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/consultation/").status_code == 200
    return sum(SiteState._meta.db_table in query["sql"] for query in queries)


def test_a_site_that_started_without_its_database_compares_the_key_once(started_without_database):
    assert [comparisons_in_a_page() for _ in range(3)] == [1, 0, 0]


def test_a_site_that_started_with_its_database_never_compares_the_key_again(db):
    assert database_checks.errors_at_start() == []
    assert comparisons_in_a_page() == 0


def test_a_site_that_started_without_its_database_serves_nothing_with_another_key(
    started_without_database, use_keys, caplog
):
    use_keys(OTHER_KEY)
    origin = {"origin": "http://testserver"}
    for _ in range(2):
        assert Client().get("/").status_code == 503
    page = Client().post("/consultation/", {"message": "Please ring me."}, headers=origin)
    assert page.status_code == 503
    assert "Please ring me." in page.content.decode()
    assert PROBLEM in caplog.text

    use_keys(OLD_KEY)
    assert Client().get("/consultation/").status_code == 200


def test_a_site_that_started_without_its_database_waits_for_it(started_without_database, monkeypatch):
    def fail():
        raise OperationalError("could not connect to server")

    with monkeypatch.context() as away:
        away.setattr(key_check, "errors", fail)
        assert Client(raise_request_exception=False).get("/").status_code == 503
    assert comparisons_in_a_page() == 1
