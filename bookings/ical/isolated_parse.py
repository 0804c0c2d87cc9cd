"""Run the parser in a process of its own; __main__ is that process."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from bookings.ical.errors import CalendarError
from bookings.ical.parse import TOO_LARGE

ROOT = Path(__file__).resolve().parents[2]
MAX_CPU_SECONDS = 30


def busy_spans(calendar: bytes, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """Return the busy times within a window (aware datetimes), in UTC, sorted and merged. Raises CalendarError."""
    # A hostile calendar may take any time or memory. A process can be stopped, and its limits don't apply to the site.
    command = [sys.executable, "-m", "bookings.ical", begins.isoformat(), ends.isoformat()]
    try:
        process = subprocess.run(  # noqa: S603 (no shell, and the arguments are ours)
            command, cwd=ROOT, input=calendar, capture_output=True, timeout=2 * MAX_CPU_SECONDS
        )
        result = json.loads(process.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # ValueError: a process that was stopped wrote no JSON
        result = {"problem": TOO_LARGE}
    if "problem" in result:
        raise CalendarError(result["problem"])
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in result["spans"]]
