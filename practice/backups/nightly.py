"""The worker's own backup, each night and in a process of its own, so that no message waits for it."""

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.db.models import Q

from practice.backups import erasures, files
from practice.backups.errors import BackupError
from practice.clock import LONDON
from practice.models import SiteState

NIGHT_HOURS = range(4, 6)  # in London; a timer that calls `manage.py backup` earlier in the night comes first
MIN_AGE_AT_NIGHT = timedelta(hours=12)
MAX_AGE = timedelta(hours=25)  # after which the next one doesn't wait for the night; one night has 25 hours
RETRY_AFTER = timedelta(hours=1)
LOOK_EVERY_SECONDS = 60
MAX_SECONDS = 60 * 60
ENDED = "The nightly backup ended with code {}, and left no reason."
COMMAND = [sys.executable, "manage.py", "backup"]

logger = logging.getLogger(__name__)


def is_due(newest_at: datetime | None, now: datetime) -> bool:
    """Return whether the worker is to make a backup: at night, and at any hour if there is none of the last day."""
    if newest_at is None:
        return True
    is_night = now.astimezone(LONDON).hour in NIGHT_HOURS
    return now - newest_at > (MIN_AGE_AT_NIGHT if is_night else MAX_AGE)


class NightlyBackup:
    """The process that makes the backup, while there is one."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self._looked_at: float | None = None
        self._started_at = 0.0
        self._copy_problem = ""

    def turn(self, now: datetime) -> None:
        """Begin a backup if it is due, or look how the one that was begun has ended. This takes no time."""
        if self.process is not None:
            self._look_after(self.process)
            return
        if settings.BACKUP_FOLDER is None or not self._is_time_to_look():
            return
        self._copy_erasures(settings.BACKUP_FOLDER, now)
        if is_due(files.newest_at(settings.BACKUP_FOLDER, now), now) and _claim(now):
            self._started_at = time.monotonic()
            self.process = subprocess.Popen(  # noqa: S603 (the command is ours)
                COMMAND, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, start_new_session=True
            )

    def wait(self) -> None:
        """Wait until a backup that was begun has ended."""
        while self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            self._look_after(self.process)

    def stop(self) -> None:
        """End a backup that is under way, because the worker ends. The next worker begins another."""
        if self.process is not None and self.process.poll() is None:
            _kill(self.process)
            with suppress(Error):  # then another one is begun in an hour
                SiteState.objects.update(backup_tried_at=None)

    def _look_after(self, process: subprocess.Popen) -> None:
        if process.poll() is None:
            if time.monotonic() - self._started_at > MAX_SECONDS:
                _kill(process)
            return
        code, self.process = process.returncode, None
        if code:
            logger.error("The nightly backup ended with code %s; it is tried again in an hour.", code)
            SiteState.objects.filter(backup_problem="").update(backup_problem=ENDED.format(code))

    def _is_time_to_look(self) -> bool:
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY_SECONDS:
            return False
        self._looked_at = now
        return True

    def _copy_erasures(self, folder: Path, now: datetime) -> None:
        problem = ""
        try:
            erasures.copy_to_file(folder, now)
        except (OSError, BackupError) as caught:
            problem = str(caught)
        if problem and problem != self._copy_problem:  # once, not every minute
            logger.error("The list of erasures could not be copied to the folder of backups: %s", problem)
        self._copy_problem = problem


def _claim(now: datetime) -> bool:
    """Return whether this worker is the one to make the backup; after a failure, only once an hour."""
    SiteState.load()
    is_recent = Q(backup_tried_at__gt=now - RETRY_AFTER, backup_tried_at__lte=now + RETRY_AFTER)
    return bool(SiteState.objects.filter(Q(backup_tried_at=None) | ~is_recent).update(backup_tried_at=now))


def _kill(process: subprocess.Popen) -> None:
    """Kill the process, and the one that it has started to try the backup."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
