"""A dead man's switch: while the site is fine, the worker fetches HEARTBEAT_URL once an hour.

A monitor elsewhere calls somebody when that stops, whatever the reason is: the site, its worker, or the whole machine.
The address is told nothing but that it was fetched. It is written into no log: whoever knows it can fake the signal.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils import timezone

from practice import health
from practice.health import HealthFinding
from practice.models import SiteState

EVERY = timedelta(hours=1)
LOOK_EVERY_SECONDS = 60
RETRY_AFTER_SECONDS = 5 * 60  # after it failed, or while something is wrong
MAX_SECONDS = 10  # without a byte from the other side

logger = logging.getLogger(__name__)


class Heartbeat:
    """Fetches the address in a thread of its own, so that no message waits for it."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._look_at = 0.0
        self._is_answered = False

    def turn(self, now: datetime) -> None:
        """Begin to fetch the address if it is time, or note that it has answered. This takes no time."""
        if not settings.HEARTBEAT_URL or (self._thread and self._thread.is_alive()):
            return
        self._note_answer(now)
        if time.monotonic() < self._look_at:
            return
        last = SiteState.load().heartbeat_at
        if last is not None and timedelta() <= now - last < EVERY:
            self._look_at = time.monotonic() + LOOK_EVERY_SECONDS
            return
        self._look_at = time.monotonic() + RETRY_AFTER_SECONDS
        if not any(finding.is_failure for finding in health.read(now)):
            self._thread = Thread(target=self._fetch, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for the answer, in a worker that runs only once."""
        if self._thread:
            self._thread.join(2 * MAX_SECONDS)
            self._note_answer(timezone.now())

    def _note_answer(self, now: datetime) -> None:
        if self._is_answered:
            self._is_answered = False
            SiteState.objects.update(heartbeat_at=now)

    def _fetch(self) -> None:
        try:
            fetch(settings.HEARTBEAT_URL, MAX_SECONDS)
        except Exception as problem:  # whatever the other side does
            logger.warning("HEARTBEAT_URL could not be fetched (%s).", describe(problem))
        else:
            self._is_answered = True


class NoRedirects(HTTPRedirectHandler):
    """A redirect is an error, because it could lead away from HTTPS; monitors answer at the address that they give."""

    def redirect_request(self, *args: Any) -> None:
        return None


def fetch(url: str, seconds: float) -> None:
    """Fetch the address and read nothing of it. Raises OSError, also for an answer that is an error or a redirect."""
    request = Request(url, headers={"User-Agent": "heartbeat"})  # noqa: S310 (practice.E022 refuses other schemes)
    build_opener(NoRedirects).open(request, timeout=seconds).close()


def describe(problem: Exception) -> str:
    """Name the problem without the address."""
    return f"status {problem.code}" if isinstance(problem, HTTPError) else type(problem).__name__


def last_answer(now: datetime) -> Iterable[HealthFinding]:
    """Say when the address was last reached. Only `manage.py doctor` asks: its answer depends on all the others."""
    if not settings.HEARTBEAT_URL:
        return
    at = SiteState.load().heartbeat_at
    if at is None:
        sentence = "HEARTBEAT_URL has not answered yet. The worker fetches it once an hour while everything is fine."
        yield HealthFinding("heartbeat", sentence, is_fine=False)
        return
    sentence = f"HEARTBEAT_URL answered last on {health.moment(at)}, London time."
    yield HealthFinding("heartbeat", sentence, is_fine=now - at <= 2 * EVERY)
