import logging
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone

from bookings import busy_calendar, series
from bookings.retention import tidy
from bookings.worker import timed_messages
from bookings.worker.delivery import send_due
from bookings.worker.retries import RetryPolicy
from practice import database_checks
from practice.backups.nightly import NightlyBackup
from practice.heartbeat import Heartbeat
from practice.models import SiteState

logger = logging.getLogger(__name__)
TIDY_EVERY = timedelta(hours=1)
MAX_STOP_SECONDS = 8  # after a signal, also while the database doesn't answer
SEEN_EVERY = timedelta(minutes=1)


class Command(BaseCommand):
    help = (
        "Enqueues what has fallen due by the clock, sends the messages that are due and erases what has expired; "
        "once, or with --watch until it is stopped."
    )

    _seen_at: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._backup, self._heartbeat = NightlyBackup(), Heartbeat()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="keep running")
        parser.add_argument("--every", type=float, default=3, help="seconds between two turns (with --watch)")
        parser.add_argument("--lease", type=float, default=RetryPolicy.lease, help="seconds that one attempt may take")
        parser.add_argument("--retry", type=float, default=RetryPolicy.first_retry, help="seconds until the next one")

    def handle(self, *args: object, watch: bool, every: float, lease: float, retry: float, **options: object) -> None:
        policy = RetryPolicy(lease=lease, first_retry=retry, first_pause=min(retry, RetryPolicy.first_pause))
        if not watch:
            self._check_database()
            self._note_seen()
            self._look()
            self.stdout.write(f"{send_due(timezone.now, policy)} sent")
            self._tidy()
            self._look_after_the_site()
            self._heartbeat.wait()
            self._backup.wait()
            return
        self._watch(policy, every)

    def _watch(self, policy: RetryPolicy, every: float) -> None:
        stopped = Event()

        def stop(*_: object) -> None:
            stopped.set()
            signal.alarm(MAX_STOP_SECONDS)  # the alarm kills; what was under way is done again, as after a power cut

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        tidied, is_checked = timezone.now() - TIDY_EVERY, False
        while not stopped.is_set():
            try:
                close_old_connections()
                if not is_checked:  # the database may be away when the worker starts
                    self._check_database()
                    is_checked = True
                self._note_seen()
                self._look(stopped.is_set)
                send_due(timezone.now, policy, stopped.is_set)
                if timezone.now() - tidied >= TIDY_EVERY and not stopped.is_set():
                    tidied = timezone.now()
                    self._tidy()
                self._look_after_the_site()
            except Error as problem:
                self.stderr.write(f"The database did not answer ({type(problem).__name__}); trying again.")
            stopped.wait(every)
        self._backup.stop()

    def _note_seen(self) -> None:
        """Leave a sign of life, for the health of the site."""
        now = timezone.now()
        if self._seen_at is None or abs(now - self._seen_at) >= SEEN_EVERY:
            SiteState.load()
            SiteState.objects.update(worker_seen_at=now)
            self._seen_at = now

    def _check_database(self) -> None:
        if problem := database_checks.sentence():
            raise CommandError(problem)

    def _look(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        try:
            timed_messages.enqueue_due(timezone.now())
            busy_calendar.read_if_due(timezone.now(), is_stopped=is_stopped)
        except Error:  # the next turn tries again
            raise
        except Exception:  # what falls due by the clock must never keep other mail from going
            logger.exception("Looking for what has fallen due failed.")

    def _tidy(self) -> None:
        """Erase what has been kept long enough, and place what has come into view of the series."""
        now = timezone.now()
        try:
            if tidy(now):
                series.roll_on(now)
        except Exception:  # neither must keep mail from going
            logger.exception("Tidying up failed; it is tried again in an hour.")

    def _look_after_the_site(self) -> None:
        """Begin a backup and tell the monitor elsewhere, where it is time."""
        for duty in (self._backup, self._heartbeat):
            try:
                duty.turn(timezone.now())
            except Error:  # the next turn tries again
                raise
            except Exception:  # neither must keep mail from going
                logger.exception("%s failed.", type(duty).__name__)
