"""Whatever is killed, stopped or refused: each request that was accepted is stored once and told to the therapist."""

import os
import re
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests import soak
from tests.bookings.chaos import WORKERS, ChaoticMailServer, People, Site
from tests.mail_server import wait_until
from tests.postgres import frozen, temporary_server

NUMBER = soak.times(10_000)
STALL = 30 if soak.IS_ON else 3  # seconds that the database is frozen
# Seconds between two kills of each kind. A soak is long enough for many, and each new start takes seconds of CPU time.
PAUSES = {"process": 3.0, "worker": 10.0, "site": 45.0} if soak.IS_ON else {"process": 2.0, "worker": 3.0, "site": 12.0}
TRY_NOW = "from bookings.worker.retries import try_now; from django.utils import timezone; try_now(timezone.now())"
DATABASE = os.environ.get("TEST_DATABASE_URL")

pytestmark = [pytest.mark.any_database, pytest.mark.timeout(7200 if soak.IS_ON else 600)]


@contextmanager
def sqlite(folder):
    """Yield the settings, a function that connects, and what befalls the database at which share of the requests."""
    yield {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}, lambda: sqlite3.connect(folder / "site.sqlite3"), {}


@contextmanager
def postgresql(folder):
    server = folder / "postgres"

    def stall():
        with frozen(server):
            time.sleep(STALL)

    with temporary_server(server, is_durable=True) as crash:
        env = {"DATABASE_URL": f"postgres:///{server}/postgres", "PGUSER": "postgres"}
        events = {0.25: crash, 0.5: stall, 0.75: crash}
        yield env, lambda: psycopg2.connect(host=str(server), dbname="postgres", user="postgres"), events


def kill_now_and_then(site, kind, ended):
    while not ended.wait(PAUSES[kind]):
        site.kill_one(kind)


def befall(people, events, ended):
    for share, event in events.items():
        while len(people.references) < share * NUMBER and not ended.wait(0.2):
            pass
        event()


def query(connect, statement):
    with closing(connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("database", [sqlite, postgresql])
def test_accepted_is_stored_is_told(database, capsys):
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, ChaoticMailServer() as mail:
        folder = Path(name)
        folder.chmod(0o755)
        with database(folder) as (env, connect, events):
            site = Site(folder, env, mail.port)
            try:
                people, ended, start = People(site.ports), threading.Event(), time.monotonic()
                trouble = [threading.Thread(target=kill_now_and_then, args=(site, kind, ended)) for kind in PAUSES]
                trouble.append(threading.Thread(target=befall, args=(people, events, ended)))
                for thread in trouble:
                    thread.start()
                try:
                    people.send(NUMBER)
                finally:
                    ended.set()
                    for thread in trouble:
                        thread.join()
                seconds = time.monotonic() - start
                mail.is_chaotic = False
                site.run("shell", "-c", TRY_NOW)  # as the therapist can, once the mail server is well
                unsent = "SELECT count(*) FROM bookings_message WHERE sent_at IS NULL AND due_at < CURRENT_TIMESTAMP"
                wait_until(lambda: query(connect, unsent) == [0], seconds=600)
                stored = query(connect, "SELECT reference FROM bookings_enquiry")
            finally:
                site.stop()

    accepted = sorted(people.references.values())
    told = Counter(ref for message in mail.messages for ref in re.findall(r"ref (\w+)", message["Subject"]))
    extra = sum(copies - 1 for copies in Counter(mail.taken).values())
    with capsys.disabled():
        print(  # noqa: T201 (what a soak is run for)
            f"\n{database.__name__}: {len(accepted)} accepted, {len(stored)} stored, {len(set(told))} told, in "
            f"{seconds:.0f} s; killed {dict(site.killed)}; answers {dict(people.statuses)}, slowest "
            f"{people.slowest:.1f} s; {extra} extra copies, {mail.unconfirmed} taken and not confirmed"
        )
    assert len(accepted) == NUMBER
    assert sorted(stored) == accepted  # nothing lost, and nothing stored twice
    assert set(told) == set(accepted)
    # Else only what was taken a moment before the worker was killed, or the database was away, so that nobody noted it.
    assert extra <= mail.unconfirmed + site.killed["worker"] + WORKERS * len(events)
    assert set(people.statuses) <= {0, 200, 302, 502, 503}
