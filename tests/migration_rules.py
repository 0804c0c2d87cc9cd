"""What a migration may do while the previous release still runs: CONTRIBUTING.md says why, and how else."""

from collections.abc import Iterator
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


def problems(operation: Operation, app: str, before: ProjectState, previous: ProjectState) -> Iterator[str]:
    """Yield what is wrong with an operation on the tables, after the state `before`.

    `previous` is the state that the previous release knows. What only tells Django of a change is not looked at.
    """
    if not operation.reversible:
        yield f"{operation.describe()}: it can't be taken back; give it a reverse."
    if isinstance(operation, operations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from problems(inner, app, before, previous)
    elif isinstance(operation, (operations.AddField, operations.AlterField)):
        if not _accepts_nothing(operation.field) and _may_be_left_out(operation, app, before):
            yield f"{operation.describe()}: the previous release leaves it out; give it a db_default or null=True."
    elif name := _removed(operation):
        model = previous.models.get((app, name[0]))
        if model and (len(name) == 1 or name[1] in model.fields):
            yield f"{operation.describe()}: the previous release uses it; remove it in two steps."


def _accepts_nothing(field: Any) -> bool:
    return field.many_to_many or field.null or field.has_db_default()


def _may_be_left_out(operation: Any, app: str, before: ProjectState) -> bool:
    """Return whether the column is new, or could be empty before."""
    if isinstance(operation, operations.AddField):
        return True
    return _accepts_nothing(before.models[app, operation.model_name_lower].fields[operation.name])


def _removed(operation: Any) -> tuple[str, ...]:
    """Return the model, or the model and the field, that is gone after the operation."""
    if isinstance(operation, operations.RemoveField):
        return operation.model_name_lower, operation.name
    if isinstance(operation, operations.RenameField):
        return operation.model_name_lower, operation.old_name
    if isinstance(operation, operations.RenameModel):
        return (operation.old_name_lower,)
    if isinstance(operation, (operations.DeleteModel, operations.AlterModelTable)):
        return (operation.name_lower,)
    return ()
