import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings import enquiries
from bookings.admin.statistics import EnquiryData, compute, gather, last_weeks, working_days_between
from bookings.enquiries import ReplyDraft
from bookings.models import Appointment, Enquiry
from bookings.reply_deadline import ReplyPolicy
from practice.clock import LONDON
from practice.models import Location
from tests.bookings.conftest import NOW

HOUR = timedelta(hours=1)


def london_time(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def weekly_counts(arrivals, now):
    weeks = last_weeks(london_time(now))
    return dict(
        zip(weeks, compute([EnquiryData(london_time(at), None) for at in arrivals], {}, weeks).weekly, strict=True)
    )


def test_the_weeks_begin_on_mondays_and_end_with_this_week():
    weeks = last_weeks(NOW)

    assert (len(weeks), weeks[0], weeks[-1]) == (12, date(2026, 9, 7), date(2026, 11, 23))
    assert last_weeks(london_time("2026-11-22 23:59"))[-1] == date(2026, 11, 16)
    assert last_weeks(datetime(2026, 6, 7, 23, 30, tzinfo=UTC))[-1] == date(2026, 6, 8)  # London has Monday already


@pytest.mark.parametrize(
    ("now", "sunday", "monday", "weeks"),
    [
        ("2026-11-24 12:00", "2026-10-25 23:59", "2026-10-26 00:00", ("2026-10-19", "2026-10-26")),  # clocks go back
        ("2026-04-07 12:00", "2026-03-29 23:59", "2026-03-30 00:00", ("2026-03-23", "2026-03-30")),  # and forward
        ("2027-01-05 12:00", "2027-01-03 23:59", "2027-01-04 00:00", ("2026-12-28", "2027-01-04")),  # the year ends
    ],
)
def test_a_week_ends_at_midnight_in_london(now, sunday, monday, weeks):
    statistics = weekly_counts([sunday, monday, monday], now)

    assert [statistics[date.fromisoformat(week)] for week in weeks] == [1, 2]
    assert sum(statistics.values()) == 3


def test_clock_change_days_count_in_full():
    """The hour that comes twice, and the one that never comes."""
    twice = [london_time("2026-10-25 01:30"), london_time("2026-10-25 01:30").replace(fold=1)]
    weeks = last_weeks(london_time("2026-10-25 12:00"))
    assert compute([EnquiryData(at, None) for at in twice], {}, weeks).weekly[-1] == 2

    assert weekly_counts(["2026-03-29 00:59", "2026-03-29 02:00"], "2026-03-29 12:00")[date(2026, 3, 23)] == 2


def test_each_location_has_a_row_followed_by_no_preference():
    weeks = last_weeks(NOW)
    known = [EnquiryData(NOW, 2), EnquiryData(NOW, 2, is_agreed=True), EnquiryData(NOW - timedelta(weeks=1), None)]

    statistics = compute(known, {7: "Harley Street", 2: "Online"}, weeks)

    assert [(place.name, place.total, place.agreed) for place in statistics.locations] == [
        ("Harley Street", 0, 0),
        ("Online", 2, 1),
        ("No preference", 1, 0),
    ]
    assert statistics.weekly == (0,) * 10 + (1, 2)
    assert (statistics.total, statistics.agreed) == (3, 1)


def test_the_time_to_the_first_reply():
    replies = [HOUR, 3 * HOUR, 8 * HOUR, 50 * HOUR]
    known = [EnquiryData(NOW, None, NOW + wait) for wait in replies] + [EnquiryData(NOW, None)]

    statistics = compute(known, {}, last_weeks(NOW))

    assert (statistics.typical, statistics.slowest) == (5.5 * HOUR, 50 * HOUR)
    assert [count for _, count in statistics.spread] == [3, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("received", "replied", "days"),
    [
        ("2026-11-24 09:00", "2026-11-24 23:59", 0),
        ("2026-11-24 23:59", "2026-11-25 00:01", 1),
        ("2026-11-27 18:00", "2026-11-29 12:00", 0),  # on the same weekend
        ("2026-11-27 18:00", "2026-11-30 09:00", 1),
        ("2026-12-24 12:00", "2026-12-29 09:00", 1),  # Christmas Day, the weekend and the 28th between
        ("2026-10-23 12:00", "2026-10-27 12:00", 2),
    ],
)
def test_working_days_are_counted_as_for_the_reply_deadline(received, replied, days):
    assert working_days_between(london_time(received), london_time(replied)) == days


def test_an_empty_database(db, django_assert_num_queries):
    with django_assert_num_queries(5):
        statistics = gather(NOW)

    assert (statistics.total, statistics.agreed, statistics.typical, statistics.slowest) == (0, 0, None, None)
    assert [place.name for place in statistics.locations] == [
        *Location.objects.values_list("name", flat=True),
        "No preference",
    ]


@pytest.fixture
def change_status(actor):
    def change(enquiry, to, at):
        enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=at)

    return change


