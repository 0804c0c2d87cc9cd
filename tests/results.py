"""How many tests passed: pytest writes it through this plugin, and `python -m tests` reads it."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest


class CannotRunError(Exception):
    """Says in a sentence what is missing; nothing is skipped for want of it, the run fails."""


@dataclass(frozen=True)
class Result:
    """What one part of the run came to; a part that could not run counts as one failure."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.problem or self.counts()}"

    def counts(self, *, always_failed: bool = False) -> str:
        words = [f"{self.passed} passed"]
        if self.failed or always_failed:
            words.append(f"{self.failed} failed")
        if self.skipped:
            words.append(f"{self.skipped} skipped")
        return ", ".join(words)


def total(results: list[Result]) -> Result:
    return Result(
        "All",
        sum(result.passed for result in results),
        sum(result.failed for result in results),
        sum(result.skipped for result in results),
    )


def pytest_configure() -> None:
    """A `kill` also puts away what the tests have opened, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    def count(*outcomes: str) -> int:
        return sum(len(terminalreporter.stats.get(outcome, [])) for outcome in outcomes)

    counts = {
        "passed": count("passed", "xpassed"),
        "failed": count("failed", "error"),
        "skipped": count("skipped", "xfailed"),
    }
    Path(os.environ["TEST_RESULTS"]).write_text(json.dumps(counts), encoding="utf-8")
