"""What `manage.py backup` does: write a backup, try whether it restores, and delete old ones."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from practice.backups import copies, erasures, files
from practice.backups.encryption import new_key_pair
from practice.backups.errors import NO_RECIPIENTS, BackupError
from practice.models import SiteState

DIFFERENT = "What came back from the backup is not what is in the database."
MAX_PROBLEM_LENGTH = 300  # characters, of the column


@dataclass(frozen=True)
class BackupReport:
    path: Path
    rows: int
    deleted: int  # backups


def back_up(folder: Path, now: datetime) -> BackupReport:
    """Write a backup into the folder, restore it into a scratch database and compare, then delete old backups.

    If it is the folder of the settings, the site remembers how it went. If the new backup doesn't restore, or the
    clock has jumped, none is deleted. Raises BackupError.
    """
    try:
        return _back_up(folder, now)
    except BackupError as problem:
        _note(folder, backup_problem=str(problem)[:MAX_PROBLEM_LENGTH])
        raise


def _back_up(folder: Path, now: datetime) -> BackupReport:
    _note(folder, backup_tried_at=now)
    if not settings.BACKUP_RECIPIENTS:
        raise BackupError(NO_RECIPIENTS)
    # Nothing on the server opens what is encrypted to BACKUP_RECIPIENTS. This key opens this file alone, and is
    # forgotten when it has been tried.
    public_key, secret_key = new_key_pair()
    path, written = files.make(folder, [*settings.BACKUP_RECIPIENTS, public_key], now)
    if copies.rehearse(path, [secret_key]) != written:
        raise BackupError(DIFFERENT)
    try:
        erasures.copy_to_file(folder, now)
        deleted = files.delete_old(folder, now) if SiteState.load().is_clock_trusted(now) else 0
        files.delete_unfinished(folder, now)
    except OSError as problem:
        raise BackupError(f"The folder of backups could not be written: {problem.strerror}.") from problem
    _note(folder, backup_made_at=now, backup_rehearsed_at=now, backup_problem="")
    return BackupReport(path, written.counts.total(), deleted)


def _note(folder: Path, **values: object) -> None:
    if folder == settings.BACKUP_FOLDER:
        SiteState.load()
        SiteState.objects.update(**values)
