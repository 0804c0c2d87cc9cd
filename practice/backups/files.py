"""The folder of backups: a new one is complete before it has its name, and old ones are deleted."""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practice.backups.errors import NO_RECIPIENTS, BackupError
from practice.backups.rows import Fingerprint
from practice.backups.writing import write

KEPT = timedelta(days=30)  # what a person has erased is gone from every backup after that
PATTERN = "site-%Y-%m-%d-%H%M%SZ.backup.age"
UNFINISHED = ".unfinished-"
STALE = timedelta(hours=2)  # no backup takes as long, so whatever wrote this was killed


def make(folder: Path, recipients: Sequence[str], now: datetime) -> tuple[Path, Fingerprint]:
    """Write a backup into the folder and return its path and the fingerprint of what is in it.

    It is readable only by the user of this process. Raises BackupError.
    """
    if not recipients:
        raise BackupError(NO_RECIPIENTS)
    path = folder / now.astimezone(UTC).strftime(PATTERN)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            tempfile.NamedTemporaryFile(dir=folder, prefix=UNFINISHED, delete=False) as target,
            tempfile.TemporaryFile(dir=folder) as scratch,
        ):
            unfinished = Path(target.name)
            try:
                written = write(target, scratch, recipients)
                target.flush()
                os.fsync(target.fileno())
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as problem:
        raise BackupError(f"The backup could not be written: {problem.strerror}.") from problem
    return path, written


def delete_old(folder: Path, now: datetime) -> int:
    """Delete backups that are older than 30 days and return how many; the newest one stays whatever its age."""
    old = [path for path in all_in(folder)[:-1] if now - made_at(path) > KEPT]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def delete_unfinished(folder: Path, now: datetime) -> None:
    """Delete what a process has left behind that was killed while it wrote."""
    for path in folder.glob(f"{UNFINISHED}*"):
        if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > STALE:
            path.unlink(missing_ok=True)


def newest_at(folder: Path, now: datetime) -> datetime | None:
    """Return when the newest backup was made, or None if there is none or the folder can't be read.

    One that claims to be of the future was made while the clock was wrong, and counts for nothing.
    """
    try:
        return max((at for at in map(made_at, all_in(folder)) if at <= now), default=None)
    except OSError:
        return None


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
