"""Whether the database has the tables that this version needs.

A database that is ahead is fine: the previous release runs on the tables of the next one while a site is updated. One
that is behind is refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.checks import Error
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from practice.command_line import command_line


def pending(using: str = "default") -> list[str]:
    """Return the migrations that the database lacks. Raises django.db.Error if it doesn't answer."""
    executor = MigrationExecutor(connections[using])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label} {migration.name}" for migration, _ in plan]


def errors() -> list[Error]:
    """Return what stops the site and the worker. Raises django.db.Error if the database doesn't answer."""
    missing = pending()
    if not missing:
        return []
    named = missing[0] if len(missing) == 1 else f"{missing[0]} and {len(missing) - 1} more"
    return [
        Error(
            f"The database lacks migrations that this version needs: {named}.",
            hint=f"Run `{command_line('migrate')}`.",
            id="practice.E018",
        )
    ]


def if_complete(handler: Callable[..., None]) -> Callable[..., None]:
    """Make a handler of post_migrate leave a database alone that was migrated to an older state, or to a part.

    Its tables are then not those that the models describe.
    """

    @wraps(handler)
    def wrapped(**kwargs: Any) -> None:
        if "plan" not in kwargs or not pending(kwargs["using"]):  # without a plan, nothing but rows has changed
            handler(**kwargs)

    return wrapped
