"""`python -m tests [lint] [sqlite] [postgres] [journeys] [arguments of pytest]`; without a name, all of them.

A path under tests/ or `-k word` narrows what runs; a part that then has nothing to run says so.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests import chromium, postgres
from tests.environment import TESTING
from tests.lint import lint
from tests.results import CannotRunError, Result, total

ROOT = Path(__file__).resolve().parent.parent
JOURNEYS = "tests/journeys"
NO_TESTS = 5  # pytest's exit code


class Run:
    """One run of the suite: what pytest is told, and a folder that goes away with it."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        self.paths = [argument for argument in arguments if argument.startswith("tests/")]
        self.options = [argument for argument in arguments if argument not in self.paths]
        self.folder = folder
        self.sqlite_url = f"sqlite:///{folder}/site.sqlite3"

    def lint(self) -> Result:
        return lint(ROOT, self.folder)

    def sqlite(self) -> Result:
        return self.pytest(f"SQLite {sqlite3.sqlite_version}", {"DATABASE_URL": self.sqlite_url})

    def postgres(self) -> Result:
        with postgres.server() as (name, env):
            return self.pytest(name, env)

    def journeys(self) -> Result:
        name, path = chromium.find()
        return self.pytest(name, {"DATABASE_URL": self.sqlite_url, "CHROMIUM": path}, journeys=True)

    def pytest(self, name: str, env: dict[str, str], *, journeys: bool = False) -> Result:
        print(f"--- {name}", flush=True)
        paths = [path for path in self.paths if path.startswith(JOURNEYS) == journeys]
        if self.paths and not paths:
            return Result(name, problem="nothing of what was asked for runs here")
        where = paths or ([JOURNEYS] if journeys else [f"--ignore={JOURNEYS}"])
        report = self.folder / "results.json"
        report.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.results", *where, *self.options],
            cwd=ROOT,
            env={**os.environ, **TESTING, "VAR_DIR": str(self.folder), **env, "TEST_RESULTS": str(report)},
            check=False,
        )
        if done.returncode == NO_TESTS and self.options:
            return Result(name, problem="nothing of what was asked for runs here")
        if done.returncode == NO_TESTS:
            return Result(name, failed=1, problem="there are no tests")
        if not report.exists():
            return Result(name, failed=1, problem=f"pytest ended with code {done.returncode}")
        counts = json.loads(report.read_text(encoding="utf-8"))
        if done.returncode and not counts["failed"]:
            return Result(name, **counts | {"failed": 1}, problem=f"pytest ended with code {done.returncode}")
        return Result(name, **counts)


def attempt(name: str, part: Callable[[], Result]) -> Result:
    try:
        return part()
    except CannotRunError as problem:
        return Result(name, failed=1, problem=f"cannot run. {problem}")


def main(arguments: list[str]) -> int:
    # So that a `kill` also unwinds, and stops the database server.
    signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(128 + signum))
    parts = {"lint": "Code", "sqlite": "SQLite", "postgres": "PostgreSQL", "journeys": "Chromium"}
    chosen = []
    while arguments and arguments[0] in parts:
        chosen.append(arguments.pop(0))
    with tempfile.TemporaryDirectory(prefix="site-tests-") as folder:
        run = Run(arguments, Path(folder))
        results = [attempt(parts[part], getattr(run, part)) for part in chosen or parts]
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
