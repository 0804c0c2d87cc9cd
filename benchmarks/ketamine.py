"""`make bench`: requests a second of the ketamine page beside those of a bare Django view in the same run."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.client import requests_per_second
from practice.env_file import development_env

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/addictions/ketamine/"
ROUNDS = 6
SECONDS = 2.0  # of each round on each server


def environment(folder: Path) -> dict[str, str]:
    """A site of its own, so that nothing of a developer's is measured or touched."""
    lines = [line for line in development_env().splitlines() if not line.startswith("#")]
    mail = {"EMAIL_URL": f"filemail://{folder}/mail", "SITE_URL": "http://127.0.0.1:8000"}
    database = {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "DEBUG": "False"}
    return {**os.environ, **dict(line.split("=", 1) for line in lines), **mail, **database}


@contextmanager
def served(application: str, env: dict[str, str]) -> Iterator[int]:
    """The port at which one worker of the application answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        command = [sys.executable, "-m", "benchmarks.serve", application, str(listener.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[listener.fileno()])
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(20)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        env = environment(Path(folder))
        subprocess.run(
            [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
        )
        page = servers.enter_context(served("practice.wsgi", env)), PAGE
        bare = servers.enter_context(served("benchmarks.bare", env)), "/"
        for port, path in (page, bare):
            requests_per_second(port, path, seconds=1)  # to warm up
        print(f"{ROUNDS} rounds of {SECONDS:g} s each, one worker, 4 connections, requests a second:\n")
        print("round  ketamine page  bare view  ratio")
        rounds = []
        for number in range(1, ROUNDS + 1):
            rates = [requests_per_second(*target, seconds=SECONDS) for target in (page, bare)]
            rounds.append(rates)
            print(f"{number:5}  {rates[0]:13.0f}  {rates[1]:9.0f}  {rates[0] / rates[1]:5.3f}", flush=True)
            time.sleep(0.1)
    ketamine, view = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(a / b for a, b in rounds)
    print(f"median {ketamine:13.0f}  {view:9.0f}  {ratio:5.3f}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except RuntimeError as problem:
        sys.exit(str(problem))
