"""`python -m tests [lint] [sqlite] [postgres] [journeys] [arguments of pytest]`; without a name, all of them.

A path under tests/ or `-k word` narrows what runs; a part that then has nothing to run says so. What is not narrowed
is shared out among as many processes as there are processors; `-n 4` says how many.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

from tests import chromium, postgres
from tests.environment import TESTING
from tests.lint import lint
from tests.results import CannotRunError, Result, total

ROOT = Path(__file__).resolve().parent.parent
PARTS = {"lint": "Code", "sqlite": "SQLite", "postgres": "PostgreSQL", "journeys": "Chromium"}
JOURNEYS = "tests/journeys"
NO_TESTS = 5  # pytest's exit code
PATIENCE = 20  # seconds for pytest to put away what its tests have opened
SHARED_OUT = ["-n", "auto", "--dist", "worksteal"]

Place = AbstractContextManager[tuple[str, dict[str, str]]]


class Run:
    """One run of the suite: what pytest is told, and a folder that goes away with it."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        self.paths = [argument for argument in arguments if argument.startswith("tests/")]
        self.options = [argument for argument in arguments if argument not in self.paths]
        self.folder = folder

    def results(self, chosen: list[str]) -> list[Result]:
        if chosen != ["lint"]:
            self.collect_static()
        return [lint(ROOT, self.folder) if part == "lint" else self.part(part) for part in chosen]

    def collect_static(self) -> None:
        """Once for every part, as it takes some seconds."""
        env = os.environ | TESTING | self.own("static")
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "-v0", "--noinput"], cwd=ROOT, env=env, check=True
        )

    def own(self, part: str) -> dict[str, str]:
        return {"VAR_DIR": f"{self.folder}", "DATABASE_URL": f"sqlite:///{self.folder}/{part}.sqlite3"}

    def part(self, part: str) -> Result:
        try:
            with PLACES[part]() as (name, env):
                print(f"--- {name}", flush=True)
                return self.pytest(part, name, env)
        except CannotRunError as problem:
            return Result(PARTS[part], failed=1, problem=f"cannot run. {problem}")

    def pytest(self, part: str, name: str, env: dict[str, str]) -> Result:
        journeys = part == "journeys"
        paths = [path for path in self.paths if path.startswith(JOURNEYS) == journeys]
        if self.paths and not paths:
            return Result(name, problem="nothing of what was asked for runs here")
        where = paths or ([JOURNEYS] if journeys else [f"--ignore={JOURNEYS}"])
        shared_out = [] if self.paths or self.options else SHARED_OUT
        report = self.folder / f"{part}.json"
        told = {"TEST_RESULTS": str(report), "STATIC_IS_COLLECTED": "yes"}
        command = [sys.executable, "-m", "pytest", "-p", "tests.results", *shared_out, *where, *self.options]
        with running(command, cwd=ROOT, env=os.environ | TESTING | self.own(part) | told | env) as process:
            code = process.wait()
        return self.result(name, code, report)

    def result(self, name: str, code: int, report: Path) -> Result:
        if code == NO_TESTS and self.options:
            return Result(name, problem="nothing of what was asked for runs here")
        if code == NO_TESTS:
            return Result(name, failed=1, problem="there are no tests")
        if not report.exists():
            return Result(name, failed=1, problem=f"pytest ended with code {code}")
        counts = json.loads(report.read_text(encoding="utf-8"))
        if code and not counts["failed"]:
            return Result(name, **counts | {"failed": 1}, problem=f"pytest ended with code {code}")
        return Result(name, **counts)


def sqlite() -> Place:
    return nullcontext((f"SQLite {sqlite3.sqlite_version}", {}))


def browser() -> Place:
    name, path = chromium.find()
    return nullcontext((name, {"CHROMIUM": path}))


PLACES: dict[str, Callable[[], Place]] = {
    "sqlite": sqlite,
    "postgres": postgres.server,
    "journeys": browser,
}


@contextmanager
def running(command: list[str], **how: Any) -> Iterator[subprocess.Popen]:
    """A process that ends with the block: told to, unless the terminal has told it already (Ctrl-C)."""
    process = subprocess.Popen(command, **how)
    try:
        yield process
    except KeyboardInterrupt:
        raise
    except BaseException:
        process.terminate()
        raise
    finally:
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()


def stop(signum: int, frame: object) -> NoReturn:
    """So that a `kill` also unwinds, and stops what was started."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signum)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    chosen: list[str] = []
    while arguments and arguments[0] in PARTS:
        chosen.append(arguments.pop(0))
    with tempfile.TemporaryDirectory(prefix="site-tests-", ignore_cleanup_errors=True) as folder:
        results = Run(arguments, Path(folder)).results(chosen or list(PARTS))
    overall = total(results)
    print("", *results, sep="\n")
    if chosen == ["lint"]:
        return 1 if overall.failed else 0
    print(overall.counts(always_failed=True))
    return 0 if overall.passed and not overall.failed else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
