"""Files as other programs write them, each with its right value: busy times in London, and what was not understood."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bookings.ical import errors
from bookings.ical.parse import parse_busy_times
from bookings.ical.time_zones import Zones
from practice.clock import LONDON
from tests.bookings.ical.test_parse import calendar, event

CASES = Path(__file__).parent / "cases"
BEGINS, ENDS = datetime(2026, 6, 1, tzinfo=LONDON), datetime(2026, 7, 1, tzinfo=LONDON)
TENTH = date(2026, 6, 10)
NINE = ("UID:1", "DTSTART:20260610T080000Z", "DTEND:20260610T090000Z")


def read_busy_times(content):
    busy = parse_busy_times(content, BEGINS, ENDS)
    local = [(start.astimezone(LONDON), end.astimezone(LONDON)) for start, end in busy.spans]
    return [f"{start:%-d %H:%M}–{end:%-d %H:%M}" for start, end in local], [
        (entry.day, entry.reason) for entry in busy.unclear
    ]


@pytest.mark.parametrize(
    ("name", "spans", "unclear"),
    [
        ("undeclared-zone-display-name", ["10 14:00–10 15:00"], []),
        ("undeclared-zone-with-space", ["10 14:00–10 15:00"], []),
        ("until-date", ["5 09:00–5 10:00", "12 09:00–12 10:00", "19 09:00–19 10:00"], []),
        ("floating-x-wr-timezone", ["10 14:00–10 15:00"], []),
        ("vfreebusy-only", ["10 10:00–10 11:00"], []),
        ("declined", ["10 10:00–10 11:00"], [(TENTH, errors.UNCLEAR_ANSWER)]),
        (
            "hourly-refuses-all",
            ["10 10:00–10 10:15", "10 12:00–10 12:15", "10 14:00–10 14:15", "11 10:00–11 11:00"],
            [],
        ),
        ("event-without-dtstart", ["11 10:00–11 11:00"], [(None, errors.NO_START)]),
        ("unfolded-description", ["10 10:00–10 11:00"], []),
    ],
)
def test_a_file_has_its_right_value(name, spans, unclear):
    assert read_busy_times((CASES / f"ics-{name}.ics").read_bytes()) == (spans, unclear)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("europe/london", "Europe/London"),
        ("New York", "America/New_York"),
        ("/freeassociation.sourceforge.net/Europe/London", "Europe/London"),
        ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time 1", "Europe/London"),
        ("Eastern Standard Time2", "America/New_York"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC) Coordinated Universal Time", "UTC"),
        ("UTC-05:00", "UTC-05:00"),
        ("(UTC+05:00) Eastern Time (US & Canada)", "None"),  # it contradicts itself
        ("Customized Time Zone", "None"),
        ("13", "None"),
        ("Europe/Londn", "None"),
    ],
)
def test_the_zone_of_a_name(name, zone):
    assert str(Zones([]).find(name)) == zone


def test_dublin_and_london_have_the_same_clock():
    zone = Zones([]).find("(UTC+00:00) Dublin, Edinburgh, Lisbon, London")
    assert datetime(2026, 6, 10, 9, tzinfo=zone) == datetime(2026, 6, 10, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", '"'])
def test_a_colon_in_the_name_of_a_zone_needs_no_quotes(name):
    zone = f"TZID={name}(UTC-05:00) Eastern Time (US & Canada){name}"
    lines = ["UID:1", f"DTSTART;{zone}:20260610T090000", f"DTEND;{zone}:20260610T100000"]
    assert read_busy_times(calendar(event(*lines))) == (["10 14:00–10 15:00"], [])


def test_floating_times_in_a_zone_that_is_not_known_are_whole_days():
    content = calendar("X-WR-TIMEZONE:Nowhere\n", event("UID:1", "DTSTART:20260610T090000", "DURATION:PT1H"))
    assert read_busy_times(content) == (["10 00:00–11 00:00"], [(TENTH, errors.UNKNOWN_ZONE)])


@pytest.mark.parametrize(
    ("line", "spans", "unclear"),
    [
        (
            "FREEBUSY:20260610T090000Z/PT30M,20260611T090000Z/20260611T100000Z",
            ["10 10:00–10 10:30", "11 10:00–11 11:00"],
            [],
        ),
        ("FREEBUSY;FBTYPE=FREE:20260610T090000Z/PT30M", [], []),
        ("FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260610T090000Z/PT30M", ["10 10:00–10 10:30"], []),
        ("FREEBUSY;FBTYPE=BUSY:20260610T990000Z/PT30M", ["10 00:00–11 00:00"], [(TENTH, errors.UNREADABLE_TIMES)]),
        ("FREEBUSY:soon", [], [(None, errors.UNKNOWN_DAY)]),
    ],
)
def test_periods_of_busy_time(line, spans, unclear):
    assert read_busy_times(calendar(f"BEGIN:VFREEBUSY\n{line}\nEND:VFREEBUSY\n")) == (spans, unclear)


@pytest.mark.parametrize("until", ["20260619", "20260619T235959", "20260619T080000Z", "20260619T090000"])
def test_a_series_in_local_time_includes_its_last_day(until):
    lines = ["UID:1", "DTSTART;TZID=Europe/London:20260605T090000", "DURATION:PT1H"]
    assert read_busy_times(calendar(event(*lines, f"RRULE:FREQ=WEEKLY;UNTIL={until};BYDAY=FR")))[0] == [
        "5 09:00–5 10:00",
        "12 09:00–12 10:00",
        "19 09:00–19 10:00",
    ]


ME = "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org"
YOU = "ATTENDEE;PARTSTAT=DECLINED:mailto:you@example.org"
MEETING = event("UID:2", "DTSTART:20250610T080000Z", "ATTENDEE:mailto:Me@example.org", "ATTENDEE:mailto:x@example.org")


@pytest.mark.parametrize(
    ("parts", "answer", "is_busy", "is_clear"),
    [
        (["X-WR-CALNAME:me@example.org\n"], ME, False, True),
        (["X-WR-CALNAME:me@example.org\n"], YOU, True, True),
        ([MEETING], f"{ME}\nORGANIZER:mailto:o@example.org", False, True),
        ([MEETING], f"{YOU}\nORGANIZER:mailto:me@example.org", True, True),
        ([], f"{ME}\nORGANIZER:mailto:o@example.org", True, False),
        ([], "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org", True, True),
    ],
)
def test_what_the_owner_declined_is_free(parts, answer, is_busy, is_clear):
    spans, unclear = read_busy_times(calendar(*parts, event(*NINE, answer)))
    assert (bool(spans), not unclear) == (is_busy, is_clear)


@pytest.mark.parametrize(
    "line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "STATUS:Canceled"]
)
def test_free_events_are_not_busy(line):
    assert read_busy_times(calendar(event(*NINE, line))) == ([], [])


@pytest.mark.parametrize("text", ["Begin: 9 o'clock", "End: ten", "begin:soon", "Duration: 1 hour", "Status: open"])
def test_text_that_is_not_folded_is_no_property(text):
    assert read_busy_times(calendar(event(*NINE, "DESCRIPTION:plan", text))) == (["10 09:00–10 10:00"], [])
