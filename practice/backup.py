"""Write everything the database holds into one encrypted file, and restore it from there.

The file is an age file (age-encryption.org/v1), which the `age` program opens too. In it are gzipped lines of JSON: a
header, the rows of each table, and an end with their number and SHA-256, so that a file that is cut off or damaged is
noticed. Encrypted text is copied as it is stored, so a backup alone, even once it is opened, tells nobody's words.

Rows are read and written through Django's fields, in one transaction, so a backup of SQLite can be restored into
PostgreSQL and the other way round. A backup of an older version is restored into the tables of that version and then
migrated. Sessions are left out: nobody stays signed in.

It is encrypted to public keys only. A passphrase would have to be on the server, beside what it protects, and a slower
machine than the one that made the backup refuses to open it.

Tried instead: `pg_dump` and SQLite's own backup, which are faster, but read only by the same database, and by versions
of `pg_dump` that fit the server.
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

import pyrage
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.utils import timezone

from practice import __version__, database, key_check
from practice.models import SiteState

FORMAT = 1
LEFT_OUT = {"sessions.session"}
BATCH = 200  # rows, of which a picture can have megabytes
GZIP_LEVEL = 6

NO_PUBLIC_KEY = "A public key of the backup is not an age key (age1…)."
NOT_OPENED = "The backup could not be opened: it is damaged, or made for another key."
DAMAGED = "The backup is damaged or cut off. Nothing was changed."
NEWER = "The backup was made by version {}, which has tables that this version doesn't know. Restore it with that one."
OTHER_FIELD_KEY = (
    "The backup was made with another FIELD_KEY. Set it to that key; if that is lost for good, --lost-key restores the "
    "rest."
)
NOT_EMPTY = "The database is not empty. Add --over to replace everything in it."

Node = tuple[str, str]  # an app and a migration of it


class BackupError(Exception):
    """The backup can't be made or restored; the message is a sentence for whoever runs the site."""


def encrypt(content: IO[bytes], target: IO[bytes], recipients: Sequence[str]) -> None:
    """Encrypt to public keys (age1…), any of whose secret keys opens it. Raises BackupError for one that is none."""
    try:
        keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as problem:
        raise BackupError(NO_PUBLIC_KEY) from problem
    pyrage.encrypt_io(content, target, keys)


def decrypt(source: IO[bytes], target: IO[bytes], identities: Sequence[str]) -> None:
    """Open a backup with secret keys (AGE-SECRET-KEY-1…). Raises BackupError if none of them fits or it is damaged."""
    try:
        pyrage.decrypt_io(source, target, [pyrage.x25519.Identity.from_str(text) for text in identities])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as problem:
        raise BackupError(NOT_OPENED) from problem


def write(target: IO[bytes], scratch: IO[bytes], recipients: Sequence[str]) -> Counter[str]:
    """Write a backup and return how many rows of each table are in it. `scratch` is a temporary file.

    What is written is the state of one moment; the site goes on meanwhile.
    """
    counts: Counter[str] = Counter()
    with gzip.GzipFile(fileobj=scratch, mode="wb", compresslevel=GZIP_LEVEL, mtime=0) as content, _one_moment():
        lines = LineWriter(content)
        nodes = MigrationExecutor(connection).loader.graph.leaf_nodes()
        header = {"format": FORMAT, "version": __version__, "made_at": timezone.now(), "migrations": nodes}
        lines.write(header)
        for model in stored_models(nodes):
            for row in model._base_manager.order_by("pk").iterator(chunk_size=BATCH):
                lines.write([model._meta.label_lower, _values(row)])
                counts[model._meta.label_lower] += 1
        lines.write_end()
    scratch.seek(0)
    encrypt(scratch, target, recipients)
    return counts


def restore(
    source: IO[bytes],
    scratch: IO[bytes],
    identities: Sequence[str],
    *,
    is_over: bool = False,
    is_key_lost: bool = False,
) -> Counter[str]:
    """Replace everything in the database by the backup, and return how many rows of each table it has.

    All of it happens in one transaction, so a failure changes nothing. Messages are held back until somebody lets
    them go, because they may have been sent since the backup. Raises BackupError.
    """
    decrypt(source, scratch, identities)
    scratch.seek(0)
    with gzip.GzipFile(fileobj=scratch, mode="rb") as content:
        for _ in read_lines(content):  # all of it, before anything is dropped
            pass
        content.seek(0)
        lines = read_lines(content)
        header = _header(lines)
        with _rebuilding():
            if not is_over and _has_people():
                raise BackupError(NOT_EMPTY)
            nodes = [(app, name) for app, name in header["migrations"]]
            _make_tables(nodes, header["version"])
            counts = _insert(stored_models(nodes), lines, is_key_lost=is_key_lost)
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    SiteState.objects.update(messages_held_at=timezone.now())
    return counts


