"""A real SMTP server on loopback, and a real worker in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from typing import BinaryIO
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
REFUSALS = {"refuse": b"550 5.1.1 no such user\r\n", "refuse for now": b"451 4.3.2 try again later\r\n"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailServer:
    """Keeps every message it accepts; may take its time to answer, as mail servers do (seconds)."""

    def __init__(self, port: int, pause: float = 0) -> None:
        self.messages: list[EmailMessage] = []
        self.pause = pause
        self.controller = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        import asyncio

        await asyncio.sleep(self.pause / 2)
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        await asyncio.sleep(self.pause / 2)  # accepted, but the sender has not heard it yet
        return "250 OK"

    def __enter__(self) -> "MailServer":
        self.controller.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.controller.stop(no_assert=True)


class FaultyMailServer:
    """Speaks SMTP on a socket and misbehaves in one way, from now until it is told otherwise.

    `silent` accepts a connection and says nothing, `drip` sends a byte of an endless greeting now and then,
    `unreachable` never accepts a connection, `hang` falls silent and `drop` hangs up once it has the whole message,
    `refuse` knows no receiver, `refuse for now` asks to try later, `stay` is silent when asked to quit, and `none`
    behaves.
    """

    def __init__(self, fault: str = "none") -> None:
        self.fault = fault
        self.messages: list[EmailMessage] = []  # also those that were not confirmed
        self.taken: list[str] = []  # the Message-ID of each
        self.receivers: list[str] = []  # those asked for
        self.connections = 0
        self._ended = Event()
        self._filling: list[socket.socket] = []

    def __enter__(self) -> "FaultyMailServer":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0 if self.fault == "unreachable" else 50)
        self.port = self._listener.getsockname()[1]
        if self.fault == "unreachable":
            self._fill_backlog()
        else:
            Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for filling in self._filling:
            filling.close()

    def _fill_backlog(self) -> None:
        for _ in range(4):
            filling = socket.socket()
            filling.setblocking(False)
            with suppress(BlockingIOError):
                filling.connect(("127.0.0.1", self.port))
            self._filling.append(filling)
        time.sleep(0.2)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket, fault: str = "") -> None:
        fault = fault or self.fault
        with client, client.makefile("rb") as lines, suppress(OSError):
            if fault == "silent":
                self._wait_for_the_other(client)
            elif fault == "drip":
                self._drip(client)
            else:
                self._talk(client, lines, fault)

    def _wait_for_the_other(self, client: socket.socket) -> None:
        while not self._ended.is_set() and client.recv(1000):
            pass

    def _drip(self, client: socket.socket) -> None:
        client.sendall(b"220-")
        while not self._ended.wait(0.2):
            client.sendall(b"w")

    def _talk(self, client: socket.socket, lines: BinaryIO, fault: str) -> None:
        client.sendall(b"220 ready\r\n")
        for line in lines:
            command = line.split(b":")[0].strip().upper()
            if command == b"RCPT TO":
                self.receivers.append(line.decode().partition("<")[2].partition(">")[0])
                client.sendall(REFUSALS.get(fault, b"250 OK\r\n"))
            elif command == b"DATA":
                client.sendall(b"354 go on\r\n")
                message = message_from_bytes(b"".join(iter(lines.readline, b".\r\n")), policy=policy.default)
                self.messages.append(message)
                self.taken.append(message["Message-ID"])
                if fault == "drop":
                    return
                if fault == "hang":
                    self._wait_for_the_other(client)
                    return
                client.sendall(b"250 OK\r\n")
            elif command == b"QUIT":
                if fault == "stay":
                    self._wait_for_the_other(client)
                client.sendall(b"221 bye\r\n")
                return
            else:
                client.sendall(b"250 OK\r\n")


def database_url() -> str:
    """Where another process finds the database of the running test."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    if known["HOST"].startswith("/"):  # a folder with a socket; the user comes from PGUSER
        return f"postgres:///{known['HOST']}/{known['NAME']}"
    user = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    return f"postgres://{user}{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


def start_worker(port: int, *arguments: str) -> subprocess.Popen:
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "THERAPIST_EMAIL": "therapist@example.org",
    }
    command = [sys.executable, "manage.py", "run_worker", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
