"""Invitations, read by other programs than the one that writes them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.core.mail import EmailMessage, get_connection
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bookings.ical import CANCEL, REQUEST, CalendarEntry, invite, with_calendar, withdraw
from tests.bookings.ical.strict_reader import RefusedError, StrictCalendar
from tests.mail_server import MailServer, free_port

STAMP = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="1f7c@practice.example",
    sequence=0,
    starts_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 10, 50, tzinfo=UTC),
    summary="Appointment",
    organizer="desk@practice.example",
    attendee="zoe.o'hara+talk@example.org",
)
AWKWARD = "12, Harley Street; “Zoë’s” \\n room\nEND:VEVENT\r\nATTENDEE:mailto:x@y.example\rÀ" + "ü" * 200 + "😀" * 60


def only_event(content):
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert not event.errors
    return event


def vobject_event(content):
    return vobject.readOne(content.decode()).vevent


@pytest.mark.parametrize(
    ("write", "method", "status"), [(invite, REQUEST, "CONFIRMED"), (withdraw, CANCEL, "CANCELLED")]
)
def test_a_file_contains_what_is_needed_and_nothing_else(write, method, status):
    content = write(ENTRY, STAMP)
    calendar = Calendar.from_ical(content)
    assert {name: str(value) for name, value in calendar.items()} == {
        "VERSION": "2.0",
        "PRODID": "-//Practice website//Appointments//EN",
        "CALSCALE": "GREGORIAN",
        "METHOD": method,
    }
    event = only_event(content)
    assert {name: event[name].to_ical().decode() for name in event} == {
        "UID": "1f7c@practice.example",
        "SEQUENCE": "0",
        "DTSTAMP": "20261124T120000Z",
        "DTSTART": "20261201T100000Z",
        "DTEND": "20261201T105000Z",
        "SUMMARY": "Appointment",
        "CLASS": "PRIVATE",
        "STATUS": status,
        "TRANSP": "OPAQUE",
        "ORGANIZER": "mailto:desk@practice.example",
        "ATTENDEE": "mailto:zoe.o'hara+talk@example.org",
    }
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert not event["DTSTART"].params
    assert str(only_event(write(replace(ENTRY, where="Room 2"), STAMP))["LOCATION"]) == "Room 2"


CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]
ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata")]


@pytest.mark.parametrize("day", CHANGES)
def test_two_parsers_agree_on_every_hour_of_days_when_the_clocks_change(day):
    midnight = datetime.combine(day, datetime.min.time(), ZONES[0]).astimezone(UTC)
    hours = [midnight + timedelta(hours=number) for number in range(25)]
    assert {hour.astimezone(ZONES[0]).utcoffset() for hour in hours} == {timedelta(0), timedelta(hours=1)}
    for starts_at in hours:
        for zone in ZONES:
            entry = replace(ENTRY, starts_at=starts_at.astimezone(zone), ends_at=starts_at + timedelta(minutes=50))
            for write in (invite, withdraw):
                content = write(entry, STAMP)
                read, other = only_event(content), vobject_event(content)
                for actual, expected in [
                    (read["DTSTART"].dt, starts_at),
                    (other.dtstart.value, starts_at),
                    (read["DTEND"].dt, entry.ends_at),
                    (other.dtend.value, entry.ends_at),
                ]:
                    assert actual == expected
                    assert actual.astimezone(zone).replace(tzinfo=None) == expected.astimezone(zone).replace(
                        tzinfo=None
                    )
                    assert actual.astimezone(zone).utcoffset() == expected.astimezone(zone).utcoffset()


def test_a_cancelled_appointment_leaves_the_calendar_empty():
    program = StrictCalendar()
    program.receive(invite(ENTRY, STAMP), "REQUEST")
    moved = replace(
        ENTRY, sequence=1, starts_at=ENTRY.starts_at + timedelta(days=1), ends_at=ENTRY.ends_at + timedelta(days=1)
    )
    program.receive(invite(moved, STAMP), "REQUEST")
    assert {uid: event["DTSTART"].dt for uid, event in program.events.items()} == {ENTRY.uid: moved.starts_at}
    program.receive(invite(ENTRY, STAMP), "REQUEST")  # arrives once more, late
    program.receive(withdraw(ENTRY, STAMP), "CANCEL")
    assert program.events[ENTRY.uid]["DTSTART"].dt == moved.starts_at
    cancelled = withdraw(replace(moved, sequence=2), STAMP)
    program.receive(cancelled, "CANCEL")
    assert program.events == {}
    program.receive(cancelled, "CANCEL")
    program.receive(invite(moved, STAMP), "REQUEST")
    assert program.events == {}


def test_the_strict_reader_refuses_incomplete_files():
    good = invite(ENTRY, STAMP)
    lines = good.splitlines(keepends=True)
    for name in ("UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "ATTENDEE", "DTSTART", "SUMMARY", "STATUS", "METHOD"):
        without = re.sub(rb"(?m)^%b[;:].*\r\n( .*\r\n)*" % name.encode(), b"", good)
        assert without != good
        with pytest.raises(RefusedError):
            StrictCalendar().receive(without, "REQUEST")
    with pytest.raises(RefusedError):
        StrictCalendar().receive(good, "CANCEL")
    with pytest.raises(RefusedError):
        StrictCalendar().receive(b"".join([*lines[:-2], b"UID:other\r\n", *lines[-2:]]), "REQUEST")


def check_text(text):
    content = invite(replace(ENTRY, summary=text, where=text), STAMP)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    plain = content.replace(b"\r\n ", b"")
    names = [re.split(b"[:;]", line)[0] for line in plain.split(b"\r\n") if line]
    expected = [
        re.split(b"[:;]", line)[0]
        for line in invite(replace(ENTRY, where="x"), STAMP).split(b"\r\n")
        if line[:1].strip()
    ]
    assert names == ([name for name in expected if text or name != b"LOCATION"])
    return content


def test_awkward_text_is_preserved_and_adds_no_property():
    content = check_text(AWKWARD)
    expected = "\n".join(AWKWARD.splitlines())
    for text in (str(only_event(content)["LOCATION"]), str(only_event(content)["SUMMARY"])):
        assert text == expected
    assert vobject_event(content).location.value == expected
    assert vobject_event(content).summary.value == expected


@given(st.text(max_size=200))
def test_no_text_adds_a_property(text):
    check_text(text)


def test_control_characters_become_spaces_and_line_breaks_are_normalised():
    awkward = "\x00a\x07\tb\x1b\x7f\x85c\x0bd\u2028e\r\nf\rg"
    content = check_text(awkward)
    assert str(only_event(content)["SUMMARY"]) == vobject_event(content).summary.value == " a  b  \nc\nd\ne\nf\ng"


def test_no_address_adds_a_property():
    content = invite(replace(ENTRY, attendee="a@b.example\r\nSUMMARY:x;y"), STAMP)
    assert str(only_event(content)["ATTENDEE"]) == "mailto:a@b.example%0D%0ASUMMARY%3Ax%3By"
    assert str(only_event(content)["SUMMARY"]) == "Appointment"


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": datetime(2026, 12, 1, 10), "ends_at": datetime(2026, 12, 1, 11)},
        {"ends_at": ENTRY.starts_at},
        {"ends_at": ENTRY.starts_at - timedelta(hours=1)},
    ],
)
def test_naive_or_reversed_times_are_refused(change):
    with pytest.raises(ValueError, match=r"zone|ends"):
        invite(replace(ENTRY, **change), STAMP)


@pytest.mark.parametrize(("write", "method"), [(invite, REQUEST), (withdraw, CANCEL)])
def test_the_email_has_the_calendar_as_an_alternative_and_an_attachment(write, method):
    calendar = write(replace(ENTRY, where=AWKWARD), STAMP)
    port = free_port()
    with MailServer(port) as server:
        connection = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
        message = EmailMessage(
            "Your appointment",
            "À bientôt.\n",
            "desk@practice.example",
            ["zoe@example.org"],
            reply_to=["reply@practice.example"],
            headers={"Message-ID": "<1@practice.example>"},
            connection=connection,
        )
        assert with_calendar(message, calendar, method).send() == 1
    [received] = server.messages
    assert received["Subject"] == "Your appointment"
    assert received["Reply-To"] == "reply@practice.example"
    assert received["Message-ID"] == "<1@practice.example>"
    assert received.get_content_type() == "multipart/mixed"
    beside, attached = received.iter_parts()
    assert beside.get_content_type() == "multipart/alternative"
    text, inline = beside.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().strip() == "À bientôt."
    assert inline.get_content_disposition() is None
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == "appointment.ics"
    for part in (inline, attached):
        assert part.get_content_type() == "text/calendar"
        assert dict(part["Content-Type"].params) == {"method": method, "charset": "utf-8"}
        content = part.get_payload(decode=True)
        assert content.replace(b"\r\n", b"\n") == calendar.replace(b"\r\n", b"\n")
        assert b"\r\r" not in content
        program = StrictCalendar()
        program.receive(content, part["Content-Type"].params["method"])
        assert list(program.events) == ([ENTRY.uid] if method == REQUEST else [])
