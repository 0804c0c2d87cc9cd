"""Write a backup of one moment while the site goes on."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

from django.db import connection, transaction
from django.utils import timezone

from practice import __version__
from practice.backups import rows
from practice.backups.encryption import encrypt
from practice.backups.lines import FORMAT, LineWriter
from practice.backups.rows import Fingerprint, StoredRow

GZIP_LEVEL = 6


def write(target: IO[bytes], scratch: IO[bytes], recipients: Sequence[str]) -> Fingerprint:
    """Write a backup and return the fingerprint of what is in it. `scratch` is a temporary file.

    What is written is the state of one moment; the site goes on meanwhile. Raises BackupError.
    """
    with gzip.GzipFile(fileobj=scratch, mode="wb", compresslevel=GZIP_LEVEL, mtime=0) as content, _one_moment():
        lines = LineWriter(content)
        nodes = rows.current_nodes()
        header = {"format": FORMAT, "version": __version__, "made_at": timezone.now(), "migrations": nodes}
        lines.write(header)
        written = rows.fingerprint(_written(rows.read(nodes), lines))
        lines.write_end()
    scratch.seek(0)
    encrypt(scratch, target, recipients)
    return written


def current_fingerprint() -> Fingerprint:
    """Return the fingerprint of the database as it is now."""
    with _one_moment():
        return rows.fingerprint(rows.read(rows.current_nodes()))


def _written(found: Iterable[StoredRow], lines: LineWriter) -> Iterator[StoredRow]:
    for row in found:
        lines.write(row)
        yield row


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything as it is now. On neither database does this keep anybody from writing."""
    wrapper = cast(Any, connection)
    former = getattr(wrapper, "transaction_mode", None)
    if connection.vendor == "sqlite":
        wrapper.transaction_mode = None  # an immediate transaction would lock out those who write
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    cursor.execute("SET LOCAL statement_timeout = 0")
            yield
    finally:
        if connection.vendor == "sqlite":
            wrapper.transaction_mode = former
