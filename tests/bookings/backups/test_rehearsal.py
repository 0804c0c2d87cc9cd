"""After each backup it is tried whether it restores, without any key on the server that opens backups."""

import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pyrage
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bookings.models import Enquiry
from practice.backups import copies, files, routine
from practice.backups import health as backup_health
from practice.backups import rows as rows_module
from practice.backups.encryption import new_key_pair
from practice.backups.errors import BackupError
from practice.models import SiteState
from tests.bookings.backups.helpers import SECRET, backup_of, completed, lines_of, make, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rehearse(path, key_file):
    stdout = StringIO()
    call_command("rehearse_restore", path, key=key_file, stdout=stdout)
    return stdout.getvalue()


def test_a_backup_is_tried_at_once_and_the_result_is_remembered(site_in_use, backup_folder, settings):
    now = timezone.now()
    before = rows()
    stdout = StringIO()

    call_command("backup", stdout=stdout)

    state = SiteState.load()
    assert "Restoring it was tried, and every row came back." in stdout.getvalue()
    assert state.backup_made_at == state.backup_rehearsed_at >= now
    assert state.backup_problem == ""
    assert "restoring it was tried on" in backup_health.backups(timezone.now()).sentence
    assert backup_health.backups(timezone.now()).is_fine
    assert not list(settings.VAR_DIR.glob("rehearsal-*"))
    del before["practice_sitestate"]
    assert {table: found for table, found in rows().items() if table in before} == before


def test_the_key_that_tries_it_is_forgotten(site_in_use, backup_folder, monkeypatch):
    keys = []
    monkeypatch.setattr(routine, "new_key_pair", lambda: keys.append(new_key_pair()) or keys[-1])
    call_command("backup", stdout=StringIO())
    call_command("backup", stdout=StringIO())

    (public, secret), (other_public, other_secret) = keys
    assert public != other_public
    [*_, newest] = files.all_in(backup_folder)
    with pytest.raises(BackupError, match="could not be opened"):
        copies.rehearse(newest, [secret])
    copies.rehearse(newest, SECRET)
    for table in rows().values():
        assert not any(other_secret in str(row) for row in table)


def test_a_backup_that_is_damaged_on_the_disk_fails(site_in_use, backup_folder, monkeypatch):
    replace = files.Path.replace

    def on_a_bad_disk(self, target):
        replace(self, target)
        damage(files.Path(target))

    old = backup_folder / (timezone.now() - timedelta(days=40)).astimezone(UTC).strftime(files.PATTERN)
    backup_folder.mkdir()
    old.touch()
    with monkeypatch.context() as patched:
        patched.setattr(files.Path, "replace", on_a_bad_disk)
        with pytest.raises(CommandError, match="damaged"):
            call_command("backup", stdout=StringIO())

    finding = backup_health.backups(timezone.now())
    assert not finding.is_fine
    assert finding.sentence.startswith("The last backup failed. The backup could not be opened: it is damaged")
    assert SiteState.load().backup_rehearsed_at is None
    assert old.exists()
    time.sleep(1)  # the name of the next one says the second
    call_command("backup", stdout=StringIO())
    assert backup_health.backups(timezone.now()).is_fine
    assert not old.exists()


def test_rows_that_differ_from_those_that_were_written_fail(site_in_use, backup_folder, monkeypatch):
    other = rows_module.Fingerprint(Counter(), "0" * 64)
    monkeypatch.setattr(copies, "rehearse", lambda file, identities: other)
    with pytest.raises(CommandError, match="not what is in the database"):
        call_command("backup", stdout=StringIO())
    assert not backup_health.backups(timezone.now()).is_fine


def test_a_restored_backup_counts_as_one_that_was_tried(site_in_use, backup_folder, tmp_path, key_file):
    path = tmp_path / "a backup"
    path.write_bytes(make()[0])
    SiteState.load()
    SiteState.objects.update(backup_problem="No space left on device.")
    call_command("restore", path, key=key_file, over=True, stdout=StringIO())

    now, state = timezone.now(), SiteState.load()
    assert timedelta() <= state.backup_rehearsed_at - state.backup_made_at < timedelta(minutes=1)
    assert backup_health.backups(now).is_fine


def test_any_backup_can_be_tried_with_its_key(site_in_use, tmp_path, key_file):
    content, written = make()
    path = tmp_path / "a backup"
    path.write_bytes(content)
    before = rows()

    assert (
        rehearse(path, key_file)
        == f"All {written.counts.total()} rows came back. SHA-256 of the rows: {written.digest}\n"
    )
    assert rows() == before


@pytest.mark.parametrize("damaged", ["one byte", "cut off", "a row is missing", "another key"])
def test_a_damaged_file_fails(site_in_use, tmp_path, key_file, damaged):
    content, _ = make()
    path = tmp_path / "a backup"
    path.write_bytes(content)
    match damaged:
        case "one byte":
            damage(path)
        case "cut off":
            path.write_bytes(content[:-100])
        case "a row is missing":
            lines = lines_of(content)
            path.write_bytes(backup_of(lines[:5] + lines[6:]))
        case "another key":
            key_file.write_text(str(pyrage.x25519.Identity.generate()))

    with pytest.raises(CommandError, match="damaged"):
        rehearse(path, key_file)


def test_rows_that_no_database_takes_fail(site_in_use, tmp_path, key_file):
    lines = lines_of(make()[0])
    person = next(line for line in lines if line.startswith(b'["bookings.enquiry"'))
    lines.insert(lines.index(person), person)
    path = tmp_path / "a backup"
    path.write_bytes(backup_of(completed(lines[:-1])))

    with pytest.raises(CommandError, match=r"could not be restored \(IntegrityError\)"):
        rehearse(path, key_file)


