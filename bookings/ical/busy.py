"""The therapist’s other calendar as busy time: `fetch` downloads it and `spans` reads it. Both raise CalendarError."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from bookings.ical.download import fetch
from bookings.ical.errors import CalendarError
from bookings.ical.parse import MAX_SECONDS, TOO_MUCH

__all__ = ["CalendarError", "fetch", "spans"]

ROOT = Path(__file__).resolve().parents[2]


def spans(calendar: bytes, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """Busy from and until in UTC, in order, joined, within the window (aware). Raises CalendarError.

    Read by a process of its own, which is ended when the calendar takes too much time or memory.
    """
    command = [sys.executable, "-m", "bookings.ical.parse", begins.isoformat(), ends.isoformat()]
    try:
        done = subprocess.run(command, cwd=ROOT, input=calendar, capture_output=True, timeout=2 * MAX_SECONDS)  # noqa: S603
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        answer = {"problem": TOO_MUCH}
    if "problem" in answer:
        raise CalendarError(answer["problem"])
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in answer["spans"]]
