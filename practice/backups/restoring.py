"""Bring a backup back: into the database of the site, or into an empty one."""

import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor

from practice import database, key_check
from practice.backups import erasures, rows
from practice.backups.encryption import decrypt
from practice.backups.errors import HAS_TABLES, NEWER, NOT_EMPTY, OTHER_FIELD_KEY, BackupError
from practice.backups.lines import read_header, read_lines
from practice.backups.rows import Fingerprint, Node, StoredRow
from practice.models import SiteState


@dataclass(frozen=True)
class Restored:
    """What a restore has brought back, and what it has erased again."""

    fingerprint: Fingerprint
    made_at: datetime
    erased_again: int | None  # enquiries; None if there was no list of what has been erased


def restore(
    source: IO[bytes],
    scratch: IO[bytes],
    identities: Sequence[str],
    now: datetime,
    *,
    ledgers: Sequence[Path] = (),
    is_over: bool = False,
    is_key_lost: bool = False,
) -> Restored:
    """Replace everything in the database by the backup.

    All of it happens in one transaction, so a failure changes nothing. Messages are held back until somebody lets
    them go, because they may have been sent since the backup. What has been erased since then is erased again: the
    database that is replaced knows it, and so do these files. Raises BackupError.
    """
    with _opened(source, scratch, identities) as content, _rebuilding():
        is_in_use = _has_people()
        if is_in_use and not is_over:
            raise BackupError(NOT_EMPTY)
        erased = erasures.read_all(ledgers, is_database_in_use=is_in_use)
        header, fingerprint = _replace(content, is_key_lost=is_key_lost)
        _migrate()
        made_at = datetime.fromisoformat(header["made_at"])
        SiteState.load()
        SiteState.objects.update(
            messages_held_at=now, backup_made_at=made_at, backup_rehearsed_at=now, backup_problem=""
        )
        count = None if erased is None else erasures.repeat(erased, now)
        connection.check_constraints()
    return Restored(fingerprint, made_at, count)


def fill(source: IO[bytes], scratch: IO[bytes], identities: Sequence[str]) -> tuple[Fingerprint, Fingerprint]:
    """Bring a backup into a database without any table, for a copy of the site.

    Return the fingerprint of the rows in the file and that of the rows in the tables. Nothing is held back or erased.
    Raises BackupError.
    """
    with _opened(source, scratch, identities) as content, _rebuilding():
        if connection.introspection.table_names():
            raise BackupError(HAS_TABLES)
        header, in_file = _replace(content)
        in_tables = rows.fingerprint(rows.read(_nodes(header)))
        _migrate()
        connection.check_constraints()
    return in_file, in_tables


@contextmanager
def _opened(source: IO[bytes], scratch: IO[bytes], identities: Sequence[str]) -> Iterator[gzip.GzipFile]:
    """Open the backup, of which every line has been read once. Raises BackupError."""
    decrypt(source, scratch, identities)
    scratch.seek(0)
    with gzip.GzipFile(fileobj=scratch, mode="rb") as content:
        for _ in read_lines(content):  # all of it, before anything is dropped
            pass
        content.seek(0)
        yield content


@contextmanager
def _rebuilding() -> Iterator[None]:
    """Let tables be dropped, made and filled in one transaction, however long it takes."""
    database.wait_without_deadline()
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            yield
    finally:
        connection.enable_constraint_checking()
        database.wait_with_deadline()


def _replace(content: gzip.GzipFile, *, is_key_lost: bool = False) -> tuple[dict[str, Any], Fingerprint]:
    """Drop every table, and make and fill those of the backup. Return its header and the fingerprint of its rows."""
    lines = read_lines(content)
    header = read_header(lines)
    nodes = _nodes(header)
    _make_tables(nodes, header["version"])
    stored = rows.stored_models(nodes)
    fingerprint = rows.fingerprint(rows.inserted(stored, lines if is_key_lost else _with_our_key(lines)))
    for statement in connection.ops.sequence_reset_sql(no_style(), stored):
        _execute(statement)
    connection.check_constraints()  # also because PostgreSQL alters no table while checks are open
    return header, fingerprint


def _nodes(header: dict[str, Any]) -> list[Node]:
    return [(app, name) for app, name in header["migrations"]]


def _migrate() -> None:
    """Bring the tables up to this version. Django's signals then set the deadline of statements, which is undone."""
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    database.wait_without_deadline()


def _with_our_key(lines: Iterable[StoredRow]) -> Iterator[StoredRow]:
    for label, values in lines:
        if label == SiteState._meta.label_lower and not key_check.matches(values["key_digest"]):
            raise BackupError(OTHER_FIELD_KEY)
        yield label, values


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _has_people() -> bool:
    """Return whether the database holds what nobody may lose by a slip: accounts, and so a site that is in use."""
    with connection.cursor() as cursor:
        if "auth_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT 1 FROM auth_user LIMIT 1")
        return cursor.fetchone() is not None


def _make_tables(nodes: list[Node], version: str) -> None:
    """Drop every table and make those of these migrations, empty."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cascade = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{cascade}")
    if connection.vendor == "postgresql":
        _execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with open checks could not be altered
    executor = MigrationExecutor(connection)
    try:
        executor.migrate(nodes)
    except (KeyError, NodeNotFoundError) as problem:
        raise BackupError(NEWER.format(version)) from problem
    for model in rows.stored_models(nodes):  # what migrations themselves have put in
        model._base_manager.all()._raw_delete(connection.alias)
    if connection.vendor == "postgresql":
        _execute("SET CONSTRAINTS ALL DEFERRED")
