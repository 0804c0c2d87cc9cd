"""Reading busy times from a calendar, in this process and in one of its own."""

import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bookings.ical import CalendarError, UnclearEntry, busy_spans, errors, isolated_parse, parse
from bookings.ical.parse import parse_busy_spans, parse_busy_times

BEGINS = datetime(2026, 3, 23, tzinfo=UTC)
ENDS = datetime(2026, 4, 20, tzinfo=UTC)

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:The office
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:-0500
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
"""


def event(*lines):
    """Lines of one event, or of several, where a line says NEXT."""
    inside = "\n".join(lines).replace("NEXT", "END:VEVENT\nBEGIN:VEVENT")
    return f"BEGIN:VEVENT\n{inside}\nEND:VEVENT\n"


def calendar(*parts):
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\n{''.join(parts)}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def busy_times(*lines, parts=()):
    """The busy times, as day and clock in UTC."""
    spans = parse_busy_spans(calendar(*parts, event(*lines)), BEGINS, ENDS)
    return [f"{start:%d.%m. %H:%M}–{end:%d.%m. %H:%M}" for start, end in spans]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260324T090000Z", "DTEND:20260324T100000Z"], ["24.03. 09:00–24.03. 10:00"]),
        (["DTSTART:20260401T090000", "DTEND:20260401T100000"], ["01.04. 08:00–01.04. 09:00"]),
        (["DTSTART;TZID=America/New_York:20260324T090000", "DURATION:PT90M"], ["24.03. 13:00–24.03. 14:30"]),
        (["DTSTART;TZID=GMT Standard Time:20260401T090000", "DURATION:PT1H"], ["01.04. 08:00–01.04. 09:00"]),
        (["DTSTART;TZID=/x.org/Asia/Kolkata:20260401T090000", "DURATION:PT1H"], ["01.04. 03:30–01.04. 04:30"]),
        (["DTSTART;TZID=Nowhere:20260401T090000", "DTEND;TZID=Nowhere:20260401T100000"], ["31.03. 23:00–01.04. 23:00"]),
        (["DTSTART;VALUE=DATE:20260328"], ["28.03. 00:00–29.03. 00:00"]),
        (["DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260331"], ["29.03. 00:00–30.03. 23:00"]),
        (["DTSTART;VALUE=DATE:20260401", "DTEND;VALUE=DATE:20260401"], ["31.03. 23:00–01.04. 23:00"]),
        (["DTSTART;VALUE=DATE:20260401", "DURATION:P2D"], ["31.03. 23:00–02.04. 23:00"]),
        (
            ["DTSTART;TZID=Europe/London:20260327T180000", "DTEND;TZID=Europe/London:20260330T090000"],
            ["27.03. 18:00–30.03. 08:00"],
        ),
        (["DTSTART:20260324T090000Z"], []),  # no duration
        (["DTSTART:20260324T100000Z", "DTEND:20260324T090000Z"], ["24.03. 09:00–24.03. 10:00"]),
        (["DTSTART;TZID=Europe/London:20260329T013000", "DURATION:PT30M"], ["29.03. 01:30–29.03. 02:00"]),
        (["DTSTART:20260101T000000Z", "DTEND:20270101T000000Z"], ["23.03. 00:00–20.04. 00:00"]),
        (["DTSTART:20250324T090000Z", "DTEND:20250324T100000Z"], []),
        (["DTSTART:20260324T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"], []),
        (["DTSTART:20260324T090000Z", "DURATION:PT1H", "STATUS:cancelled"], []),
        (["DTSTART:20260324T090000Z", "DURATION:PT1H", "STATUS:TENTATIVE"], ["24.03. 09:00–24.03. 10:00"]),
    ],
)
def test_the_busy_time_of_one_event(lines, expected):
    assert busy_times("UID:1", *lines) == expected


def test_a_time_zone_defined_in_the_file_is_used():
    lines = ["UID:1", "DTSTART;TZID=The office:20260324T090000", "DURATION:PT1H"]
    assert busy_times(*lines, parts=[VTIMEZONE]) == ["24.03. 14:00–24.03. 15:00"]


def test_a_series_follows_the_clock_its_exceptions_and_its_changes():
    assert busy_times(
        "UID:1",
        "DTSTART;TZID=Europe/London:20260310T090000",
        "DTEND;TZID=Europe/London:20260310T100000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260415T000000Z",
        "EXDATE;TZID=Europe/London:20260331T090000",
        "NEXT",
        "UID:1",
        "RECURRENCE-ID;TZID=Europe/London:20260407T090000",
        "DTSTART;TZID=Europe/London:20260408T150000",
        "DTEND;TZID=Europe/London:20260408T170000",
    ) == ["24.03. 09:00–24.03. 10:00", "08.04. 14:00–08.04. 16:00", "14.04. 08:00–14.04. 09:00"]


def test_a_floating_series_with_a_cancelled_and_an_extra_occurrence():
    assert busy_times(
        "UID:1",
        "DTSTART:20260324T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "RDATE:20260402T120000",
        "NEXT",
        "UID:1",
        "RECURRENCE-ID:20260331T090000",
        "DTSTART:20260331T090000",
        "DURATION:PT1H",
        "STATUS:CANCELLED",
    ) == ["24.03. 09:00–24.03. 10:00", "02.04. 11:00–02.04. 12:00", "07.04. 08:00–07.04. 09:00"]


def test_repeating_all_day_events_are_days_in_london():
    lines = ["UID:1", "DTSTART;VALUE=DATE:20260318", "RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20260408"]
    assert busy_times(*lines) == ["25.03. 00:00–26.03. 00:00", "31.03. 23:00–01.04. 23:00", "14.04. 23:00–15.04. 23:00"]


def test_an_all_day_event_at_the_edge_of_the_window_counts():
    spans = parse_busy_spans(
        calendar(event("DTSTART;VALUE=DATE:20260701")), *utc_moments("2026-06-30T23:00", "2026-06-30T23:30")
    )
    assert len(spans) == 1
    assert (
        parse_busy_spans(
            calendar(event("DTSTART;VALUE=DATE:20260701")), *utc_moments("2026-06-30T22:00", "2026-06-30T23:00")
        )
        == []
    )


def utc_moments(*moments):
    return [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]


def test_events_with_the_same_uid_or_none_are_separate():
    two = ["DTSTART:20260324T090000Z", "DURATION:PT1H", "NEXT", "DTSTART:20260325T090000Z", "DURATION:PT1H"]
    expected = ["24.03. 09:00–24.03. 10:00", "25.03. 09:00–25.03. 10:00"]
    assert busy_times(*two) == expected
    assert busy_times("UID:1", *two[:3], "UID:1", *two[3:]) == expected


def test_overlapping_and_adjacent_events_are_merged():
    lines = ["DTSTART:20260324T090000Z", "DURATION:PT1H", "NEXT", "DTSTART:20260324T100000Z", "DURATION:PT1H"]
    lines += ["NEXT", "DTSTART:20260324T091500Z", "DURATION:PT5M"]
    assert busy_times(*lines) == ["24.03. 09:00–24.03. 11:00"]


ONE = ("UID:1", "DTSTART:20260324T090000Z", "DURATION:PT1H")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", parse.NO_CALENDAR),
        (b"\x00\xff" * 500, parse.NO_CALENDAR),
        (b"<html></html>", parse.NO_CALENDAR),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", parse.NO_CALENDAR),
        (calendar(event(*ONE))[:-20], parse.NO_CALENDAR),
        (calendar(event(*ONE))[:60], parse.NO_CALENDAR),
        (b"END:VCALENDAR\r\n" + calendar(), parse.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\r\n" * 20_000, parse.NO_CALENDAR),
        (calendar(*[event("DTSTART:20260324T090000Z")] * 20_001), parse.TOO_LARGE),
        (calendar(*[event("DTSTART:20260324T090000Z", "RRULE:FREQ=DAILY")] * 800), parse.TOO_LARGE),
    ],
)
def test_an_unreadable_calendar_raises_an_error_with_a_sentence(content, sentence):
    with pytest.raises(CalendarError, match=f"^{sentence}$"):
        parse_busy_spans(content, BEGINS, ENDS)


FIRST_DAY = ["24.03. 00:00–25.03. 00:00"]
TEN_PAST_NINE = ["24.03. 09:00–24.03. 10:00"]


@pytest.mark.parametrize(
    ("lines", "expected", "day", "reason"),
    [
        (["UID:1", "DTEND:20260324T090000Z"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        (["UID:1"], [], None, errors.NO_START),
        (["UID:1", "DTSTART:soon"], [], None, errors.UNKNOWN_DAY),
        (["UID:1", "DTSTART:20260230T090000Z"], [], None, errors.UNKNOWN_DAY),
        (["UID:1", "DTSTART:20260324T250000Z"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        (["UID:1", "DTSTART:2026-03-24T09:00:00Z"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        ([*ONE[:2], "DURATION:long"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        ([*ONE[:2], "DURATION:-PT1H"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        ([*ONE[:2], "DURATION:P9999999999D"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        ([*ONE[:2], "DTEND:x"], FIRST_DAY, 24, errors.UNREADABLE_TIMES),
        ([*ONE, "RRULE:FREQ=NEVER"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RRULE:FREQ=WEEKLY;UNTIL=soon"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RRULE:FREQ=WEEKLY;INTERVAL=x"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RRULE:D1 #10"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RRULE:FREQ=SECONDLY;COUNT=1000000000"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RRULE:FREQ=MINUTELY"], FIRST_DAY, 24, errors.UNREADABLE_RULE),
        ([*ONE, "RDATE:x"], TEN_PAST_NINE, 24, errors.UNREADABLE_DATES),
        ([*ONE, "EXDATE:x"], TEN_PAST_NINE, 24, errors.UNREADABLE_DATES),
        (
            ["UID:1", "DTSTART:20260324T090000Z", "DTSTART:20260325T090000Z"],
            ["24.03. 00:00–26.03. 00:00"],
            24,
            errors.UNREADABLE_TIMES,
        ),
        (
            ["DTSTART;TZID=Nowhere:20260324T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"],
            ["24.03. 00:00–25.03. 00:00", "30.03. 23:00–31.03. 23:00"],
            24,
            errors.UNKNOWN_ZONE,
        ),
    ],
)
def test_an_odd_event_blocks_its_day_and_the_rest_is_read(lines, expected, day, reason):
    other = event("UID:other", "DTSTART:20260410T090000Z", "DURATION:PT1H")
    busy = parse_busy_times(calendar(event(*lines), other), BEGINS, ENDS)
    times = [f"{start:%d.%m. %H:%M}–{end:%d.%m. %H:%M}" for start, end in busy.spans]
    assert times == [*expected, "10.04. 09:00–10.04. 10:00"]
    assert busy.unclear == [UnclearEntry(day and date(2026, 3, day), reason)]


def test_an_odd_change_blocks_its_day_and_the_series_is_read():
    content = calendar(event(*ONE, "NEXT", *ONE, "RECURRENCE-ID:x"))
    assert parse_busy_times(content, BEGINS, ENDS).unclear == [UnclearEntry(date(2026, 3, 24), errors.UNREADABLE_TIMES)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("FREQ=HOURLY", ["24.03. 09:00–20.04. 00:00"]), ("FREQ=MINUTELY;COUNT=90", ["24.03. 09:00–24.03. 11:29"])],
)
def test_a_rule_that_repeats_within_the_day_is_read(rule, expected):
    assert busy_times(*ONE, f"RRULE:{rule}") == expected


def test_an_event_without_an_end_line_is_busy_all_day():
    content = calendar(
        event(*ONE).replace("END:VEVENT\n", ""), event("UID:2", "DTSTART:20260325T090000Z", "DURATION:PT1H")
    )
    busy = parse_busy_times(content, BEGINS, ENDS)
    assert len(busy.spans) == 2
    assert busy.unclear == [UnclearEntry(date(2026, 3, 24), errors.UNREADABLE_TIMES)]


def test_everything_but_the_times_of_events_is_ignored():
    todo = "BEGIN:VTODO\nDUE:whenever\nEND:VTODO\nLAST-MODIFIED:x\n"
    lines = [
        *ONE,
        "BEGIN:VALARM",
        "TRIGGER:soon",
        "REPEAT:x",
        "END:VALARM",
        "DESCRIPTION:a\n b\n DTSTART:x",
        "GEO:nowhere",
        "SEQUENCE:x",
        "LAST-MODIFIED:x",
        "X-A;B=;:",
        "no colon",
        "ATTENDEE:Zoë",
    ]
    assert busy_times(*lines, parts=[todo]) == ["24.03. 09:00–24.03. 10:00"]
    latin = calendar(event(*ONE, "SUMMARY:Zoë")).replace("ë".encode(), b"\xeb")
    assert len(parse_busy_spans(b"\xef\xbb\xbf" + latin + calendar(), BEGINS, ENDS)) == 1


# In a process of its own


def test_the_process_returns_the_same_busy_times():
    content = calendar(event(*ONE, "RRULE:FREQ=WEEKLY"))
    spans = busy_spans(content, BEGINS, ENDS)
    assert spans == parse_busy_spans(content, BEGINS, ENDS)
    assert len(spans) == 4
    assert all(moment.tzinfo for span in spans for moment in span)
    with pytest.raises(CalendarError, match=parse.NO_CALENDAR):
        busy_spans(b"", BEGINS, ENDS)


def test_a_calendar_of_the_largest_allowed_size_is_read():
    many = [
        event(f"UID:{n}", f"DTSTART:20260{n % 9 + 1}11T090000Z", "DURATION:PT1H", "SUMMARY:Seen") for n in range(20_000)
    ]
    content = calendar(*many)
    assert 1_500_000 < len(content) < 2_000_000
    assert len(busy_spans(content, BEGINS, ENDS)) == 1


ENDLESS = [
    ["RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60)))],
    ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYSECOND=" + ",".join(map(str, range(60)))],
]


@pytest.mark.parametrize("lines", ENDLESS)
def test_a_process_that_takes_too_long_is_stopped(monkeypatch, lines):
    content = calendar(*[event("DTSTART:00010102T000000Z", "DURATION:P3650D", *lines)] * 200)
    monkeypatch.setattr(isolated_parse, "MAX_CPU_SECONDS", 1)
    began = time.monotonic()
    with pytest.raises(CalendarError, match=parse.TOO_LARGE):
        busy_spans(content, BEGINS, ENDS)
    assert time.monotonic() - began < 6


HEAVY = calendar(*[event("DTSTART:00010102T000000Z", "DURATION:PT1H", *ENDLESS[1])] * 20)


@pytest.mark.parametrize(
    ("limit", "content", "exit_code", "error"),
    [
        ("MAX_CPU_SECONDS = 1", HEAVY, -signal.SIGKILL, b""),
        ("MAX_MEMORY_BYTES = 2**28", b" " * 2**28, 1, b"MemoryError"),
    ],
)
def test_the_process_ends_at_its_limits(limit, content, exit_code, error):
    code = f"from bookings.ical import __main__ as program; program.{limit}; program.main('2026-03-23', '2026-03-24')"
    command = [sys.executable, "-c", code]
    process = subprocess.run(
        command, cwd=isolated_parse.ROOT, input=content, capture_output=True, timeout=60, check=False
    )
    assert (process.returncode, process.stdout) == (exit_code, b"")
    assert error in process.stderr


# Any bytes

SEEDS = [
    calendar(
        VTIMEZONE,
        event("UID:1", "DTSTART;TZID=The office:20260324T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=9"),
    ),
    calendar(
        event(
            *ONE, "RRULE:FREQ=MONTHLY;BYDAY=2TU", "EXDATE:20260414T090000Z", "RDATE;VALUE=PERIOD:20260402T120000Z/PT2H"
        )
    ),
    calendar(
        event(
            "UID:1",
            "DTSTART;VALUE=DATE:20260324",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYSETPOS=1",
            "NEXT",
            "UID:1",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260324",
            "DTSTART;VALUE=DATE:20260325",
        )
    ),
]
WORDS = [b"", b"\r\n", b"\r\n ", b";", b":", b",", b"=", b'"', b"\\", b"-", b"0", b"9999", b"T", b"Z", b"\xff", b"/",
         b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR", b"BEGIN:VALARM",
         b"RRULE:FREQ=DAILY", b"UNTIL=", b"INTERVAL=0",
         b"COUNT=0", b"BYDAY=-60MO", b"DTEND:00010101T000000", b"RECURRENCE-ID:99991231T235959Z", b"TZID=",
         b"VALUE=DATE",         b"VALUE=PERIOD", b"P1W", b"-P9W", b"EXDATE:", b"RDATE:", b"DURATION:"]  # fmt: skip
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(WORDS)), max_size=6)


@settings(max_examples=300, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_corrupted_calendar_is_read_or_refused(content, changes):
    for position, length, word in changes:
        at = int(position * len(content))
        content = content[:at] + word + content[at + length :]
    parse_or_refuse(content)


@given(st.binary(max_size=500))
@example(b"BEGIN:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nEND:VCALENDAR\r\n")
def test_any_bytes_are_read_or_refused(content):
    parse_or_refuse(content)


def parse_or_refuse(content):
    try:
        spans = parse_busy_spans(content, BEGINS, ENDS)
    except CalendarError as problem:
        assert problem.sentence in (parse.NO_CALENDAR, parse.UNREADABLE, parse.TOO_LARGE)  # noqa: PT017
    else:
        assert all(BEGINS <= start < end <= ENDS for start, end in spans)
        assert spans == sorted(spans)
