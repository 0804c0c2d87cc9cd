from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from practice import server

WORKERS = 2


class Command(BaseCommand):
    help = (
        "Serves the site to a proxy on this machine, until SIGTERM. A socket that systemd passes on wins over --bind."
    )
    requires_system_checks = ()  # practice.wsgi runs them, and says in one sentence what is wrong

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="a port of this machine, or unix:/a/path")
        parser.add_argument("--fd", type=int, help="the number of an open socket, which is used instead")
        parser.add_argument("--workers", type=int, default=WORKERS, help="processes: one for each core")

    def handle(self, *args: object, bind: str, fd: int | None, workers: int, **options: Any) -> None:
        import practice.asgi  # noqa: F401 (what the processes share is loaded before they start)

        try:
            listener = server.inherited_socket(fd) or server.open_socket(bind)
        except (server.AddressError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        connections.close_all()
        server.serve(listener, max(1, workers))
