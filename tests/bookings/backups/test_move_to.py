"""The site moves to another database in one step, with nothing lost, changed or sent twice."""

import os
import re
import subprocess
import sys
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bookings.models import Message
from practice.backups import copies, moving
from practice.backups.writing import current_fingerprint
from practice.models import SiteState
from tests.bookings.backups.helpers import rows
from tests.mail_server import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "from bookings.models import Message; print(Message.objects.filter(sent_at=None).count())"


def digest_in(text):
    return re.search(r"the same in both: ([0-9a-f]{64})", text)[1]


def manage(url, *arguments):
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture
def other_database(tmp_path):
    """An empty database of the same kind as that of the test, which on PostgreSQL has to be made.

    Its name is a name of its own, because tests run side by side on one server.
    """
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/other.sqlite3"
        return
    name = f"moved_{uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{database_url().rpartition('/')[0]}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_moves_there_and_back_with_equal_digests(site_in_use, tmp_path, other_database):
    call_command("load_starter_pages", verbosity=0, stdout=StringIO())
    before, stdout = rows(), StringIO()
    digest = current_fingerprint().digest
    file = f"sqlite:///{tmp_path}/moved.sqlite3"

    call_command("move_to", file, stdout=stdout)
    back = manage(file, "move_to", other_database)

    assert back.stderr == ""
    assert digest_in(stdout.getvalue()) == digest_in(back.stdout) == digest
    assert "set DATABASE_URL" in back.stdout
    assert rows() == before
    assert manage(other_database, "migrate", "--check").returncode == 0
    waiting = manage(other_database, "shell", "--no-imports", "-c", COUNT).stdout
    assert int(waiting) == Message.objects.filter(sent_at=None).count() > 0


def test_what_moves_on_gets_numbers_of_its_own(site_in_use, other_database):
    call_command("move_to", other_database, stdout=StringIO())
    add = "from django.contrib.auth.models import User; User.objects.create(username='assistant')"
    assert manage(other_database, "shell", "--no-imports", "-c", add).returncode == 0


def test_a_database_that_has_tables_is_refused(site_in_use, other_database):
    before = rows()
    with pytest.raises(CommandError, match="has tables already"):
        call_command("move_to", database_url())
    assert rows() == before
    assert manage(other_database, "migrate", "--verbosity=0").returncode == 0
    with pytest.raises(CommandError, match="has tables already"):
        call_command("move_to", other_database)


def test_a_site_that_is_written_to_meanwhile_is_noticed(site_in_use, tmp_path, monkeypatch):
    fill = copies.fill

    def fill_while_the_worker_runs(*arguments):
        SiteState.objects.update(worker_seen_at=timezone.now())
        return fill(*arguments)

    monkeypatch.setattr(copies, "fill", fill_while_the_worker_runs)
    with pytest.raises(CommandError, match="Stop the site and the worker"):
        call_command("move_to", f"sqlite:///{tmp_path}/moved.sqlite3")


def test_rows_that_arrive_otherwise_are_noticed(site_in_use, tmp_path, monkeypatch):
    fill = copies.fill
    monkeypatch.setattr(copies, "fill", lambda *arguments: moving.Fingerprint(fill(*arguments).counts, "0" * 64))
    with pytest.raises(CommandError, match="not what is in the old one"):
        call_command("move_to", f"sqlite:///{tmp_path}/moved.sqlite3")


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://user@127.0.0.1/site", "https://practice.example/"])
def test_what_is_no_database_is_refused(db, url):
    with pytest.raises(CommandError, match="begins with postgres:// or sqlite:///"):
        call_command("move_to", url)


def test_a_server_that_cannot_be_reached_is_named_without_the_password(db):
    with pytest.raises(CommandError, match="could not be used") as refused:
        call_command("move_to", "postgres://user:secret-password@127.0.0.1:9/site")
    assert "secret-password" not in str(refused.value)
