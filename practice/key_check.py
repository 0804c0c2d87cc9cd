"""Notice a FIELD_KEY that the database was not written with.

A digest made under a label of the key is kept in the database. The site, the worker and `manage.py check` refuse to run
with another key, under which they would encrypt what nobody could read beside the rest. Commands that move a site or
change its key still run. practice/database_checks.py says when the site compares them.
"""

from contextlib import suppress

from django.core.checks import Error
from django.db import Error as DatabaseError

from practice import checks, keys, schema
from practice.command_line import command_line
from practice.keys import KeyLabel
from practice.models import SiteState

TEXT = "FIELD_KEY"  # the digest is of this word, and depends on the key alone


def errors() -> list[Error]:
    """Return what `manage.py check` reports. Raises DatabaseError if the database doesn't answer."""
    stored = SiteState.objects.values_list("key_digest", flat=True).first()
    if not stored or checks.field_key(None) or matches(stored):
        return []
    return [
        Error(
            "FIELD_KEY is not the key that this database was written with.",
            hint="Set it to that key; while you change keys, to the new one, a comma and that one. If that key is lost "
            f"for good, `{command_line('rotate_field_key --lost')}` makes the site run without what it encrypted.",
            id="practice.E012",
        )
    ]


def matches(digest: str) -> bool:
    """Return whether the digest was made with a key of FIELD_KEY."""
    return digest in keys.digests(KeyLabel.KEY_CHECK, TEXT)


def known_errors() -> list[Error]:
    """Return the errors, or none while there is no database to ask."""
    with suppress(DatabaseError):
        return errors()
    return []


def sentence() -> str:
    """Return the error as one text, or an empty one. Raises DatabaseError if the database doesn't answer."""
    return " ".join(f"{error.msg} {error.hint}" for error in errors())


@schema.if_complete
def remember_first(**kwargs: object) -> None:
    """Signal handler after migrations: keep the digest of the key, unless there is one already.

    A database that has none is new, so no earlier release runs beside this one, and people get keys of their own.
    """
    if not checks.field_key(None) and not SiteState.load().key_digest:
        remember()
        SiteState.objects.update(has_person_keys=True)


def remember() -> None:
    """Keep the digest of the newest key, with which everything that can be read is encrypted now."""
    SiteState.load()
    SiteState.objects.update(key_digest=keys.digest(KeyLabel.KEY_CHECK, TEXT))
