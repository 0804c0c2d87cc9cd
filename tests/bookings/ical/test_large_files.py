"""The work of reading: in proportion to the file, and little for what lies outside the window."""

import sys
import time
from datetime import UTC, datetime

import pytest

from bookings.ical import busy_times, errors, isolated_parse
from bookings.ical.parse import parse_busy_times
from tests.bookings.ical.test_parse import calendar, event
from tests.effort import assert_below

BEGINS, ENDS = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 27, tzinfo=UTC)
TENTH = event("UID:now", "DTSTART:20260610T090000Z", "DURATION:PT1H")


def many_years(count):
    """A file with so many events of the past."""
    return calendar(
        *(
            event(
                f"UID:{number}@example.org",
                f"DTSTART;TZID=Europe/London:{2000 + number % 25}0{number % 9 + 1}11T090000",
                "DURATION:PT1H",
                f"DESCRIPTION:{'lorem ipsum ' * 22}",
                f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{number}@example.org",
            )
            for number in range(count)
        ),
        TENTH,
    )


def test_a_large_file_is_read_in_seconds():
    content = many_years(50_000)
    assert len(content) > 20_000_000
    began = time.monotonic()
    assert len(busy_times(content, BEGINS, ENDS).spans) == 1
    assert time.monotonic() - began < 20  # two or three on a quiet machine


def test_twice_the_file_is_twice_the_work():
    small, large = many_years(4_000), many_years(8_000)
    assert_below(2.6, lambda: parse_busy_times(large, BEGINS, ENDS), lambda: parse_busy_times(small, BEGINS, ENDS))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;COUNT=100000000",
        "FREQ=WEEKLY;INTERVAL=0",
    ],
)
def test_a_rule_without_an_end_takes_a_second_at_most(rule):
    content = calendar(event("UID:1", "DTSTART:19700102T090000Z", "DURATION:PT1H", f"RRULE:{rule}"), TENTH)
    began = time.process_time()
    busy = parse_busy_times(content, BEGINS, ENDS)
    assert time.process_time() - began < 1
    assert len(busy.spans) == 1
    assert [entry.reason for entry in busy.unclear] == [errors.UNREADABLE_RULE]


@pytest.mark.parametrize(
    ("rule", "count"), [("FREQ=DAILY", 56), ("FREQ=DAILY;INTERVAL=7", 8), ("FREQ=HOURLY;INTERVAL=5", 269)]
)
def test_a_rule_that_began_long_ago_keeps_its_rhythm(rule, count):
    begin = datetime(1970, 1, 2, 9, tzinfo=UTC)
    content = calendar(event("UID:1", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", "DURATION:PT1M", f"RRULE:{rule}"))
    spans = parse_busy_times(content, BEGINS, ENDS).spans
    hours = {"FREQ=DAILY": 24, "FREQ=DAILY;INTERVAL=7": 168}.get(rule, 5)
    assert {(start - begin).total_seconds() % (hours * 3600) for start, _ in spans} == {0}
    assert len(spans) == count


def test_the_process_has_no_secrets_in_its_environment(monkeypatch, tmp_path):
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport json, os\n"
        "print(json.dumps({'spans': [], 'unclear': [[None, name] for name in os.environ]}))\n"
    )
    python.chmod(0o755)
    monkeypatch.setattr(isolated_parse.sys, "executable", str(python))
    monkeypatch.setenv("FIELD_KEY", "secret")

    names = {entry.reason for entry in busy_times(b"", BEGINS, ENDS).unclear}

    assert "FIELD_KEY" not in names
    assert names - {"LC_CTYPE"} <= set(isolated_parse.ENVIRONMENT)  # Python itself sets LC_CTYPE