def test_what_is_counted(make_enquiry, change_status, django_assert_num_queries):
    make_enquiry()
    make_enquiry(location=None)
    make_enquiry(NOW - timedelta(weeks=11, days=1))  # Monday noon, the first day of the twelve weeks
    make_enquiry(NOW - timedelta(weeks=11, days=2))  # the day before
    make_enquiry(suspicion="links")
    make_enquiry(kind=Enquiry.Kind.COMPLAINT)
    by_hand, restored, never_a_person = make_enquiry(), make_enquiry(suspicion="links"), make_enquiry(suspicion="links")
    change_status(by_hand, "set_aside", NOW)
    change_status(restored, "waiting", NOW)
    change_status(never_a_person, "closed", NOW)

    with django_assert_num_queries(5):
        statistics = gather(NOW)

    assert {place.name: place.total for place in statistics.locations if place.total} == {
        "Harley Street": 3,
        "No preference": 1,
    }
    assert statistics.weekly == (1,) + (0,) * 10 + (3,)
    assert statistics.typical is None
    assert dict(statistics.spread)["Not answered yet"] == 4

    restored.delete()
    assert gather(NOW).total == 3


def test_the_first_reply_is_a_message_or_a_status_change(make_enquiry, change_status, actor):
    def reply(enquiry, at):
        enquiries.reply(enquiry, ReplyDraft("Hello", "Hello", uuid.uuid4()), actor=actor, now=at)

    written, rung, closed, put_back = make_enquiry(), make_enquiry(), make_enquiry(), make_enquiry(suspicion="links")
    reply(written, NOW + HOUR)
    reply(written, NOW + 9 * HOUR)
    change_status(rung, "answered", NOW + 2 * HOUR)
    change_status(rung, "waiting", NOW + 3 * HOUR)
    change_status(closed, "closed", NOW + 3 * HOUR)
    change_status(put_back, "waiting", NOW + HOUR)  # which is no answer
    reply(put_back, NOW + 10 * HOUR)

    statistics = gather(NOW + 12 * HOUR)

    assert (statistics.typical, statistics.slowest) == (2.5 * HOUR, 10 * HOUR)
    assert dict(statistics.spread)["Before the next working day"] == 4


def test_an_appointment_counts_even_if_it_was_cancelled_later(make_enquiry, change_status, private):
    def appointment(hour, status, booked_at):
        starts_at = NOW + (48 + hour) * HOUR
        about = {
            "enquiry": make_enquiry(),
            "appointment_type": private,
            "location": Location.objects.first(),
            "made_at": NOW,
        }
        times = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "booked_at": booked_at}
        return Appointment.objects.create(**about, **times, status=status)

    for hour, status in enumerate(("booked", "fulfilled", "noshow", "cancelled")):
        appointment(hour, status, NOW)
    for hour, status in enumerate(("pending", "proposed", "cancelled"), start=4):
        appointment(hour, status, None)
    assert (gather(NOW).agreed, gather(NOW).total) == (4, 7)

    by_phone, changed_mind = make_enquiry(), make_enquiry()
    change_status(by_phone, "booked", NOW)
    change_status(changed_mind, "booked", NOW)
    change_status(changed_mind, "closed", NOW)
    change_status(appointment(10, "cancelled", NOW).enquiry, "booked", NOW)  # counts once
    assert (gather(NOW).agreed, gather(NOW).total) == (7, 10)


@pytest.fixture
def get_page_text(therapist_client):
    def text(address):
        with time_machine.travel(NOW + 3 * HOUR, tick=False):
            response = therapist_client.get(address)
        assert response.status_code == 200
        return " ".join(response.content.decode().replace("\xa0", " ").split())

    return text


STATISTICS = "/admin/bookings/enquiry/statistics/"


def test_the_screen_shows_numbers_and_meters(make_enquiry, change_status, get_page_text):
    change_status(make_enquiry(), "booked", NOW + 2 * HOUR)
    make_enquiry()
    make_enquiry(NOW - timedelta(weeks=2), location=None)

    page = get_page_text(STATISTICS)

    assert reverse("admin:bookings_enquiry_statistics") == STATISTICS
    assert '<th scope="row">23 Nov</th> <td class="">2</td> <td class="none">0</td>' in page
    assert '<td class="">2 <meter aria-hidden="true" max="2" value="2"></meter></td>' in page
    assert (
        '<th scope="row">Harley Street</th> <td class="">2</td> '
        '<td class="">1 <meter aria-hidden="true" max="2" value="1"></meter></td>'
    ) in page
    assert "<strong>2 hours</strong>" in page
    assert page.count("<caption>") == 3
    assert "so erased enquiries are not included." in page
    assert " style=" not in page


def test_the_dashboard_shows_three_numbers_and_a_link_to_all(make_enquiry, change_status, get_page_text):
    change_status(make_enquiry(), "booked", NOW + 2 * HOUR)
    make_enquiry()

    dashboard = get_page_text("/admin/")

    for html in ("<dd>2</dd>", "<dd>2 hours</dd>", "<dd>1 of 2</dd>", f'href="{STATISTICS}"'):
        assert html in dashboard


def test_without_enquiries_the_screens_say_so(get_page_text):
    assert "No enquiries since 7 September." in get_page_text("/admin/")
    assert "There were no enquiries in this period." in get_page_text(STATISTICS)
    assert "<table" not in get_page_text(STATISTICS).split("<h1>")[1]


def test_statistics_are_for_the_therapist_only(client, db, django_user_model):
    assert client.get(STATISTICS).status_code == 302

    client.force_login(django_user_model.objects.create(username="editor", is_staff=True))
    assert client.get(STATISTICS).status_code == 403
