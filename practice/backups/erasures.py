"""What has been erased, remembered without saying whose it was, so that a restored backup does not bring it back.

A digest and a moment for each enquiry are kept a day longer than backups are. They are in the database, and the worker
and `manage.py backup` copy them to a file beside the backups, for the day on which the database is lost.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from practice.backups.errors import BackupError
from practice.models import Erasure

KEPT = timedelta(days=31)  # a backup is kept for 30
FILE_NAME = "erasures.txt"
UNREADABLE = (
    "Line {} of the list of erasures, {}, is damaged. Mend the line or take it out; what it named would come back with "
    "a backup."
)

Erased = dict[str, datetime]  # by digest


def record(digests: Iterable[str], now: datetime) -> None:
    """Remember what is erased now. The caller's transaction erases it."""
    Erasure.objects.bulk_create([Erasure(digest=digest, at=now) for digest in digests], ignore_conflicts=True)


def forget_old(now: datetime) -> None:
    """Forget what no backup can bring back any more. RETENTION_TASKS calls this."""
    Erasure.objects.filter(at__lt=now - KEPT).delete()


def repeat(erased: Mapping[str, datetime], now: datetime) -> int:
    """Erase again what a restored backup has brought back, and return how many enquiries that were.

    The list is taken over, for the next backup that is restored.
    """
    if not erased:
        return 0
    rows = [Erasure(digest=digest, at=at) for digest, at in erased.items()]
    Erasure.objects.bulk_create(rows, ignore_conflicts=True)
    return import_string(settings.ERASE_AGAIN)(set(erased), now)


def read_all(files: Iterable[Path], *, is_database_in_use: bool) -> Erased | None:
    """Return what the database and these files remember, or None if nothing could remember it.

    A database that was only just made remembers nothing, though much may have been erased. Raises BackupError.
    """
    found = [_read_file(path) for path in files if path.exists()]
    if is_database_in_use and Erasure._meta.db_table in connection.introspection.table_names():
        found.append(_read_table())
    return {digest: at for part in found for digest, at in part.items()} if found else None


def copy_to_file(folder: Path, now: datetime) -> None:
    """Add to the file in the folder what the database remembers, and take out what is old.

    Raises OSError, and BackupError if the file can't be understood.
    """
    path = folder / FILE_NAME
    in_file = _read_file(path) if path.exists() else {}
    recent = {digest: at for digest, at in in_file.items() if now - at <= KEPT}
    erased = recent | _read_table()
    if erased != in_file or not path.exists():
        _replace(path, [f"{at.isoformat()} {digest}\n" for digest, at in erased.items()])


def _read_table() -> Erased:
    return dict(Erasure.objects.order_by("at", "pk").values_list("digest", "at"))


def _read_file(path: Path) -> Erased:
    found: Erased = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            at, digest = line.decode().split()
            found[digest] = datetime.fromisoformat(at).astimezone(UTC)
        except ValueError as problem:
            raise BackupError(UNREADABLE.format(number, path)) from problem
    return found


def _replace(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".unfinished-", delete=False) as target:
        target.writelines(lines)
        target.flush()
        os.fsync(target.fileno())
    Path(target.name).replace(path)
