"""Print the busy times of the calendar on standard input as JSON, within limits on CPU time and memory."""

import json
import resource
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from bookings.ical.errors import CalendarError
from bookings.ical.isolated_parse import MAX_CPU_SECONDS
from bookings.ical.parse import parse_busy_times

MAX_MEMORY_BYTES = 2**30


def limit_resources() -> None:
    with suppress(ValueError, OSError):  # not every system has these limits
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def main(begins: str, ends: str) -> None:
    limit_resources()
    try:
        busy = parse_busy_times(sys.stdin.buffer.read(), datetime.fromisoformat(begins), datetime.fromisoformat(ends))
        result: dict[str, Any] = {
            "spans": [(start.isoformat(), end.isoformat()) for start, end in busy.spans],
            "unclear": [(entry.day and entry.day.isoformat(), entry.reason) for entry in busy.unclear],
        }
    except CalendarError as problem:
        result = {"problem": problem.sentence}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
