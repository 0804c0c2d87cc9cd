import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from practice import database_checks
from practice.supervision import supervise

HOST = "127.0.0.1"


def port_from_environment() -> int:
    """Return PORT, or exit with a message if it is not a port."""
    text = os.environ.get("PORT") or "8000"
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    sys.exit(f"PORT is {text!r}, which is not a number from 1 to 65535.")


def listen(port: int) -> socket.socket:
    """Open the port, or exit with a message if it is not available."""
    try:
        return socket.create_server((HOST, port), backlog=2048)
    except PermissionError:
        sys.exit(f"Port {port} needs administrator rights. Choose one above 1023: PORT=8001 make run")
    except OSError:
        other = port + 1 if port < 65535 else 8000
        sys.exit(f"Port {port} is in use. Choose another: PORT={other} make run")


class Command(BaseCommand):
    help = "Runs the site and its worker on this machine until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first update the database, static files and starter pages",
        )

    def handle(self, *, prepare: bool, **options: Any) -> None:
        port = port_from_environment()
        with listen(port) as listener:
            if prepare:
                call_command("prepare", skip_checks=True, stdout=self.stdout)
            if problems := database_checks.known_errors():
                sys.exit(f"{problems[0].msg} {problems[0].hint}")
            connections.close_all()
            self.welcome(f"http://{HOST}:{port}")
            code = supervise(
                [sys.executable, "manage.py", "serve", f"--fd={listener.fileno()}"],
                [sys.executable, "manage.py", "run_worker", "--watch"],
                env={"SITE_URL": f"http://{HOST}:{port}", **os.environ},
                listener=listener.fileno(),
                say=self.stdout.write,
            )
        sys.exit(code)

    def welcome(self, address: str) -> None:
        self.stdout.write(f"The site:  {address}/\nYour desk: {address}/admin/")
        if folder := getattr(settings, "EMAIL_FILE_PATH", None):
            self.stdout.write(f"Messages:  files in {os.path.relpath(folder)}/")
        self.stdout.write("Press Ctrl-C to stop.")
        self.stdout.flush()
