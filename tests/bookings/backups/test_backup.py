"""A backup holds everything and gives nothing away; restoring it brings everything back, or changes nothing."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Thread

import pyrage
import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from bookings import health as bookings_health
from bookings.models import Enquiry, Message
from bookings.worker.delivery import send_due
from pages.models import Page, Picture
from practice.backups import erasures, files
from practice.backups import rows as backup_rows
from practice.backups.errors import BackupError
from practice.models import Erasure, SiteState, UserSession
from tests.bookings.backups.conftest import PNG
from tests.bookings.backups.helpers import (
    PUBLIC,
    SECRET,
    backup_of,
    completed,
    forget_the_restore,
    lines_of,
    make,
    restore,
    rows,
    wipe,
)
from tests.bookings.conftest import NOW

FIRST = "0001_initial"

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_is_as_it_was(site_in_use):
    call_command("load_starter_pages", verbosity=0, stdout=StringIO())
    before = rows()
    content, written = make()
    wipe()
    Enquiry.objects.all().delete()
    Page.objects.all().delete()

    restored = restore(content, is_over=True)

    forget_the_restore()
    assert rows() == before
    assert restored.fingerprint == written
    assert written.counts["bookings.enquiry"] == 1
    assert bytes(Picture.objects.get().renditions.get().data) == PNG
    assert Client().get("/").status_code == 200


def test_what_comes_afterwards_gets_numbers_of_its_own(site_in_use, make_enquiry):
    content, _ = make()
    restore(content, is_over=True)

    make_enquiry(email="another@example.org")
    User.objects.create(username="assistant")
    assert Enquiry.objects.count() == 2


def test_nobody_stays_signed_in(site_in_use):
    content, written = make()
    restore(content, is_over=True)

    assert "practice.usersession" not in written.counts
    assert not UserSession.objects.exists()


def test_a_stolen_backup_shows_nothing_and_an_opened_one_no_word_of_a_person(site_in_use):
    content, _ = make()
    plain = b"".join(lines_of(content)).decode()

    assert "Harley Street" in plain
    for word in ("Zoë", "Ångström", "zoe@example.org", "A secret"):
        assert word not in plain
    assert b"Harley" not in content


def test_only_its_own_key_opens_it(site_in_use):
    other = pyrage.x25519.Identity.generate()
    content, _ = make()
    before = rows()

    for identities in ([str(other)], ["nonsense"], []):
        with pytest.raises(BackupError, match="could not be opened"):
            restore(content, identities, is_over=True)
    assert rows() == before
    restore(content, [str(other), *SECRET], is_over=True)


def test_a_recipient_that_is_none_is_refused(site_in_use):
    with pytest.raises(BackupError, match="not an age key"):
        make(["age1nonsense"])


@pytest.mark.parametrize("damage", ["cut off", "one byte", "empty", "no backup"])
def test_a_damaged_backup_changes_nothing(site_in_use, damage):
    content, _ = make()
    before = rows()
    middle = len(content) // 2
    damaged = {
        "cut off": content[:middle],
        "one byte": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "no backup": b"SQLite format 3",
    }[damage]

    with pytest.raises(BackupError):
        restore(damaged, is_over=True)
    assert rows() == before


@pytest.mark.parametrize(
    "change",
    [lambda lines: lines[:-1], lambda lines: lines[:5] + lines[6:], lambda lines: [*lines, b"[]\n"], lambda lines: []],
    ids=["no end", "a row is missing", "something follows", "nothing"],
)
def test_a_backup_that_is_not_whole_changes_nothing(site_in_use, change):
    content, _ = make()
    before = rows()

    with pytest.raises(BackupError, match="Nothing was changed"):
        restore(backup_of(change(lines_of(content))), is_over=True)
    assert rows() == before


def test_a_backup_of_a_newer_version_changes_nothing(site_in_use):
    content, _ = make()
    before = rows()
    header, *rest = lines_of(content)
    newer = header.replace(b"0001_initial", b"0999_later")

    with pytest.raises(BackupError, match="Restore it with that one"):
        restore(backup_of(completed([newer, *rest[:-1]])), is_over=True)
    assert rows() == before


def test_a_backup_of_the_version_before_is_restored_and_migrated(site_in_use):
    content, _ = make()
    header, *others = lines_of(content)
    older = json.loads(header)
    older["migrations"] = [[app, name.replace("0003_backups_and_erasures", FIRST)] for app, name in older["migrations"]]
    lines = [json.dumps(older).encode()]
    for line in others[:-1]:
        label, values = json.loads(line)
        if label == "practice.sitestate":
            values = {name: values[name] for name in ("id", "key_digest", "tidied_at", "clock_jumped_at")}
        if label != "practice.erasure":
            lines.append(json.dumps([label, values]).encode())

    restore(backup_of(completed(lines)), is_over=True)

    assert Enquiry.objects.get().person.name == "Zoë Ångström"
    assert SiteState.load().messages_held_at == NOW
    assert not Erasure.objects.exists()


def test_a_site_in_use_is_replaced_only_on_purpose(site_in_use):
    content, _ = make()
    with pytest.raises(BackupError, match="--over"):
        restore(content)
    User.objects.all().delete()
    restore(content)
    assert User.objects.exists()


def test_another_field_key_changes_nothing_unless_the_key_is_lost(site_in_use, settings):
    content, _ = make()
    before = rows()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(BackupError, match="another FIELD_KEY"):
        restore(content, is_over=True)
    assert rows() == before
    restore(content, is_over=True, is_key_lost=True)
    assert Picture.objects.exists()


def test_messages_are_held_back_until_somebody_lets_them_go(site_in_use, mailoutbox):
    content, _ = make()
    restore(content, is_over=True)

    assert send_due(lambda: NOW) == 0
    assert not mailoutbox
    assert Message.objects.unsent().exists()
    call_command("release_messages", stdout=StringIO())
    assert send_due(lambda: NOW) > 0


def test_a_backup_is_of_one_moment_and_keeps_nobody_from_writing(site_in_use, make_enquiry, monkeypatch):
    """Somebody writes while it is made, on a connection of their own."""
    original, wrote = backup_rows.stored_models, []

    def write_meanwhile(nodes):
        def write():
            make_enquiry(email="meanwhile@example.org")
            wrote.append(True)
            connections.close_all()

        thread = Thread(target=write)
        thread.start()
        thread.join(15)
        return original(nodes)

    monkeypatch.setattr(backup_rows, "stored_models", write_meanwhile)
    _, written = make()

    assert wrote
    assert Enquiry.objects.count() == 2
    assert written.counts["bookings.enquiry"] == 1


def test_the_commands_make_a_key_write_a_file_and_restore_it(site_in_use, settings, tmp_path, capsys):
    call_command("make_backup_key")
    key_file, folder = tmp_path / "key.txt", tmp_path / "backups"
    key_file.write_text(capsys.readouterr().out)
    settings.BACKUP_RECIPIENTS = [key_file.read_text().splitlines()[0].rpartition(" ")[2]]
    call_command("backup", folder)
    [path] = files.all_in(folder)
    assert path.stat().st_mode & 0o077 == 0
    assert {other.name for other in folder.iterdir()} == {path.name, erasures.FILE_NAME}
    before = rows()
    with pytest.raises(CommandError, match="--over"):
        call_command("restore", path, key=key_file)
    wipe()
    call_command("restore", path, key=key_file, over=True)
    assert "rows are restored" in capsys.readouterr().out
    forget_the_restore()
    assert rows() == before


@pytest.mark.parametrize("missing", ["backup", "key"])
def test_a_file_that_is_missing_is_named(db, tmp_path, missing):
    (tmp_path / "key").write_text("AGE-SECRET-KEY-1")
    with pytest.raises(CommandError, match=f"{missing}: No such file"):
        call_command("restore", tmp_path / "backup", key=tmp_path / ("key" if missing == "backup" else "no-key"))


def test_without_a_key_no_backup_is_written(site_in_use, tmp_path):
    with pytest.raises(CommandError, match="always encrypted"):
        call_command("backup", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_backup_that_fails_leaves_no_file(site_in_use, settings, tmp_path, monkeypatch):
    settings.BACKUP_RECIPIENTS = PUBLIC

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write", fail)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", tmp_path)
    assert not list(tmp_path.iterdir())


def test_backups_older_than_thirty_days_are_deleted_but_never_the_newest(tmp_path, site_in_use):
    now = timezone.now()
    for days in (31, 45, 29, 0):
        (tmp_path / (now - timedelta(days=days)).astimezone(UTC).strftime(files.PATTERN)).touch()
    (tmp_path / "notes.txt").touch()

    assert files.delete_old(tmp_path, now) == 2
    assert len(files.all_in(tmp_path)) == 2
    assert files.delete_old(tmp_path, now + timedelta(days=100)) == 1
    assert (tmp_path / "notes.txt").exists()
    assert files.made_at(files.all_in(tmp_path)[0]) == datetime(*now.astimezone(UTC).timetuple()[:6], tzinfo=UTC)


def test_the_desk_and_the_health_say_that_messages_are_held_back(site_in_use, therapist_client):
    content, _ = make()
    restore(content, is_over=True)
    therapist_client.force_login(User.objects.get())

    desk = therapist_client.get("/admin/").content.decode()
    assert "No message is sent." in desk
    assert "Mail is working" not in desk
    assert "release_messages" in bookings_health.messages(timezone.now()).sentence
    call_command("release_messages", stdout=StringIO())
    assert "No message is sent." not in therapist_client.get("/admin/").content.decode()