def stored_models(nodes: list[Node]) -> list[type[models.Model]]:
    """Return the models as these migrations know them, with text as it is stored and no value that saving changes."""
    state: ProjectState = MigrationExecutor(connection).loader.project_state(nodes)
    for model in state.models.values():
        for name, field in list(model.fields.items()):
            model.fields[name] = _as_stored(field)
    found = state.apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and model._meta.label_lower not in LEFT_OUT]


def _as_stored(field: models.Field) -> models.Field:
    if isinstance(field, models.TextField) and type(field) is not models.TextField:
        return models.TextField(null=field.null, db_column=field.db_column)  # encrypted
    if isinstance(field, models.DateField):
        field = field.clone()
        field.auto_now = field.auto_now_add = False
    return field


def _values(row: models.Model) -> dict[str, Any]:
    """Return the values by the name of their field, as Django's serializers write them."""
    return {
        field.attname: None if field.value_from_object(row) is None else field.value_to_string(row)
        for field in row._meta.concrete_fields
    }


class LineWriter:
    """Writes lines of JSON, and at the end how many they were and what they add up to."""

    def __init__(self, content: gzip.GzipFile) -> None:
        self.content, self.digest, self.number = content, hashlib.sha256(), 0

    def write(self, value: Any) -> None:
        line = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
        self.content.write(line)
        self.digest.update(line)
        self.number += 1

    def write_end(self) -> None:
        self.content.write(json.dumps({"lines": self.number, "sha256": self.digest.hexdigest()}).encode() + b"\n")


def read_lines(content: gzip.GzipFile) -> Iterator[Any]:
    """Yield the value of each line. Raises BackupError at the end if it is not all that was written."""
    digest, number = hashlib.sha256(), 0
    try:
        for line in content:
            value = json.loads(line)
            if isinstance(value, dict) and "sha256" in value:
                if value != {"lines": number, "sha256": digest.hexdigest()} or content.read(1):
                    raise BackupError(DAMAGED)
                return
            digest.update(line)
            number += 1
            yield value
    except (OSError, EOFError, ValueError) as problem:
        raise BackupError(DAMAGED) from problem
    raise BackupError(DAMAGED)


def _header(lines: Iterator[Any]) -> dict[str, Any]:
    header = next(lines)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BackupError(NEWER.format(header.get("version", "?") if isinstance(header, dict) else "?"))
    return header


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
                _execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                _execute("SET LOCAL statement_timeout = 0")
            yield
    finally:
        if connection.vendor == "sqlite":
            wrapper.transaction_mode = former


@contextmanager
def _rebuilding() -> Iterator[None]:
    """Let tables be dropped, made and filled in one transaction, however long it takes."""
    database.wait_without_deadline()
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
    finally:
        connection.enable_constraint_checking()
        database.wait_with_deadline()


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
    for model in stored_models(nodes):  # what migrations themselves have put in
        model._base_manager.all()._raw_delete(connection.alias)
    if connection.vendor == "postgresql":
        _execute("SET CONSTRAINTS ALL DEFERRED")


def _insert(stored: list[type[models.Model]], lines: Iterator[Any], *, is_key_lost: bool) -> Counter[str]:
    by_label = {model._meta.label_lower: model for model in stored}
    counts: Counter[str] = Counter()
    batch: list[models.Model] = []

    def flush() -> None:
        if batch:
            type(batch[0])._base_manager.bulk_create(batch)
            batch.clear()

    for label, values in lines:
        model = by_label[label]
        if label == SiteState._meta.label_lower and not is_key_lost and not key_check.matches(values["key_digest"]):
            raise BackupError(OTHER_FIELD_KEY)
        if batch and (type(batch[0]) is not model or len(batch) >= BATCH):
            flush()
        batch.append(_row(model, values))
        counts[label] += 1
    flush()
    for statement in connection.ops.sequence_reset_sql(no_style(), stored):
        _execute(statement)
    return counts


def _row(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: _value(fields[name], value) for name, value in values.items()})


def _value(field: models.Field, value: Any) -> Any:
    if value is None:
        return None
    return (cast(Any, field).target_field if field.is_relation else field).to_python(value)
