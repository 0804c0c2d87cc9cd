"""Move the site to another database: a backup that is restored there at once, and compared row by row."""

import tempfile
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from environ import Env

from practice.backups import copies, files
from practice.backups.encryption import new_key_pair
from practice.backups.errors import BackupError
from practice.backups.rows import Fingerprint
from practice.backups.writing import current_fingerprint

ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
NO_DATABASE = "Name a database that begins with postgres:// or sqlite:///."
DIFFERENT = "What arrived in the new database is not what is in the old one. Empty the new one, and move again."
CHANGED = (
    "Something was written to the old database meanwhile, so the new one is not complete. Stop the site and the "
    "worker, empty the new database, and move again."
)


def move(database_url: str, now: datetime) -> Fingerprint:
    """Copy everything to a database that has no tables, and return the fingerprint that both then have.

    The old database is left as it is, and so is what it holds back. Raises BackupError.
    """
    if Env.DB_SCHEMES.get(urlsplit(database_url).scheme) not in ENGINES:
        raise BackupError(NO_DATABASE)
    public_key, secret_key = new_key_pair()
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=copies.SCRATCH) as folder:
        path, written = files.make(Path(folder), [public_key], now)
        arrived = copies.fill(path, [secret_key], database_url)
    if arrived != written:
        raise BackupError(DIFFERENT)
    if current_fingerprint() != written:
        raise BackupError(CHANGED)
    return arrived
