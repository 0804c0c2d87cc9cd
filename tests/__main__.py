"""`python -m tests [lint] [sqlite] [postgres] [journeys] [arguments of pytest]`; without a name, all of them.

A path under tests/ or `-k word` narrows what runs; a part that then has nothing to run says so. The two databases are
tested side by side, then two halves of the journeys: the first shows its tests as they run, the other when it is done.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

from tests import chromium, postgres
from tests.environment import TESTING
from tests.lint import lint
from tests.results import CannotRunError, Result, together, total

ROOT = Path(__file__).resolve().parent.parent
PARTS = {"lint": "Code", "sqlite": "SQLite", "postgres": "PostgreSQL", "journeys": "Chromium"}
OTHER_JOURNEYS = "other journeys"  # the second half: a browser waits more than it works
STAGES = (("sqlite", "postgres"), ("journeys", OTHER_JOURNEYS))  # journeys after the rest: they go by the clock
JOURNEYS = "tests/journeys"
NO_TESTS = 5  # pytest's exit code
PATIENCE = 20  # seconds for pytest to put away what its tests have opened

Place = AbstractContextManager[tuple[str, dict[str, str]]]


class Run:
    """One run of the suite: what pytest is told, and a folder that goes away with it."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        self.paths = [argument for argument in arguments if argument.startswith("tests/")]
        self.options = [argument for argument in arguments if argument not in self.paths]
        self.folder = folder

    def results(self, chosen: list[str]) -> list[Result]:
        """In the order they were chosen in, whatever order they run in."""
        done = {"lint": lint(ROOT, self.folder)} if "lint" in chosen else {}
        is_halved = "journeys" in chosen and not self.paths and not self.options
        wanted = [*chosen, OTHER_JOURNEYS] if is_halved else chosen
        for stage in STAGES:
            done |= self.side_by_side([part for part in wanted if part in stage])
        if is_halved:
            done["journeys"] = together(done["journeys"], done[OTHER_JOURNEYS])
        return [done[part] for part in chosen]

    def side_by_side(self, parts: list[str]) -> dict[str, Result]:
        with ExitStack() as opened:
            begun = [self.begin(part, opened, shown=part == parts[0]) for part in parts]
            return {part: finish() for part, finish in zip(parts, begun, strict=True)}

    def begin(self, part: str, opened: ExitStack, *, shown: bool) -> Callable[[], Result]:
        """Starts pytest; what is not shown goes to a file, which holds any amount."""
        try:
            name, env = opened.enter_context(PLACES[part]())
        except CannotRunError as problem:
            cannot = Result(PARTS.get(part, PARTS["journeys"]), failed=1, problem=f"cannot run. {problem}")
            return lambda: cannot
        if shown:
            print(f"--- {name}", flush=True)
        journeys = PLACES[part] is browser
        paths = [path for path in self.paths if path.startswith(JOURNEYS) == journeys]
        if self.paths and not paths:
            return lambda: Result(name, problem="nothing of what was asked for runs here")
        where = paths or ([JOURNEYS] if journeys else [f"--ignore={JOURNEYS}"])
        folder = self.folder / part
        folder.mkdir()
        own = {"VAR_DIR": f"{folder}", "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}
        how: dict[str, Any] = {"cwd": ROOT, "env": {**os.environ, **TESTING, **own, **env}}
        report, output = folder / "results.json", folder / "output"
        how["env"]["TEST_RESULTS"] = str(report)
        if journeys and not self.paths and not self.options:
            how["env"]["JOURNEYS_HALF"] = str(int(part == OTHER_JOURNEYS))
        if not shown:
            file = opened.enter_context(output.open("wb"))
            how |= {"stdin": subprocess.DEVNULL, "stdout": file, "stderr": subprocess.STDOUT}
        command = [sys.executable, "-m", "pytest", "-p", "tests.results", *where, *self.options]
        process = opened.enter_context(running(command, **how))

        def finish() -> Result:
            code = process.wait()
            if not shown:
                print(f"--- {name}", output.read_text(encoding="utf-8", errors="replace"), sep="\n", end="", flush=True)
            return self.result(name, code, report)

        return finish

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
    OTHER_JOURNEYS: browser,
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
