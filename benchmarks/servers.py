"""What each way of serving the site does to a visitor when clients, processes and restarts go wrong.

`python -m benchmarks.servers` measures four of them in turn on this machine, for about a quarter of an hour; a name
(`granian-asgi`) measures that one alone, and `--requests 200000` changes after how many memory is compared.
gunicorn is not among the requirements: `pip install gunicorn` first.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks.ketamine import PAGE, ROOT, environment

HELD_OPEN = 500  # requests that stop in the middle, of each kind
CLIENTS = 8
PATHS = (PAGE, "/", "/robots.txt", "/consultation/")
SERVERS: dict[str, list[str]] = {
    "granian-asgi": [sys.executable, "manage.py", "serve", "--bind=127.0.0.1:{port}", "--workers=2"],
    "granian-wsgi": [
        *("granian", "--interface=wsgi", "--host=127.0.0.1", "--port={port}", "--workers=2", "--blocking-threads=4"),
        *("--respawn-failed-workers", "--workers-kill-timeout=12", "practice.wsgi:application"),
    ],
    "gunicorn-sync": ["gunicorn", "practice.wsgi", "--preload", "--bind=127.0.0.1:{port}", "--workers=2"],
    "gunicorn-gthread": [
        *("gunicorn", "practice.wsgi", "--preload", "--bind=127.0.0.1:{port}", "--workers=2"),
        *("--worker-class=gthread", "--threads=4"),
    ],
}


class Served:
    """A server in a process of its own."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.command = [part.format(port=self.port) for part in command]
        self.env = env
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (read at the end, and gone with this object)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 30
        while asyncio.run(status_of(self.port, "/robots.txt")) != 200:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.command} never answered.")
            time.sleep(0.1)

    def children(self) -> list[int]:
        listed = subprocess.run(
            ["/bin/ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]

    def megabytes(self) -> float:
        """Return the memory of all processes, what they share counted once (PSS)."""
        total = 0
        for pid in (self.process.pid, *self.children()):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def words(self) -> str:
        self.log.seek(0)
        return self.log.read()


async def status_of(port: int, path: str, seconds: float = 10) -> int:
    """Ask once, on a connection of its own. Returns 0 where no answer comes."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError):
        return 0
    head, _, body = answer.partition(b"\r\n\r\n")
    is_whole = head.startswith(b"HTTP/1.1 ") and (b"chunked" in head or f"{len(body)}".encode() in head)
    return int(head[9:12]) if is_whole else 0


async def visit(
    port: int, number: int, clients: int = CLIENTS, paths: tuple[str, ...] = PATHS
) -> tuple[int, list[float]]:
    """Ask for pages as several clients at once. Returns how many failed, and the milliseconds of each answer."""
    failed, times, left = 0, list[float](), iter(range(number))

    async def client() -> None:
        nonlocal failed
        for place in left:
            start = time.perf_counter()
            failed += await status_of(port, paths[place % len(paths)]) != 200
            times.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(client() for _ in range(clients)))
    return failed, times


def while_visited(served: Served, number: int, act: Callable[[], object], after: float = 1) -> tuple[int, float]:
    """Return how many of so many requests failed, and the seconds that all took, while something was done."""

    async def both() -> tuple[int, float]:
        async def later() -> None:
            await asyncio.sleep(after)
            await asyncio.to_thread(act)

        start = time.perf_counter()
        (failed, _), _ = await asyncio.gather(visit(served.port, number), later())
        return failed, time.perf_counter() - start

    return asyncio.run(both())


@contextmanager
def held_open(port: int, request: bytes, number: int) -> Iterator[None]:
    connections = []
    try:
        for _ in range(number):
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(request)
            connections.append(connection)
        time.sleep(1)
        yield
    finally:
        for connection in connections:
            connection.close()


HALF_HEADER = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
HALF_BODY = b"POST /consultation/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nname=Z"


def percentiles(times: list[float]) -> str:
    return f"{median(times):.0f} / {quantiles(times, n=20)[-1]:.0f} / {max(times):.0f} ms"


def half_requests(served: Served) -> Iterator[tuple[str, str]]:
    failed, times = asyncio.run(visit(served.port, 100, clients=1))
    yield "quiet: a page after the other (median / 95 % / longest)", f"{percentiles(times)}, {failed} failed"
    for name, request in {"headers": HALF_HEADER, "bodies": HALF_BODY}.items():
        with held_open(served.port, request, HELD_OPEN):
            failed, held = asyncio.run(visit(served.port, 5, clients=1))
        ratio = median(held) / median(times)
        yield f"the same, beside {HELD_OPEN} half {name}", f"{percentiles(held)}, {failed} failed, ratio {ratio:.1f}"


def killed_worker(served: Served) -> Iterator[tuple[str, str]]:
    before = served.children()
    failed, _ = while_visited(served, 1000, lambda: os.kill(before[0], signal.SIGKILL))
    time.sleep(3)
    new = len(set(served.children()) - set(before))
    yield "kill -9 of one process, among 1,000 requests", f"{failed} failed, {new} started anew"


def reloaded(served: Served, number: int) -> Iterator[tuple[str, str]]:
    failed, seconds = while_visited(served, number, lambda: served.process.send_signal(signal.SIGHUP), after=5)
    yield f"SIGHUP among {number:,} requests", f"{failed} failed, {number / seconds:.0f} a second"


def memory(served: Served, number: int) -> Iterator[tuple[str, str]]:
    asyncio.run(visit(served.port, number // 20))
    first = served.megabytes()
    failed, _ = asyncio.run(visit(served.port, number - number // 20))
    yield (
        f"memory after {number // 20:,} and {number:,} requests",
        (f"{first:.0f} and {served.megabytes():.0f} MB, {failed} failed"),
    )


def stopped(served: Served) -> Iterator[tuple[str, str]]:
    """Ask for something slow, then stop: the answer still has to come."""

    async def slow() -> tuple[int, float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        body = b"a" * 300_000
        writer.write(b"POST /search/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300000\r\n\r\n" + body[:-1])
        await writer.drain()
        await asyncio.sleep(0.5)
        start = time.perf_counter()
        served.process.terminate()
        await asyncio.sleep(1)
        try:
            writer.write(body[-1:])
            answer = await reader.readline()
        except OSError:
            answer = b""
        await asyncio.to_thread(served.process.wait, 40)
        return int(answer[9:12] or 0), time.perf_counter() - start

    status, seconds = asyncio.run(slow())
    yield "SIGTERM in the middle of a request", f"answered {status or 'nothing'}, ended after {seconds:.1f} s"


def killed_parent(served: Served) -> Iterator[tuple[str, str]]:
    served.start()
    children = served.children()
    served.process.kill()
    served.process.wait()
    start = time.monotonic()
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() - start < 30:
        time.sleep(0.1)
    left = sum(Path(f"/proc/{pid}").exists() for pid in children)
    yield "kill -9 of the first process", f"{left} left after {time.monotonic() - start:.1f} s"
    for pid in children:
        if Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)


def measure(name: str, env: dict[str, str], requests: int) -> None:
    served = Served(SERVERS[name], env)
    try:
        print(f"\n{name}", flush=True)
        failed, times = asyncio.run(visit(served.port, 1500))
        rate = len(times) / sum(times) * 1000 * CLIENTS
        name = f"{CLIENTS} clients at once"
        print(f"  {name:55} {rate:.0f} requests a second, {percentiles(times)}, {failed} failed")
        reload, visits = partial(reloaded, number=min(requests, 10_000)), partial(memory, number=requests)
        for part in (half_requests, killed_worker, reload, visits, stopped, killed_parent):
            for what, figure in part(served):
                print(f"  {what:55} {figure}", flush=True)
        secrets = [word for word in ("127.0.0.1 -", "?q=") if word in served.words()]
        print(f"  {'addresses or queries in the log':55} {secrets or 'none'}")
    finally:
        served.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SERVERS, []], default=list(SERVERS))
    parser.add_argument("--requests", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        prepare = [sys.executable, "manage.py", "prepare"]
        subprocess.run(prepare, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        for name in options.names:
            measure(name, env, options.requests)


if __name__ == "__main__":
    main()
