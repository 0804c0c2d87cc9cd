"""The site moves to another database in one step, with nothing lost, changed or sent twice."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings.models import Message
from practice.backups import copies, moving
from practice.backups.writing import current_fingerprint
from practice.models import SiteState
from tests.bookings.backups.helpers import manage, rows
from tests.mail_server import database_url

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "from bookings.models import Message; print(Message.objects.filter(sent_at=None).count())"


def digest_in(text):
    return re.search(r"the same in both: ([0-9a-f]{64})", text)[1]


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
