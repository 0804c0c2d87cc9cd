"""Run the parser in a process of its own; __main__ is that process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from subprocess import PIPE

from bookings.ical.errors import TOO_LARGE, CalendarError, UnclearEntry
from bookings.ical.parse import BusyTimes
from bookings.ical.stopping import in_time, never

ROOT = Path(__file__).resolve().parents[2]
MAX_CPU_SECONDS = 30
# Python may need these to start; everything else in the environment, such as keys and passwords, stays here.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONTZPATH", "SYSTEMROOT")


def busy_times(
    calendar: bytes, begins: datetime, ends: datetime, *, is_stopped: Callable[[], bool] = never
) -> BusyTimes:
    """Return the busy times within a window (aware datetimes) and what was not understood.

    Raises CalendarError, or ReadingStoppedError once `is_stopped`.
    """
    # A hostile calendar may take any time or memory. A process can be stopped, and its limits don't apply to the site.
    command = [sys.executable, "-m", "bookings.ical", begins.isoformat(), ends.isoformat()]
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 (no shell, and the arguments are ours)
        command, cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL
    )
    try:
        output, _ = in_time(lambda: process.communicate(calendar), 2 * MAX_CPU_SECONDS, is_stopped)
        result = json.loads(output)
    except (TimeoutError, ValueError):  # ValueError: a process that was stopped wrote no JSON
        result = {"problem": TOO_LARGE}
    finally:
        process.kill()
    if "problem" in result:
        raise CalendarError(result["problem"])
    return BusyTimes(
        [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in result["spans"]],
        [UnclearEntry(day and date.fromisoformat(day), reason) for day, reason in result["unclear"]],
    )


def busy_spans(calendar: bytes, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """Return the busy times alone. Raises CalendarError."""
    return busy_times(calendar, begins, ends).spans
