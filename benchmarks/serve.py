"""`python -m benchmarks.serve practice.wsgi FD` serves any WSGI application with one process, as the site is served."""

import socket
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module


def load(name: str) -> Callable:
    module = import_module(name)  # which chooses the settings
    from practice.buffering import BufferedApplication

    return BufferedApplication(module.application)


def main() -> None:
    name, descriptor = sys.argv[1:]
    load(name)
    from practice import server

    server.serve(socket.socket(fileno=int(descriptor)), 1, partial(load, name))


if __name__ == "__main__":
    main()
