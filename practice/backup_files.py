"""The folder of backups: a new one is complete before it has its name, and old ones are deleted."""

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practice import backup
from practice.backup import BackupError

KEPT = timedelta(days=30)  # what a person has erased is gone from every backup after that
NO_RECIPIENTS = (
    "A backup is always encrypted: set BACKUP_RECIPIENTS to the public key that `manage.py make_backup_key` prints."
)
PATTERN = "site-%Y-%m-%d-%H%M%SZ.backup.age"


def make(folder: Path, recipients: Sequence[str], now: datetime) -> tuple[Path, Counter[str]]:
    """Write a backup into the folder and return its path and how many rows of each table it holds.

    It is readable only by the user of this process. Raises BackupError.
    """
    if not recipients:
        raise BackupError(NO_RECIPIENTS)
    path = folder / now.astimezone(UTC).strftime(PATTERN)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            tempfile.NamedTemporaryFile(dir=folder, prefix=".unfinished-", delete=False) as target,
            tempfile.TemporaryFile(dir=folder) as scratch,
        ):
            unfinished = Path(target.name)
            try:
                counts = backup.write(target, scratch, recipients)
                target.flush()
                os.fsync(target.fileno())
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as problem:
        raise BackupError(f"The backup could not be written: {problem.strerror}.") from problem
    return path, counts


def delete_old(folder: Path, now: datetime) -> int:
    """Delete backups that are older than 30 days and return how many; the newest one stays whatever its age."""
    old = [path for path in all_in(folder)[:-1] if now - made_at(path) > KEPT]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def all_in(folder: Path) -> list[Path]:
    """Return the backups in the folder, the newest last. Files with other names are left alone."""
    return sorted((path for path in folder.iterdir() if _is_backup(path)), key=made_at)


def made_at(path: Path) -> datetime:
    """Return when the backup was made (UTC), which its name says. Raises ValueError for any other file."""
    return datetime.strptime(path.name, PATTERN).replace(tzinfo=UTC)


def _is_backup(path: Path) -> bool:
    try:
        made_at(path)
    except ValueError:
        return False
    return True
