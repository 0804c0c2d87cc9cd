"""Whether the site works, and what does not.

HEALTH_CHECKS in the settings names the functions that look, of any app; each is called with the current time and
returns a HealthFinding, or None where there is nothing to say. `/health/` answers with them (practice/health_page.py),
and `manage.py doctor` prints them.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string

from practice import key_check, schema
from practice.command_line import command_line
from practice.models import SiteState

MIN_FREE_BYTES = 200_000_000
MAX_CLOCK_DIFFERENCE = timedelta(minutes=1)
STYLESHEET = "css/site.css"


@dataclass(frozen=True)
class HealthFinding:
    """What one look found, as a sentence without personal data."""

    name: str
    sentence: str
    is_fine: bool = True
    is_known: bool = True  # False where it could not be looked at; then nothing is said against it
    is_urgent: bool = True  # False where the site works all the same; then only the doctor and the desk say it

    @property
    def is_failure(self) -> bool:
        """Return whether the site doesn't work, which a monitor is told."""
        return self.is_urgent and not self.is_fine


def read(now: datetime) -> Iterator[HealthFinding]:
    """Look at everything. Once the database has not answered, nothing else that needs it is looked at."""
    for path in settings.HEALTH_CHECKS:
        try:
            if finding := import_string(path)(now):
                yield finding
        except Error as problem:
            yield HealthFinding("database", f"The database did not answer ({type(problem).__name__}).", is_fine=False)
            return


def moment(at: datetime) -> str:
    """Format a moment in London time, such as “Tuesday 24 November, 17:00”."""
    return date_format(timezone.localtime(at), "l j F, H:i")


def disk(now: datetime) -> HealthFinding:
    free = shutil.disk_usage(settings.VAR_DIR).free
    sentence = f"{free / 1e9:.1f} GB are free on the disk that holds {settings.VAR_DIR}."
    return HealthFinding("disk", sentence, is_fine=free >= MIN_FREE_BYTES)


def static_files(now: datetime) -> HealthFinding:
    collected: dict[str, str] = cast(Any, staticfiles_storage).hashed_files  # read when the process started
    if settings.DEBUG or (STYLESHEET in collected and staticfiles_storage.exists(collected[STYLESHEET])):
        return HealthFinding("static files", "The static files are collected.")
    command = command_line("collectstatic")
    sentence = f"The static files are not collected: run `{command}` and restart the site."
    return HealthFinding("static files", sentence, is_fine=False)


def database(now: datetime) -> HealthFinding:
    """Write to the database and take it back. Raises django.db.Error if it doesn't answer or is read-only."""
    with transaction.atomic():
        SiteState.objects.update(key_digest=F("key_digest"))
        transaction.set_rollback(True)
    return HealthFinding("database", "The database can be read and written.")


def migrations(now: datetime) -> HealthFinding:
    pending = schema.pending()
    if not pending:
        return HealthFinding("migrations", "The database has the tables that this version needs.")
    sentence = f"The database is behind this version: run `{command_line('migrate')}` ({', '.join(pending)})."
    return HealthFinding("migrations", sentence, is_fine=False)


def field_key(now: datetime) -> HealthFinding:
    problem = key_check.sentence()
    return HealthFinding("field key", problem or "FIELD_KEY belongs to this database.", is_fine=not problem)


def clock(now: datetime) -> HealthFinding:
    """Compare the clock with the database's own, and with what the site remembers of it."""
    if SiteState.objects.filter(clock_jumped_at__isnull=False).exists():
        sentence = "The clock has jumped by more than a day. Nothing is erased until it agrees a day later."
        return HealthFinding("clock", sentence, is_fine=False)
    difference = abs(_database_clock(now) - now)
    sentence = f"The clocks of the site and of its database differ by {difference.total_seconds():.0f} seconds."
    return HealthFinding("clock", sentence, is_fine=difference <= MAX_CLOCK_DIFFERENCE)


def _database_clock(now: datetime) -> datetime:
    if connection.vendor != "postgresql":  # SQLite has the clock of the site
        return now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
