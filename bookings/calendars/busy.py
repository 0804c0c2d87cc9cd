"""The therapist’s other calendar as busy time: `fetch` it, and ask when it has `spans`. Both raise Unusable only."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from bookings.calendars.fetching import fetch
from bookings.calendars.reading import MOST_SECONDS, TOO_MUCH
from bookings.calendars.unusable import Unusable

__all__ = ["Unusable", "fetch", "spans"]

ROOT = Path(__file__).resolve().parents[2]


def spans(calendar: bytes, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """Busy from and until in UTC, in order, joined, within the window (aware). Raises Unusable.

    Read by a process of its own, which is ended when the calendar takes too much time or memory.
    """
    command = [sys.executable, "-m", "bookings.calendars.reading", begins.isoformat(), ends.isoformat()]
    try:
        done = subprocess.run(command, cwd=ROOT, input=calendar, capture_output=True, timeout=2 * MOST_SECONDS)  # noqa: S603
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        answer = {"problem": TOO_MUCH}
    if "problem" in answer:
        raise Unusable(answer["problem"])
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in answer["spans"]]
