"""A real SMTP server on loopback, and a real worker in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


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
