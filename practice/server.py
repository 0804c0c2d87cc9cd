"""How granian serves the site: from one socket on this machine, with a few processes that share what was loaded.

`manage.py serve` calls this. The socket is opened here or inherited, so that a process manager can keep it open while
the site is restarted, and so that what waits in it is not lost with a process that dies.
"""

import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from django.conf import settings
from granian._granian import SocketHolder  # type: ignore[attr-defined] # what granian's own sockets are made into
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess
from watchfiles import PythonFilter

BACKLOG = 2048  # connections that wait to be accepted
MAX_CONNECTIONS = 8000  # of each process; those that send slowly cost little
MAX_HEADER_SECONDS = 20
MAX_STOP_SECONDS = 12  # longer than a statement of the database takes
LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6, "[::1]": socket.AF_INET6}
UNIX = "unix:"
FIRST_INHERITED = 3  # of the sockets that systemd passes on (sd_listen_fds(3))


class AddressError(ValueError):
    """The site can't be served at that address; the message is a sentence."""


def open_socket(address: str) -> socket.socket:
    """Open `127.0.0.1:8000` or `unix:/a/path`. Raises AddressError for another machine's, or one that is in use."""
    try:
        if address.startswith(UNIX):
            return _open_unix(Path(address.removeprefix(UNIX)))
        host, _, port = address.rpartition(":")
        if host not in LOOPBACK or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise AddressError(
                f"{address!r} is neither a port on this machine, such as 127.0.0.1:8000, nor a socket, such as "
                "unix:/run/site.sock. The site is served to a proxy on this machine, which faces the internet."
            )
        return socket.create_server((host.strip("[]"), int(port)), family=LOOPBACK[host], backlog=BACKLOG)
    except OSError as problem:
        raise AddressError(f"{address} can't be opened: {problem.strerror}.") from problem


def _open_unix(path: Path) -> socket.socket:
    """Open a Unix socket for the owner and the group, in the place of one that nobody listens to any more."""
    with socket.socket(socket.AF_UNIX) as probe:
        if path.is_socket():
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise AddressError(f"{path} is in use.")
    listener = socket.socket(socket.AF_UNIX)
    former = os.umask(0o117)
    try:
        listener.bind(str(path))
    finally:
        os.umask(former)
    listener.listen(BACKLOG)
    return listener


def inherited_socket(descriptor: int | None = None) -> socket.socket | None:
    """Return the socket of that number, or the one that systemd passes on; None if there is none."""
    if descriptor is None:
        if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
            return None
        descriptor = FIRST_INHERITED
    return socket.socket(fileno=descriptor)


class SourceFilter(PythonFilter):
    """What a developer changes, and nothing that the site writes."""

    def __init__(self) -> None:
        super().__init__(extra_extensions=[".html", ".toml", ".txt"])


class Server(MPServer):
    """granian, which by itself opens a socket for each process and loses what waits in that of a process that dies."""

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        super().__init__("practice.asgi:application", interface=Interfaces.ASGINL, **options)
        self.listener = listener

    def _init_shared_socket(self) -> None:
        self.listener.setblocking(False)
        self.listener.set_inheritable(True)
        is_unix = self.listener.family == socket.AF_UNIX
        holder = SocketHolder(self.listener.fileno(), is_unix, BACKLOG)  # type: ignore[call-arg]
        self._ssp, self._shd, self._sso = None, holder, self.listener  # type: ignore[assignment]

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:
        worker = super()._spawn_worker(*args, **kwargs)
        worker.is_alive = partial(_is_alive, worker)  # type: ignore[method-assign]
        return worker

    @property
    def _bind_addr_fmt(self) -> str:
        return str(self.listener.getsockname())


def load_application() -> Callable:
    """Return the application, in each process that serves it."""
    from practice.asgi import application  # a process that was not forked loads Django here

    return application


def serve(listener: socket.socket, workers: int, load: Callable[[], Callable] = load_application) -> None:
    """Serve the site until a signal ends it: SIGTERM and SIGINT finish what is being answered.

    SIGHUP replaces one process after the other, without a lost request; code that has changed needs a new start.
    """
    os.register_at_fork(after_in_child=_end_at_once)
    gc.collect()
    gc.freeze()  # what is loaded now stays shared between the processes
    Server(
        listener,
        workers=workers,
        backlog=BACKLOG,
        backpressure=MAX_CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=MAX_HEADER_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=MAX_STOP_SECONDS,
        **(_reloading() if settings.DEBUG else {}),
    ).serve(target_loader=partial(_load, load, os.getpid()), wrap_loader=False)


def _is_alive(worker: WorkerProcess) -> bool:
    """granian waits for a process in two threads, so the one that asks may not know yet that it has ended."""
    return not wait([worker.inner.sentinel], timeout=0)


def _reloading() -> dict[str, Any]:
    """Return the options for a developer, whose changes replace the processes."""
    multiprocessing.set_start_method("spawn")  # a process that is forked would keep the code it had
    return {"reload": True, "reload_paths": [settings.BASE_DIR], "reload_filter": SourceFilter}


def _end_at_once() -> None:
    """Let a signal end a process that has just begun; granian, whose handlers it inherits, would not notice it yet."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _load(load: Callable[[], Callable], parent: int) -> Callable:
    end_with_parent(parent)
    return load()


def end_with_parent(parent: int) -> None:
    """End this process when its parent has ended without a word, so that it doesn't keep the socket."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
