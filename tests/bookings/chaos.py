"""A site of several processes of which any may be killed, people who send the form, and mail that goes wrong."""

import http.client
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

from tests import soak
from tests.environment import TESTING
from tests.mail_server import FaultyMailServer, free_port
from tests.postgres import frozen, temporary_server
from tests.served_site import ANSWERS

ROOT = Path(__file__).resolve().parents[2]
SITES, PROCESSES, WORKERS = 2, 2, 2  # two machines of two processes each, and a worker on each
CLIENTS, BATCH = 24, 8
TOO_SOON = 3.3  # seconds; a form that is sent earlier is a robot's
PATIENCE = 240  # seconds that a person goes on trying
STALL = 30 if soak.IS_ON else 3  # seconds that the database is frozen
UNSENT = "SELECT count(*) FROM bookings_message WHERE sent_at IS NULL AND due_at < CURRENT_TIMESTAMP"
FAULTS = {"refuse for now": 50, "none": 41, "hang": 3, "drop": 3, "drip": 3}  # percent of the connections


class ChaoticMailServer(FaultyMailServer):
    """Misbehaves in another way at each connection, until it is told to behave."""

    def __init__(self) -> None:
        super().__init__()
        self.is_chaotic, self.unconfirmed, self.random = True, 0, random.Random(13)  # noqa: S311

    def _serve(self, client: socket.socket, fault: str = "") -> None:
        fault = self.random.choices([*FAULTS], [*FAULTS.values()])[0] if self.is_chaotic else "none"
        self.unconfirmed += fault in ("hang", "drop")
        super()._serve(client, fault)


class Site:
    """The processes of the site, each of which is started anew when it is gone."""

    def __init__(self, folder: Path, database: dict[str, str], mail_port: int) -> None:
        self.env = {
            **TESTING,
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(folder / "var"),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "THERAPIST_EMAIL": "therapist@example.org",
            "ENQUIRIES_PER_HOUR_ONE_CONNECTION": "1000000",
            "ENQUIRIES_PER_HOUR_ALL": "1000000",
            **database,
        }
        self.output = (folder / "output").open("w+")
        self.ports = [free_port() for _ in range(SITES)]
        self.commands = [["serve", f"--bind=127.0.0.1:{port}", f"--workers={PROCESSES}"] for port in self.ports]
        self.commands += [["run_worker", "--watch", "--every=0.3", "--retry=0.3", "--lease=6"]] * WORKERS
        self.killed = Counter[str]()
        self._ended = threading.Event()
        self.run("prepare")
        self.processes = [self._start(command) for command in self.commands]
        threading.Thread(target=self._keep_alive, daemon=True).start()

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def _start(self, command: list[str]) -> subprocess.Popen:
        command = [sys.executable, "manage.py", *command]
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=self.output, stderr=self.output)

    def _keep_alive(self) -> None:
        while not self._ended.wait(0.3):
            for place, process in enumerate(self.processes):
                if process.poll() is not None and not self._ended.is_set():
                    self.processes[place] = self._start(self.commands[place])

    def kill_one(self, kind: str) -> None:
        """Kill a process that answers, the first one of a site, or a worker, with SIGKILL."""
        workers, sites = self.processes[SITES:], self.processes[:SITES]
        process = random.choice(workers if kind == "worker" else sites)  # noqa: S311
        pids = [process.pid]
        if kind == "process":
            pids = children(process.pid)
        with suppress(ProcessLookupError):
            if pids:
                os.kill(random.choice(pids), signal.SIGKILL)  # noqa: S311
                self.killed[kind] += 1

    def stop(self) -> None:
        self._ended.set()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(40)
        self.output.close()


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


class People:
    """Send the form, each again and again until it was received, as somebody does who has typed a lot."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.references: dict[str, str] = {}  # by email address
        self.statuses = Counter[int]()
        self.slowest = 0.0

    def send(self, number: int) -> None:
        batches = [range(start, min(start + BATCH, number)) for start in range(0, number, BATCH)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(self._send_batch, batches))

    def _send_batch(self, numbers: range) -> None:
        forms = [self._until(self._form) for _ in numbers]
        time.sleep(TOO_SOON)
        for number, (fields, cookie) in zip(numbers, forms, strict=True):
            email = f"person-{number}@example.org"
            self.references[email] = self._until(lambda: self._post(fields | ANSWERS | {"email": email}, cookie))  # noqa: B023

    def _until(self, ask: Callable):
        deadline = time.monotonic() + PATIENCE
        while not (answer := ask()):
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.3)
        return answer

    def get(self, path: str) -> bool:
        """Return whether the page was answered."""
        answer = self._ask("GET", path=path)
        return bool(answer and answer[0] == 200)

    def _ask(
        self, method: str, body: str = "", path: str = "/consultation/", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str] | None:
        start = time.monotonic()
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", random.choice(self.ports), timeout=60)) as connection:  # noqa: S311
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.statuses[0] += 1
            return None
        self.statuses[answer.status] += 1
        self.slowest = max(self.slowest, time.monotonic() - start)
        return answer.status, answer.headers, text

    def _form(self) -> tuple[dict[str, str], str] | None:
        answer = self._ask("GET")
        if not answer or answer[0] != 200:
            return None
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer[2]))
        return hidden, answer[1]["Set-Cookie"].partition(";")[0]

    def _post(self, fields: dict[str, str], cookie: str) -> str | None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        answer = self._ask("POST", urlencode(fields), **headers)
        if not answer or answer[0] != 302:
            assert not answer or answer[0] in (502, 503), answer[2][:3000]
            return None
        return answer[1]["Location"].rstrip("/").rpartition("/")[2]


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


def query(connect, statement):
    with closing(connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def running_site(database: Callable, mail_port: int) -> Iterator[tuple[Site, Callable, dict[float, Callable]]]:
    """Yield a site on that database, a function that connects to it, and what befalls it."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(folder) as (env, connect, events):
            site = Site(folder, env, mail_port)
            try:
                yield site, connect, events
            finally:
                site.stop()
