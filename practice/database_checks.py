"""Compare the database with this version and its FIELD_KEY before the site and the worker use it.

A site that starts while the database doesn't answer compares them at the first request that reaches it.
"""

from contextlib import suppress

from django.core.checks import Error
from django.db import Error as DatabaseError

from practice import key_check, schema

_is_unknown = False  # in this process, which could not compare when it started


def errors() -> list[Error]:
    """Return what is wrong with the database. Raises django.db.Error if it doesn't answer."""
    return schema.errors() or key_check.errors()  # without its columns the key can't be read


def known_errors() -> list[Error]:
    """Return the errors, or none while there is no database to ask."""
    with suppress(DatabaseError):
        return errors()
    return []


def errors_at_start() -> list[Error]:
    """Return the errors; while there is no database to ask, none, and have each request ask until they are known."""
    global _is_unknown
    try:
        return errors()
    except DatabaseError:
        _is_unknown = True
        return []


def sentence_if_unknown() -> str:
    """Return the error as one text, without a query once there is known to be none. Raises django.db.Error."""
    global _is_unknown
    if not _is_unknown:
        return ""
    problem = sentence()
    _is_unknown = bool(problem)
    return problem


def sentence() -> str:
    """Return the error as one text, or an empty one. Raises django.db.Error if the database doesn't answer."""
    return " ".join(f"{error.msg} {error.hint}" for error in errors())
