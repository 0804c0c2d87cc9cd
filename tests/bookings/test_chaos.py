"""Whatever is killed, stopped or refused: each request that was accepted is stored once and told to the therapist."""

import re
import threading
import time
from collections import Counter

import pytest

from tests import soak
from tests.bookings.chaos import (
    UNSENT,
    WORKERS,
    ChaoticMailServer,
    People,
    postgresql,
    query,
    running_site,
    sqlite,
)

NUMBER = soak.times(10_000)
# Seconds between two kills of each kind. A soak is long enough for many, and each new start takes seconds of CPU time.
PAUSES = {"process": 3.0, "worker": 10.0, "site": 45.0} if soak.IS_ON else {"process": 2.0, "worker": 3.0, "site": 12.0}
TRY_NOW = "from bookings.worker.retries import try_now; from django.utils import timezone; try_now(timezone.now())"
DELIVERY_SECONDS = 1800 if soak.IS_ON else 120  # at most, once the mail server is well

pytestmark = [pytest.mark.any_database, pytest.mark.timeout(7200 if soak.IS_ON else 600)]


def kill_now_and_then(site, kind, ended):
    while not ended.wait(PAUSES[kind]):
        site.kill_one(kind)


def befall(people, events, ended):
    for share, event in events.items():
        while len(people.references) < share * NUMBER and not ended.wait(0.2):
            pass
        event()


def deliver_the_rest(site, connect):
    """Press "try now" as the therapist can; else what the server took without confirming it waits for hours."""
    deadline = time.monotonic() + DELIVERY_SECONDS
    while query(connect, UNSENT) != [0]:
        assert time.monotonic() < deadline, "Some messages never left."
        site.run("shell", "-c", TRY_NOW)
        time.sleep(1)


@pytest.mark.parametrize("database", [sqlite, postgresql])
def test_accepted_is_stored_is_told(database, capsys):
    with ChaoticMailServer() as mail, running_site(database, mail.port) as (site, connect, events):
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
        deliver_the_rest(site, connect)
        stored = query(connect, "SELECT reference FROM bookings_enquiry")

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
