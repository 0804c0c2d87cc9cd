"""The rows of all tables, as they are stored, and a fingerprint by which two databases are compared."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from practice.backups.lines import encode

LEFT_OUT = {"sessions.session", "practice.usersession"}
BATCH = 200  # rows, of which a picture can have megabytes

Node = tuple[str, str]  # an app and a migration of it
StoredRow = tuple[str, dict[str, Any]]  # the label of its model, and its values


@dataclass(frozen=True)
class Fingerprint:
    """How many rows each table has, and a SHA-256 of all of them in order."""

    counts: Counter[str]
    digest: str


def fingerprint(rows: Iterable[StoredRow]) -> Fingerprint:
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    for label, values in rows:
        digest.update(encode([label, values], is_sorted=True))
        counts[label] += 1
    return Fingerprint(counts, digest.hexdigest())


def current_nodes() -> list[Node]:
    """Return the migrations that lead to the tables of this version."""
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


def read(nodes: list[Node]) -> Iterator[StoredRow]:
    """Yield every row of the database, whose tables these migrations have made."""
    for model in stored_models(nodes):
        for row in model._base_manager.order_by("pk").iterator(chunk_size=BATCH):
            yield model._meta.label_lower, _values(row)


def inserted(stored: list[type[models.Model]], rows: Iterable[StoredRow]) -> Iterator[StoredRow]:
    """Write the rows of these models into their tables, which are empty, and yield them."""
    by_label = {model._meta.label_lower: model for model in stored}
    batch: list[models.Model] = []

    def flush() -> None:
        if batch:
            type(batch[0])._base_manager.bulk_create(batch)
            batch.clear()

    for label, values in rows:
        model = by_label[label]
        if batch and (type(batch[0]) is not model or len(batch) >= BATCH):
            flush()
        batch.append(_row(model, values))
        yield label, values
    flush()


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


def _row(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: _value(fields[name], value) for name, value in values.items()})


def _value(field: models.Field, value: Any) -> Any:
    if value is None:
        return None
    return (cast(Any, field).target_field if field.is_relation else field).to_python(value)
