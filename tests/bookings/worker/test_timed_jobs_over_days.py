"""Days on end, driven by the clock: over Christmas, Easter and both changes of the clock."""

from datetime import date, time, timedelta

import pytest

from bookings.models import BookingSettings
from tests.bookings.driven_clock import DrivenClock, london_time
from tests.bookings.worker.helpers import CHECK_IN, DAILY_SUMMARY, NUDGE, PHONE, REPLY_DELAYED

pytestmark = pytest.mark.any_database


def test_over_christmas_everything_comes_in_working_time_and_once(make_enquiry, send_reply, pause_enquiry):
    """Friday 25 and Monday 28 December (for Saturday 26) are bank holidays."""
    clock = DrivenClock(london_time("2026-12-23 15:00"), minutes=30)
    clock.run_until("2026-12-24 15:00")
    on_thursday = make_enquiry(clock.now, email="thursday@example.org")
    pause_enquiry(make_enquiry(clock.now, email="paused@example.org"), date(2026, 12, 28), clock.now)
    clock.run_until("2026-12-25 20:00")
    make_enquiry(clock.now, email="friday@example.org")
    make_enquiry(clock.now, **PHONE)
    make_enquiry(clock.now, email="complaint@example.org", kind="complaint")
    make_enquiry(clock.now, email="robot@example.org", suspicion="Filled in like a robot")
    send = make_enquiry(clock.now, email="answered@example.org")
    clock.run_until("2026-12-29 10:00")
    send_reply(send, clock.now)
    clock.run_until("2027-01-02 12:00")

    assert on_thursday.reply_due == london_time("2026-12-29 17:00")
    assert clock.delivered_at(NUDGE) == ["Tue 29 Dec 12:00", *["Tue 29 Dec 13:00"] * 3]
    noted = [(at, to) for at, to, subject in clock.deliveries if subject == REPLY_DELAYED]
    recipients = ["thursday@example.org", "friday@example.org", "complaint@example.org"]
    assert noted == [("Tue 29 Dec 17:00", to) for to in recipients]
    assert [(at, to) for at, to, subject in clock.deliveries if subject.startswith(CHECK_IN)] == [
        ("Mon 28 Dec 08:00", "paused@example.org")
    ]
    days = ["Thu 24 Dec", "Fri 25 Dec", "Sat 26 Dec", "Sun 27 Dec", "Mon 28 Dec", "Tue 29 Dec", "Wed 30 Dec"]
    days += ["Thu 31 Dec", "Fri 01 Jan", "Sat 02 Jan"]
    assert clock.delivered_at(DAILY_SUMMARY) == [f"{day} 08:00" for day in days]
    assert not [to for _, to, _ in clock.deliveries if to == "robot@example.org"]


def test_over_the_end_of_summer_time(make_enquiry):
    clock = DrivenClock(london_time("2026-10-23 18:30"), minutes=30)
    make_enquiry(clock.now)
    clock.run_until("2026-10-27 12:00")

    assert clock.delivered_at(NUDGE) == ["Mon 26 Oct 13:00"]
    assert clock.delivered_at(REPLY_DELAYED) == ["Mon 26 Oct 17:00"]
    days = ["Sat 24 Oct", "Sun 25 Oct", "Mon 26 Oct", "Tue 27 Oct"]
    assert clock.delivered_at(DAILY_SUMMARY) == [f"{day} 08:00" for day in days]


def test_over_the_beginning_of_summer_time_and_easter(make_enquiry):
    """Friday 26 and Monday 29 March 2027 are bank holidays, and the clock goes forward between them."""
    clock = DrivenClock(london_time("2027-03-25 18:00"), minutes=30)
    make_enquiry(clock.now)
    clock.run_until("2027-03-31 12:00")

    assert clock.delivered_at(NUDGE) == ["Tue 30 Mar 13:00"]
    assert clock.delivered_at(REPLY_DELAYED) == ["Tue 30 Mar 17:00"]
    days = ["Fri 26 Mar", "Sat 27 Mar", "Sun 28 Mar", "Mon 29 Mar", "Tue 30 Mar", "Wed 31 Mar"]
    assert clock.delivered_at(DAILY_SUMMARY) == [f"{day} 08:00" for day in days]


def test_to_the_minute(make_enquiry):
    BookingSettings.objects.update(summary_made_on=date(2026, 12, 28))
    make_enquiry(london_time("2026-12-25 20:00"))
    clock = DrivenClock(london_time("2026-12-29 07:57"), minutes=1)
    for begins, ends in (("07:57", "08:03"), ("12:57", "13:03"), ("16:57", "17:03")):
        clock.now = london_time(f"2026-12-29 {begins}")
        clock.run_until(f"2026-12-29 {ends}")

    assert clock.delivered_at(DAILY_SUMMARY) == ["Tue 29 Dec 08:00"]
    assert clock.delivered_at(NUDGE) == ["Tue 29 Dec 13:00"]
    assert clock.delivered_at(REPLY_DELAYED) == ["Tue 29 Dec 17:00"]


@pytest.mark.parametrize(
    ("summary_at", "day", "sent_at"),
    [
        (time(1, 30), "2026-10-25", "Sun 25 Oct 01:30"),  # shown twice
        (time(1, 30), "2027-03-28", "Sun 28 Mar 02:00"),  # never shown
        (time(0), "2026-12-26", "Sat 26 Dec 00:00"),
        (time(23, 45), "2026-12-26", "Sat 26 Dec 23:45"),
    ],
)
def test_the_summary_comes_once_a_day_at_any_hour(summary_at, day, sent_at):
    BookingSettings.objects.update(summary_at=summary_at, summary_made_on=date.fromisoformat(day) - timedelta(days=1))
    clock = DrivenClock(london_time(f"{day} 00:00"), minutes=15)
    clock.run_until(f"{day} 23:45")

    assert clock.delivered_at(DAILY_SUMMARY) == [sent_at]
