"""The commands of docs/backups.md, in their order, on a site in use and on the machine that takes its place."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from bookings import people
from bookings.models import Enquiry
from practice.backups import copies, erasures, files, health, nightly
from tests.mail_server import ROOT, database_url

INSTRUCTIONS = (ROOT / "docs" / "backups.md").read_text()
COMMANDS = re.findall(r"^ *(python manage\.py .*)$", INSTRUCTIONS, re.MULTILINE)
SHOW = "from bookings.models import Enquiry; print(*[e.person.name for e in Enquiry.objects.all()])"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def follow(tmp_path):
    """Returns a function that runs a command of the page on the machine whose database and folder are named."""

    def run(command, database, folder="", environment=None, **places):
        for name, place in places.items():
            command = re.sub(rf"(?<!\w){name}(?!\w)", str(place), command)
        key_file = tmp_path / "key"
        public_key = key_file.read_text().split("\n")[0].rpartition(" ")[2] if key_file.exists() else ""
        environment = environment or os.environ | {
            "DATABASE_URL": database,
            "BACKUP_FOLDER": str(folder),
            "BACKUP_RECIPIENTS": public_key,
            "EMAIL_URL": f"filemail://{tmp_path}/mail",
        }
        command = command.replace("python", sys.executable, 1)
        return subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S602

    return run


def test_the_page_has_these_commands():
    names = [command.split()[2] for command in COMMANDS]
    expected = "make_backup_key backup rehearse_restore restore release_messages doctor move_to"
    assert names == expected.split()


def test_following_the_page_brings_everything_back(site_in_use, make_enquiry, tmp_path, follow):
    make_key, backup, rehearse, restore, release, doctor, move = COMMANDS
    former, folder = database_url(), tmp_path / "backups"
    erased = make_enquiry(name="Erased", email="erased@example.org")
    assert follow(make_key, former, KEY_FILE=tmp_path / "key").returncode == 0
    assert follow(backup, former, folder).stderr == ""
    [file] = files.all_in(folder)
    elsewhere = {"PATH": os.environ["PATH"], "FIELD_KEY": os.environ["FIELD_KEY"], "VAR_DIR": str(tmp_path / "var")}
    said = follow(rehearse, former, environment=elsewhere, FILE=file, KEY_FILE=tmp_path / "key").stdout
    assert "rows came back" in said

    people.erase_enquiries(Enquiry.objects.filter(pk=erased.pk), timezone.now())
    erasures.copy_to_file(folder, timezone.now())  # as the worker does

    new = f"sqlite:///{tmp_path}/new.sqlite3"  # the former machine is lost
    restored = follow(restore, new, FILE=file, KEY_FILE=tmp_path / "key").stdout
    assert "now erased again: 1." in restored
    follow("python manage.py run_worker", new)
    assert not (tmp_path / "mail").exists()
    assert follow(release, new).stdout == "The messages go now.\n"
    follow("python manage.py run_worker", new)
    assert list((tmp_path / "mail").iterdir())
    assert follow(doctor, new).returncode == 0

    moved = f"sqlite:///{tmp_path}/moved.sqlite3"
    assert "the same in both" in follow(move, new, DATABASE_URL=moved).stdout
    assert follow(f'python manage.py shell --no-imports -c "{SHOW}"', moved).stdout == "Zoë Ångström\n"
    assert not list(settings.VAR_DIR.glob(f"{copies.SCRATCH}*"))


def test_the_figures_of_the_page_are_those_of_the_code():
    page = " ".join(INSTRUCTIONS.split())
    assert range(4, 6) == nightly.NIGHT_HOURS
    assert "between four and six in the morning, London time" in page
    assert timedelta(hours=1) == nightly.RETRY_AFTER
    assert "tried again after an hour" in page
    assert f"older than {health.MAX_AGE // timedelta(hours=1)} hours" in page
    assert f"Delete copies after {files.KEPT.days} days" in page
    assert f"remembers, for {erasures.KEPT.days} days" in page
