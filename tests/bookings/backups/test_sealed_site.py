"""A site where what people write is sealed is backed up, restored and moved, and its therapist reads there as before.

On PostgreSQL, the file of SQLite is a database of another kind.
"""

from io import StringIO

import pytest
from argon2 import profiles
from django.core.management import call_command

from bookings import private_page_acts
from bookings.encryption import SealedText
from bookings.models import Enquiry, PersonKey
from practice.backups import files
from practice.sealing import account_keys, opened, practice_keys
from tests.bookings.backups.helpers import PUBLIC, make, manage, restore, rows, wipe
from tests.bookings.conftest import NOW
from tests.practice.sealing.conftest import OTHER, WORDS, make_therapist, reads, set_up_sealing, sign_in
from tests.sign_in_steps import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

READ = """
import sys
from django.test import Client
from practice.sealing import practice_keys
username, password, path, words, recovery_key = {arguments!r}
browser = Client(SERVER_NAME="127.0.0.1")
print(words in browser.get(path, follow=True).content.decode())
browser.post("/admin/login/?next=/admin/", {{"username": username, "password": password}})
print(words in browser.get(path).content.decode())
print(len(practice_keys.opened_by_recovery_key(recovery_key)))
"""


@pytest.fixture
def practice(db, monkeypatch):
    monkeypatch.setattr(account_keys, "COSTS", profiles.CHEAPEST)
    return set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)


@pytest.fixture
def enquiry(practice, make_enquiry):
    enquiry = make_enquiry(NOW, message=WORDS)
    assert isinstance(Enquiry.objects.get().message, SealedText)
    return enquiry


@pytest.fixture
def backup(enquiry, tmp_path):
    path = tmp_path / "the backup"
    path.write_bytes(make()[0])
    return path


def read_in(url, practice, enquiry):
    """Return whether the words stand in the answer before and after the sign-in, and how many keys the paper opens."""
    path = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    arguments = ("owner", PASSWORD, path, WORDS, practice.recovery_key)
    done = manage(url, "shell", "--no-imports", "-c", READ.format(arguments=arguments))
    assert done.stderr == ""
    return done.stdout.split()


def test_a_restored_site_opens_with_the_password_and_with_the_recovery_key(practice, enquiry, backup):
    wipe()
    restore(backup.read_bytes(), is_over=True)

    assert isinstance(Enquiry.objects.get().message, SealedText)
    assert reads(sign_in(), enquiry)
    practice.therapist.set_password(OTHER)
    practice.therapist.save()
    browser = sign_in(password=OTHER)
    assert not reads(browser, enquiry)
    browser.post("/admin/sealed/recover/", {"recovery_key": practice.recovery_key, "own_password": OTHER})
    assert reads(browser, enquiry)


def test_a_backup_of_before_the_recovery_key_was_replaced_opens_with_the_sheet_of_then(practice, enquiry, backup):
    typed = practice_keys.new_recovery_key()
    practice_keys.confirm(typed, practice.therapist, PASSWORD, practice.keys_of())
    restore(backup.read_bytes(), is_over=True)

    with pytest.raises(practice_keys.WrongRecoveryKeyError):
        practice_keys.opened_by_recovery_key(typed)
    keys = practice_keys.opened_by_recovery_key(practice.recovery_key)
    with opened.lent(lambda: keys):
        assert Enquiry.objects.get().message == WORDS


@pytest.mark.soak  # a minute: it starts a dozen processes
def test_a_backup_is_restored_into_a_file_and_back(
    practice, enquiry, backup, key_file, tmp_path, other_database, monkeypatch
):
    monkeypatch.setenv("BACKUP_RECIPIENTS", ",".join(PUBLIC))
    file = f"sqlite:///{tmp_path}/restored.sqlite3"
    for url, target in [(file, "there"), (other_database, "back")]:
        assert "rows are restored" in manage(url, "restore", backup, "--key", key_file).stdout
        assert read_in(url, practice, enquiry) == ["False", "True", "1"]
        assert manage(url, "backup", tmp_path / target).stderr == ""
        [backup] = files.all_in(tmp_path / target)


@pytest.mark.soak  # a minute: it starts a dozen processes
def test_a_site_that_moves_opens_there_and_where_it_moves_next(practice, enquiry, tmp_path, other_database):
    before, file = rows(), f"sqlite:///{tmp_path}/moved.sqlite3"
    call_command("move_to", file, stdout=StringIO())
    assert manage(file, "move_to", other_database).stderr == ""

    for url in (file, other_database):
        assert read_in(url, practice, enquiry) == ["False", "True", "1"]
    assert rows() == before


def test_an_enquiry_that_was_erased_since_the_backup_stays_erased(practice, enquiry, make_enquiry):
    other = make_enquiry(NOW, name="Ann", email="ann@example.org", message="other words")
    content, _ = make()
    private_page_acts.erase(enquiry, NOW)

    assert restore(content, is_over=True).erased_again == 1
    assert [left.pk for left in Enquiry.objects.all()] == [other.pk]
    assert PersonKey.objects.get() == Enquiry.objects.get().person.key
    keys = practice_keys.opened_by_recovery_key(practice.recovery_key)
    with opened.lent(lambda: keys):
        assert Enquiry.objects.get().message == "other words"
