"""The release before this one: its code has to work on the tables of this one while a site is updated, and after it
has gone back. CONTRIBUTING.md says when these lines change.
"""

import io
import subprocess
import zipfile
from pathlib import Path

COMMIT = "fddea572f322e15563668c46d0120d30ef3281ae"
MIGRATIONS = {"practice": "0001_initial", "pages": "0001_initial", "bookings": "0001_initial"}  # its last ones
# What its visitors and its therapist do, as its own tests say; the words choose the part for `make test`.
TESTS = [
    "tests/bookings/views/test_consultation.py",
    "tests/bookings/admin/test_dashboard.py",
    "tests/bookings/admin/replies/test_each_reply.py",
]
SHORT = "sent_form_leads or professional_is_the_one or shows_who_is_waiting or appointment_is_moved"
MISSING = (
    f"The code of the previous release, {COMMIT[:7]}, is not in this checkout, so only its models were tried on the "
    "tables of this one. `git fetch --unshallow` brings it."
)

ROOT = Path(__file__).resolve().parent.parent


def has_code() -> bool:
    """Return whether the history of this checkout goes back that far."""
    command = ["git", "cat-file", "-e", f"{COMMIT}^{{commit}}"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0
    except FileNotFoundError:  # without git
        return False


def extract(folder: Path) -> None:
    """Write its files into the folder."""
    command = ["git", "archive", "--format=zip", COMMIT]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