def test_a_value_that_comes_back_as_another_fails(site_in_use, tmp_path, key_file):
    """As a database would do that rounds, or stores a text in another way."""
    lines = lines_of(make()[0])
    changed = [line.replace(b'"is_superuser": "True"', b'"is_superuser": "1"') for line in lines]
    path = tmp_path / "a backup"
    assert changed != lines
    path.write_bytes(backup_of(completed(changed[:-1])))

    with pytest.raises(CommandError, match="not what was written"):
        rehearse(path, key_file)


def test_a_backup_of_another_field_key_fails(site_in_use, tmp_path, key_file, monkeypatch):
    path = tmp_path / "a backup"
    path.write_bytes(make()[0])
    monkeypatch.setenv("FIELD_KEY", Fernet.generate_key().decode())

    with pytest.raises(CommandError, match="another FIELD_KEY"):
        rehearse(path, key_file)


def test_a_file_that_is_missing_is_named(db, tmp_path, key_file):
    with pytest.raises(CommandError, match="no backup: No such file"):
        rehearse(tmp_path / "no backup", key_file)
    with pytest.raises(CommandError, match="no key: No such file"):
        rehearse(key_file, tmp_path / "no key")


def test_what_a_killed_rehearsal_left_behind_is_deleted_later(site_in_use, backup_folder, settings):
    old, new = settings.VAR_DIR / "rehearsal-old", settings.VAR_DIR / "rehearsal-new"
    unfinished = backup_folder / ".unfinished-old"
    for folder in (old, new, backup_folder):
        folder.mkdir()
    unfinished.touch()
    long_ago = (datetime.now(UTC) - timedelta(hours=3)).timestamp()
    for path in (old, unfinished):
        os.utime(path, (long_ago, long_ago))

    call_command("backup", stdout=StringIO())

    assert (old.exists(), new.exists(), unfinished.exists()) == (False, True, False)
    new.rmdir()


def test_a_process_that_dies_is_a_failure(site_in_use, tmp_path, key_file, monkeypatch):
    path = tmp_path / "a backup"
    path.write_bytes(make()[0])
    monkeypatch.setattr(copies.sys, "executable", "/bin/false")

    with pytest.raises(CommandError, match="cut off"):
        rehearse(path, key_file)


def test_nothing_but_the_scratch_database_is_written_to(site_in_use, tmp_path, monkeypatch):
    """Should the settings ever name the site's own database for the copy, nothing happens to it."""
    path = tmp_path / "a backup"
    path.write_bytes(make()[0])
    for settings_of_another in ("sqlite:///another", connection.settings_dict["NAME"]):
        monkeypatch.setattr(copies.os, "environ", {**os.environ, "DATABASE_URL": settings_of_another})
        with pytest.raises(BackupError, match="another database"):
            _fill_with_env_of_another(path, monkeypatch)
    assert Enquiry.objects.exists()


def _fill_with_env_of_another(path, monkeypatch):
    run = copies.subprocess.run

    def run_elsewhere(command, **options):
        return run(command, **{**options, "env": dict(copies.os.environ)})

    with monkeypatch.context() as patched:
        patched.setattr(copies.subprocess, "run", run_elsewhere)
        copies.rehearse(path, SECRET)


@pytest.mark.parametrize(
    ("made", "tried", "is_fine"), [(1, 1, True), (35, 35, True), (37, 37, False), (1, 37, False), (1, None, False)]
)
def test_an_old_backup_or_one_that_was_not_tried_is_not_fine(db, backup_folder, made, tried, is_fine):
    now = timezone.now()
    SiteState.load()
    SiteState.objects.update(
        backup_made_at=now - timedelta(hours=made),
        backup_rehearsed_at=None if tried is None else now - timedelta(hours=tried),
    )
    assert backup_health.backups(now).is_fine == is_fine


def test_without_a_folder_only_the_doctor_of_a_public_site_speaks_of_backups(db, settings):
    now = timezone.now()
    assert backup_health.backups(now) is None
    assert list(backup_health.set_up(now)) == []
    settings.PUBLIC = True
    assert [finding.is_fine for finding in backup_health.set_up(now)] == [False]
    settings.BACKUP_FOLDER = settings.VAR_DIR / "backups"
    assert list(backup_health.set_up(now)) == []
    assert not backup_health.backups(now).is_fine


def test_a_backup_elsewhere_is_not_the_nightly_one(site_in_use, backup_folder, tmp_path):
    call_command("backup", tmp_path / "stick", stdout=StringIO())
    assert files.all_in(tmp_path / "stick")
    assert SiteState.load().backup_made_at is None


def test_without_any_folder_the_command_says_so(db):
    with pytest.raises(CommandError, match="BACKUP_FOLDER"):
        call_command("backup")


@pytest.mark.parametrize(
    "state", [{"clock_jumped_at": timezone.now()}, {"tidied_at": timezone.now() - timedelta(days=300)}]
)
def test_nothing_is_deleted_while_the_clock_may_be_wrong(site_in_use, backup_folder, state):
    old = backup_folder / (timezone.now() - timedelta(days=40)).astimezone(UTC).strftime(files.PATTERN)
    backup_folder.mkdir()
    old.touch()
    SiteState.load()
    SiteState.objects.update(**state)

    call_command("backup", stdout=StringIO())
    assert old.exists()
