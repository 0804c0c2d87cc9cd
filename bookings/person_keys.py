"""The keys of people: given, encrypted anew when FIELD_KEY changes, and forgotten for good once a person is erased.

On a database of an earlier release, people get keys only once `rotate_field_key` was run: until then that release may
have to read what is written (docs/adr/0065).
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import Error, connection
from django.utils import timezone

from bookings.models import PersonKey
from practice.models import SiteState

LOCK_MILLISECONDS = 500  # that everybody who reads a person may have to wait for us
TRIES = 3
PAUSE_SECONDS = 1

logger = logging.getLogger(__name__)


def delete(keys: Iterable[UUID]) -> None:
    """Delete keys whose people are gone. What is left of them on the disk goes with the next `rewrite_table`."""
    if PersonKey.objects.filter(pk__in=list(keys)).delete()[0]:
        SiteState.objects.update(person_keys_deleted_at=timezone.now())


def delete_orphans(now: datetime) -> None:
    """Delete the keys of people whom the previous release has erased, since it knows of no keys.

    RETENTION_TASKS calls this.
    """
    delete(PersonKey.objects.filter(person=None).values_list("pk", flat=True))


def rewrite_table(now: datetime) -> bool:
    """Let go of every byte of a deleted key, and return whether nothing of one is left in the files of the database.

    PostgreSQL writes the small table and its index again and throws the old files away. SQLite has written zeros over
    the rows (secure_delete), and empties its log. Nothing is done where no key was deleted since the last time.
    """
    deleted_at = SiteState.objects.values_list("person_keys_deleted_at", flat=True).first()
    if deleted_at and not connection.in_atomic_block:  # in which PostgreSQL rewrites no table
        if not _is_rewritten():
            logger.warning("The keys of erased people could not be overwritten yet; the next hour tries it again.")
            return False
        SiteState.objects.filter(person_keys_deleted_at=deleted_at).update(person_keys_deleted_at=None)
    return True


def _is_rewritten() -> bool:
    """Try it several times: whoever reads for long, such as a backup, must neither wait for us nor prevent it."""
    attempt = _empty_log if connection.vendor == "sqlite" else _vacuum
    for number in range(TRIES):
        if attempt():
            return True
        if number < TRIES - 1:
            time.sleep(PAUSE_SECONDS)
    return False


def _empty_log() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, _, _ = cursor.fetchone()
    return not is_busy


def _vacuum() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_MILLISECONDS}ms"])
        try:
            cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(PersonKey._meta.db_table)}")
        except Error:
            return False
        finally:
            cursor.execute("RESET lock_timeout")
    return True
