"""How long the site waits for PostgreSQL.

The server ends a statement after ten seconds by itself. A server that is frozen ends nothing, and its client would wait
for ever; so the client has a deadline too, through the hook that psycopg2 has for waiting.
"""

import select
import time
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2 import extensions

GRACE_SECONDS = 1  # in which the server's own timeout is told
PAUSE_SECONDS = 5  # after a deadline, in which nobody waits again
CONNECTED = (extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED)


class Deadlines:
    """The wait callback of psycopg2, and when it gave up last."""

    def __init__(self) -> None:
        self.gave_up_at: float | None = None
        self.has_statement_deadline = True

    def wait(self, connection: Any) -> None:
        """Wait until the server has answered. Raises OperationalError after the deadline."""
        seconds = self._seconds(connection)
        deadline = None if seconds is None else time.monotonic() + seconds
        while (state := connection.poll()) != extensions.POLL_OK:
            if deadline is not None and not _is_ready(connection, state, deadline):
                self.gave_up_at = time.monotonic()
                raise psycopg2.OperationalError("The database did not answer in time.")
            if deadline is None:
                _is_ready(connection, state, None)

    def _seconds(self, connection: Any) -> float | None:
        if connection.status in CONNECTED:
            return settings.DATABASE_STATEMENT_SECONDS + GRACE_SECONDS if self.has_statement_deadline else None
        is_paused = self.gave_up_at is not None and time.monotonic() - self.gave_up_at < PAUSE_SECONDS
        return 0 if is_paused else settings.DATABASE_CONNECT_SECONDS


def _is_ready(connection: Any, state: int, deadline: float | None) -> bool:
    """Wait until the socket can be read or written, as the state demands; return False if the deadline came first."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
    milliseconds = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
    return bool(poll.poll(milliseconds))


deadlines = Deadlines()


def wait_without_deadline(**kwargs: object) -> None:
    """Signal handler before migrations, which may take longer than any page."""
    deadlines.has_statement_deadline = False
    _set_on_server(kwargs, "0")


def wait_with_deadline(**kwargs: object) -> None:
    """Signal handler after migrations."""
    deadlines.has_statement_deadline = True
    _set_on_server(kwargs, f"{settings.DATABASE_STATEMENT_SECONDS}s")


def _set_on_server(signal: dict[str, Any], timeout: str) -> None:
    connection = connections[signal.get("using", "default")]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [timeout])
