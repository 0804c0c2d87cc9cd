"""The calendar the therapist subscribes to."""

from datetime import UTC, datetime, timedelta

import vobject
from icalendar import Calendar

from bookings.ical import FeedEntry, feed_lines

STAMP = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def feed_entry(number, **changes):
    starts_at = datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(hours=number)
    details = {"uid": f"{number}@practice.example", "sequence": number, "starts_at": starts_at, "summary": "Booked"}
    return FeedEntry(**details | {"ends_at": starts_at + timedelta(minutes=50)} | changes)


def test_two_thousand_entries_are_streamed_one_by_one():
    read_numbers = []

    def entries():
        for number in range(2000):
            read_numbers.append(number)
            yield feed_entry(number)

    pieces = feed_lines(entries(), "Practice", STAMP)
    assert next(pieces).startswith(b"BEGIN:VCALENDAR\r\n")
    assert read_numbers == []
    content = [next(pieces)]
    assert content[0].startswith(b"BEGIN:VEVENT\r\n")
    assert read_numbers == [0]
    content += pieces
    assert max(map(len, content)) < 1000
    whole = b"".join(feed_lines((feed_entry(number) for number in range(2000)), "Practice", STAMP))
    assert whole.endswith(b"".join(content))
    events = Calendar.from_ical(whole).walk("VEVENT")
    assert [event["DTSTART"].dt for event in events] == [feed_entry(number).starts_at for number in range(2000)]
    assert len({event["UID"] for event in events}) == 2000


def test_a_feed_has_a_name_and_a_refresh_interval():
    content = b"".join(feed_lines([], "Zoë’s, diary\r\nX-A:b", STAMP))
    calendar = Calendar.from_ical(content)
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"{name}:Zoë’s\\, diary\\nX-A:b\r\n".encode() in content
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content
    assert "METHOD" not in calendar
    assert calendar.subcomponents == []


def test_held_times_are_tentative_and_all_events_private():
    entries = [feed_entry(0, tentative=True), feed_entry(1, where="Harley Street; 2nd floor")]
    content = b"".join(feed_lines(entries, "Practice", STAMP))
    held, booked = vobject.readOne(content.decode()).vevent_list
    assert (held.status.value, booked.status.value) == ("TENTATIVE", "CONFIRMED")
    assert booked.location.value == "Harley Street; 2nd floor"
    assert "location" not in held.contents
    for event in (held, booked):
        assert getattr(event, "class").value == "PRIVATE"
        assert event.summary.value == "Booked"
        assert not {"attendee", "organizer", "description"} & set(event.contents)
