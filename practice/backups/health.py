"""What `/health/` and `manage.py doctor` say of backups."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from practice.command_line import command_line
from practice.health import HealthFinding, moment
from practice.models import SiteState

MAX_AGE = timedelta(hours=36)  # one night was missed
NEVER = f"No backup has been made yet: the worker makes one in BACKUP_FOLDER, or run `{command_line('backup')}`."
NONE_SET_UP = (
    "No backups are made: set BACKUP_FOLDER, and BACKUP_RECIPIENTS to the public key that "
    f"`{command_line('make_backup_key')}` prints."
)


def backups(now: datetime) -> HealthFinding | None:
    """Say how old the last backup is and when restoring one was last tried. Nothing is said where none are made."""
    if settings.BACKUP_FOLDER is None:
        return None
    state = SiteState.load()
    if state.backup_problem:
        return HealthFinding("backups", f"The last backup failed. {state.backup_problem}", is_fine=False)
    if state.backup_made_at is None:
        return HealthFinding("backups", NEVER, is_fine=False)
    rehearsed_at = state.backup_rehearsed_at
    tried = f"on {moment(rehearsed_at)}" if rehearsed_at else "never"
    made = moment(state.backup_made_at)
    sentence = f"The last backup is from {made}, and restoring it was tried {tried}, London time."
    oldest = min(state.backup_made_at, rehearsed_at) if rehearsed_at else None
    return HealthFinding("backups", sentence, is_fine=oldest is not None and now - oldest <= MAX_AGE)


def set_up(now: datetime) -> Iterator[HealthFinding]:
    """Say that no backups are made at all, on a site that others can reach. Only `manage.py doctor` says so."""
    if settings.BACKUP_FOLDER is None and settings.PUBLIC:
        yield HealthFinding("backups", NONE_SET_UP, is_fine=False)
