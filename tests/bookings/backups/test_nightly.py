"""The worker makes a backup each night, beside its work, and where another one has been made it does nothing."""

import logging
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from bookings.models import Message
from practice.backups import erasures, files, nightly
from practice.backups.nightly import NightlyBackup, is_due
from practice.models import Erasure, SiteState
from tests.bookings.backups.helpers import PUBLIC
from tests.mail_server import ROOT, database_url, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def moment(text):
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(
    ("newest", "now", "expected"),
    [
        (None, "2026-11-24T12:00", True),
        ("2026-11-24T04:00", "2026-11-24T04:01", False),
        ("2026-11-24T04:00", "2026-11-25T03:59", False),
        ("2026-11-24T04:00", "2026-11-25T04:00", True),
        ("2026-11-25T02:30", "2026-11-25T04:00", False),  # a timer came first
        ("2026-11-24T12:00", "2026-11-25T04:00", True),  # the first one was made at noon
        ("2026-11-24T12:00", "2026-11-24T23:00", False),
        ("2026-11-24T04:00", "2026-11-25T12:00", True),  # the machine was off at night
        ("2026-06-24T03:00", "2026-06-25T02:59", False),  # in summer it is 03:59 in London
        ("2026-06-24T03:00", "2026-06-25T03:00", True),
        ("2026-10-24T03:00", "2026-10-25T03:59", False),  # the clock went back at night
        ("2026-10-24T03:00", "2026-10-25T04:00", True),
    ],
)
def test_it_is_due_at_night_and_by_day_only_if_a_night_was_missed(newest, now, expected):
    assert is_due(newest and moment(newest), moment(now)) == expected


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Return a function that has the worker start another process instead, which leaves a line in a file."""
    trace = tmp_path / "trace"

    def use(code="pass", result=0):
        script = f"open({str(trace)!r}, 'a').write('started\\n'); {code}; raise SystemExit({result})"
        monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", script])
        return trace

    monkeypatch.setattr(nightly, "LOOK_EVERY_SECONDS", 0)
    use()
    return use


def turn_until_ended(backup):
    backup.turn(timezone.now())
    while backup.process is not None:
        time.sleep(0.02)
        backup.turn(timezone.now())


def test_the_worker_makes_the_first_one_at_once_and_no_other(site_in_use, backup_folder, monkeypatch):
    monkeypatch.setattr(nightly, "LOOK_EVERY_SECONDS", 0)
    for name, value in (("BACKUP_FOLDER", str(backup_folder)), ("BACKUP_RECIPIENTS", PUBLIC[0])):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", database_url())
    backup = NightlyBackup()
    turn_until_ended(backup)
    [path] = files.all_in(backup_folder)
    turn_until_ended(backup)

    assert files.all_in(backup_folder) == [path]
    assert SiteState.load().backup_rehearsed_at is not None


def test_a_worker_that_runs_once_waits_for_its_backup(site_in_use, backup_folder, command):
    trace = command("import time; time.sleep(1)", result=5)
    call_command("run_worker", stdout=StringIO())
    assert trace.exists()
    assert "code 5" in SiteState.load().backup_problem


def test_without_a_folder_nothing_happens(db, command):
    NightlyBackup().turn(timezone.now())
    assert not command().exists()


def test_of_two_workers_one_makes_it(db, backup_folder, command):
    trace = command()
    for backup in (NightlyBackup(), NightlyBackup()):
        backup.turn(timezone.now())
        backup.wait()
    assert trace.read_text() == "started\n"


def test_a_failure_is_logged_and_remembered_and_tried_again_in_an_hour(db, backup_folder, command, caplog):
    trace = command(result=3)
    backup = NightlyBackup()
    turn_until_ended(backup)
    assert "The nightly backup ended with code 3" in caplog.text
    assert SiteState.load().backup_problem == "The nightly backup ended with code 3, and left no reason."
    backup.turn(timezone.now() + timedelta(minutes=59))
    assert backup.process is None
    backup.turn(timezone.now() + timedelta(minutes=61))
    backup.wait()
    assert trace.read_text() == "started\n" * 2


def test_after_a_timer_has_failed_the_worker_waits_an_hour_too(db, backup_folder, command, settings):
    settings.BACKUP_RECIPIENTS = []
    with pytest.raises(CommandError, match="always encrypted"):
        call_command("backup")
    assert "always encrypted" in SiteState.load().backup_problem
    backup = NightlyBackup()
    backup.turn(timezone.now() + timedelta(minutes=59))
    assert backup.process is None
    backup.turn(timezone.now() + timedelta(minutes=61))
    backup.wait()


def test_the_reason_that_the_command_has_left_is_not_overwritten(db, backup_folder, command):
    command(result=1)
    SiteState.load()
    SiteState.objects.update(backup_problem="No space left on device.")
    turn_until_ended(NightlyBackup())
    assert SiteState.load().backup_problem == "No space left on device."


def test_a_clock_that_was_wrong_does_not_keep_the_next_one_away(db, backup_folder, command):
    now = timezone.now()
    backup_folder.mkdir()
    (backup_folder / (now + timedelta(days=400)).astimezone(UTC).strftime(files.PATTERN)).touch()
    SiteState.load()
    SiteState.objects.update(backup_tried_at=now + timedelta(days=400))
    turn_until_ended(NightlyBackup())
    assert command().exists()


def test_one_that_takes_too_long_is_ended(db, backup_folder, command, monkeypatch, caplog):
    monkeypatch.setattr(nightly, "MAX_SECONDS", 0.1)
    command("import time; time.sleep(60)")
    turn_until_ended(NightlyBackup())
    assert "The nightly backup ended with code -9" in caplog.text


def test_a_worker_that_stops_ends_it_and_the_next_worker_begins_again(db, backup_folder, command):
    command("import time; time.sleep(60)")
    backup = NightlyBackup()
    backup.turn(timezone.now())
    backup.stop()
    assert backup.process.returncode == -signal.SIGKILL
    trace = command()
    turn_until_ended(NightlyBackup())
    assert trace.exists()


def test_the_list_of_erasures_is_copied_although_no_backup_is_due(db, backup_folder, command):
    backup_folder.mkdir()
    (backup_folder / timezone.now().astimezone(UTC).strftime(files.PATTERN)).touch()
    Erasure.objects.create(digest="d" * 64, at=timezone.now())
    NightlyBackup().turn(timezone.now())
    assert "d" * 64 in (backup_folder / erasures.FILE_NAME).read_text()


def test_a_folder_that_cannot_be_written_is_logged(db, settings, tmp_path, command, caplog):
    (tmp_path / "file").touch()
    settings.BACKUP_FOLDER = tmp_path / "file" / "folder"
    backup = NightlyBackup()
    turn_until_ended(backup)
    turn_until_ended(backup)
    assert caplog.text.count("could not be copied to the folder of backups") == 1
    assert command().exists()  # and the backup itself says why it fails


@pytest.mark.parametrize("problem", [OSError("no memory for another process"), ValueError])
def test_a_backup_that_cannot_begin_costs_no_mail(site_in_use, backup_folder, monkeypatch, problem, mailoutbox, caplog):
    def fail(*args):
        raise problem

    monkeypatch.setattr(NightlyBackup, "turn", fail)
    call_command("run_worker", stdout=StringIO())
    assert len(mailoutbox) == Message.objects.exclude(sent_at=None).count() > 0
    assert "NightlyBackup failed" in caplog.text


def test_a_database_that_does_not_answer_is_tried_again(site_in_use, backup_folder, monkeypatch):
    def fail(*args):
        raise OperationalError

    monkeypatch.setattr(NightlyBackup, "turn", fail)
    with pytest.raises(OperationalError):
        call_command("run_worker", stdout=StringIO())


def test_messages_go_while_a_backup_is_made(site_in_use, backup_folder, tmp_path, monkeypatch):
    """The worker as it is, with a backup that never ends, until it is told to stop."""
    script = (
        "import os, sys, django; django.setup()\n"
        "from django.core.management import CommandError, call_command\n"
        "from practice.backups import nightly\n"
        'nightly.COMMAND = [sys.executable, \'-c\', \'import os, time; print(os.getpid(), file=open("pid", "w")); '
        "time.sleep(60)']\n"
        f"from django.conf import settings; settings.BASE_DIR = {str(tmp_path)!r}\n"
        "call_command('run_worker', '--watch', '--every', '0.1')\n"
    )
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "BACKUP_FOLDER": str(backup_folder),
        "BACKUP_RECIPIENTS": PUBLIC[0],
        "EMAIL_URL": f"filemail://{tmp_path}/mail",
    }
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)
    try:
        pid = tmp_path / "pid"
        wait_until(lambda: pid.exists() and pid.read_text().strip())
        sent = Message.objects.exclude(sent_at=None).count()
        Message.objects.all().update(sent_at=None, next_try=timezone.now(), due_at=timezone.now(), leased_until=None)
        wait_until(lambda: Message.objects.exclude(sent_at=None).count() == sent > 0)
        process = int(pid.read_text())
        os.kill(process, 0)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(10)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_log_names_no_address(db, backup_folder, command, caplog):
    caplog.set_level(logging.DEBUG)
    command(result=1)
    turn_until_ended(NightlyBackup())
    assert str(backup_folder) not in caplog.text
