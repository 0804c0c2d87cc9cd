"""Fill another database from a backup, in a process whose DATABASE_URL it is.

`python -m practice.backups` is that process, so everything is restored exactly as `manage.py restore` does it, and
whatever goes wrong there does nothing to the site.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree

from django.conf import settings

from practice.backups.errors import BackupError
from practice.backups.rows import Fingerprint

MAX_SECONDS = 30 * 60
SCRATCH = "rehearsal-"
STALE = timedelta(hours=2)
ENDED = "Restoring the backup into another database was cut off."
TOO_LONG = "Restoring the backup into another database took longer than half an hour."
PLACES = ("in_file", "in_tables")
DIFFERENT = "What came back from the backup is not what was written into it."


def rehearse(file: Path, identities: Sequence[str]) -> Fingerprint:
    """Restore the backup into a temporary SQLite database, and return the fingerprint of what came back.

    Raises BackupError if the backup is damaged or anything in it did not come back.
    """
    _delete_left_over()
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=SCRATCH) as folder:
        return fill(file, identities, f"sqlite:///{folder}/scratch.sqlite3")


def fill(file: Path, identities: Sequence[str], database_url: str) -> Fingerprint:
    """Restore the backup into a database that has no tables, and return the fingerprint of what is in it then.

    Raises BackupError, also if that differs from what the file holds.
    """
    job = json.dumps({"file": str(file), "identities": list(identities), "database_url": database_url})
    try:
        process = subprocess.run(
            [sys.executable, "-m", "practice.backups"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url},
            input=job.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may hold the values of rows
            timeout=MAX_SECONDS,
            check=False,
        )
        result = json.loads(process.stdout)
    except subprocess.TimeoutExpired as problem:
        raise BackupError(TOO_LONG) from problem
    except ValueError as problem:
        raise BackupError(ENDED) from problem
    if "problem" in result:
        raise BackupError(result["problem"])
    in_file, in_tables = (Fingerprint(Counter(result[name]["counts"]), result[name]["digest"]) for name in PLACES)
    if in_file != in_tables:
        raise BackupError(DIFFERENT)
    return in_tables


def _delete_left_over() -> None:
    """Delete the databases of rehearsals that were killed."""
    for folder in settings.VAR_DIR.glob(f"{SCRATCH}*"):
        if datetime.now(UTC) - datetime.fromtimestamp(folder.stat().st_mtime, UTC) > STALE:
            rmtree(folder, ignore_errors=True)
