"""The week's diary: what each day shows, and who may see it."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.admin import week, week_grid
from bookings.models import AppointmentType, BookingSettings, OpeningException, WeeklyHours
from practice.clock import LONDON
from tests.bookings.admin import sentences
from tests.bookings.conftest import NOW
from tests.bookings.week_factory import MONDAY, TUESDAY, Status, add_busy_span, appointment_adder, week_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def add_appointment(make_enquiry):
    return appointment_adder(make_enquiry)


def get_day(day=TUESDAY, now=NOW):
    [diary_day] = week_days(day, now=now)
    return diary_day


def entries_of_day(day=TUESDAY, now=NOW):
    return [(entry.times, entry.kind) for entry in get_day(day, now).entries]


@pytest.fixture
def week_html(client, therapist):
    """The week as text, at noon of a Tuesday."""

    def get_html(query="", at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            response = client.get(reverse("admin:bookings_week") + query)
        assert response.status_code == 200
        return response.content.decode()

    return get_html


# Days --------------------------------------------------------------------------------------


def test_a_days_entries_are_sorted_by_time(add_appointment):
    add_appointment(at=time(15))
    add_appointment(Status.PROPOSED, at=time(9), held_until=NOW + timedelta(days=2))
    add_appointment(Status.PENDING, at=time(11), rank=2)
    add_busy_span(NOW, NOW + timedelta(hours=1))

    assert entries_of_day() == [
        ("09:00–09:50", "held"),
        ("11:00–11:50", "asked"),
        ("12:00–13:00", "busy"),
        ("15:00–15:50", "booked"),
    ]


def test_each_entry_shows_type_location_and_status(add_appointment):
    add_appointment(Status.PROPOSED, at=time(9), held_until=NOW + timedelta(days=2))
    add_appointment(Status.PENDING, at=time(11), rank=2)

    held, requested = (entry.people[0] for entry in get_day().entries)
    assert (held.name, held.summary) == ("Zoë O’Hara", "Private session, Harley Street")
    assert held.status == "Offered, held until Thursday 26 November, 12:00"
    assert requested.status == "Requested, their second choice"


def test_requests_for_the_same_time_are_one_entry(add_appointment, st_pauls):
    first = add_appointment(Status.PENDING, at=time(11), rank=1)
    add_appointment(Status.PENDING, at=time(11), rank=1, minutes=30)
    add_appointment(Status.PENDING, at=time(11), rank=2, minutes=30, enquiry=first.enquiry, location=st_pauls)
    add_appointment(Status.PENDING, at=time(12))

    both, alone = get_day().entries
    assert (both.rivals, len(both.people), both.times) == (2, 3, "11:00–11:50")
    assert (alone.rivals, len(alone.people)) == (0, 1)


def test_a_booked_and_a_requested_time_are_separate_entries(add_appointment):
    add_appointment(at=time(11))
    add_appointment(Status.PENDING, at=time(11))

    assert sorted(entries_of_day()) == [("11:00–11:50", "asked"), ("11:00–11:50", "booked")]


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (Status.CANCELLED, {}),
        (Status.PROPOSED, {"held_until": NOW}),
    ],
)
def test_cancelled_and_expired_times_are_not_shown(add_appointment, status, fields):
    add_appointment(status, **fields)

    assert entries_of_day() == []


def test_an_offer_without_an_end_is_shown(add_appointment):
    add_appointment(Status.PROPOSED)

    assert entries_of_day() == [("10:00–10:50", "held")]


def test_requests_set_aside_as_spam_are_not_shown(add_appointment, make_enquiry):
    add_appointment(Status.PENDING, enquiry=make_enquiry(suspicion=sentences.SEVERAL_LINKS))

    assert entries_of_day() == []


def test_busy_time_over_midnight_is_shown_on_both_days():
    midnight = datetime(2026, 11, 25, tzinfo=LONDON)
    add_busy_span(midnight - timedelta(hours=2), midnight + timedelta(days=1, hours=7))

    assert entries_of_day(TUESDAY) == [("from 22:00", "busy")]
    assert entries_of_day(TUESDAY + timedelta(days=1)) == [("all day", "busy")]
    assert entries_of_day(TUESDAY + timedelta(days=2)) == [("until 07:00", "busy")]
    for day in (TUESDAY, TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2)):
        diary_day = get_day(day)
        [entry] = diary_day.entries
        assert diary_day.begins <= entry.starts_at < entry.ends_at <= diary_day.ends
    assert entries_of_day(TUESDAY - timedelta(days=1)) == []
    assert entries_of_day(TUESDAY + timedelta(days=3)) == []


def test_opening_hours_are_sorted_by_time(harley_street, st_pauls):
    WeeklyHours.objects.create(location=st_pauls, weekday=1, opens=time(9), closes=time(13))
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(14), closes=time(19))

    assert get_day().opening_labels == [("St Pauls", "09:00–13:00"), ("Harley Street", "14:00–19:00")]


def test_hours_of_inactive_locations_are_not_shown(harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(9), closes=time(13))
    OpeningException.objects.create(first_day=TUESDAY, last_day=TUESDAY, location=harley_street)
    harley_street.is_active = False
    harley_street.save()

    assert get_day().opening_labels == []
    assert get_day().closed == ()


def test_closed_times_are_shown(harley_street):
    OpeningException.objects.create(first_day=MONDAY, last_day=TUESDAY)
    lunch = {"opens": time(13), "closes": time(14), "location": harley_street}
    OpeningException.objects.create(first_day=TUESDAY, last_day=TUESDAY, **lunch)
    OpeningException.objects.create(is_open=True, first_day=TUESDAY, last_day=TUESDAY, **lunch)

    assert get_day(MONDAY).closed == ("all day",)
    assert get_day(TUESDAY).closed == ("all day", "13:00–14:00, Harley Street")
    assert get_day(TUESDAY + timedelta(days=1)).closed == ()


def test_bank_holidays_are_shown_by_name(harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=4, opens=time(9), closes=time(13))
    christmas = date(2026, 12, 25)

    assert (get_day(christmas).holiday, get_day(christmas).opening) == ("Christmas Day", ())
    assert week.holiday_name(date(2026, 12, 28)) == "Boxing Day (substitute day)"
    assert week.holiday_name(date(2026, 1, 1)) == "New Year’s Day"

    BookingSettings.objects.update(rests_on_bank_holidays=False)
    assert get_day(christmas).opening_labels == [("Harley Street", "09:00–13:00")]
    assert not get_day(christmas).is_closed_for_holiday


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (TUESDAY, 24)])
def test_days_when_the_clocks_change_have_23_or_25_hours(day, hours):
    assert get_day(day).hours == hours


def test_times_in_the_repeated_hour_name_their_zone(add_appointment):
    sunday = date(2026, 10, 25)
    add_appointment(day=sunday, at=time(1), minutes=30)
    add_appointment(day=sunday, at=time(1), minutes=30, fold=1)

    assert entries_of_day(sunday) == [("01:00 BST–01:30 BST", "booked"), ("01:00 GMT–01:30 GMT", "booked")]


# The screen ----------------------------------------------------------------------------------------


def test_the_screen_links_to_each_enquiry(add_appointment, week_html):
    appointment = add_appointment()

    assert f'href="/admin/bookings/enquiry/{appointment.enquiry_id}/change/"><bdi>Zoë O’Hara</bdi>' in week_html()


def test_the_screen_says_how_many_people_requested_a_time(add_appointment, week_html):
    add_appointment(Status.PENDING)
    assert "people asked for this time" not in week_html()

    add_appointment(Status.PENDING)
    assert "2 people asked for this time" in week_html()


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "23 to 29 November 2026"),
        ("?from=2026-12-30", "28 December 2026 to 3 January 2027"),
        ("?from=2026-11-30", "30 November to 6 December 2026"),
        ("?from=yesterday", "23 to 29 November 2026"),
        ("?from=2026-02-30", "23 to 29 November 2026"),
        ("?from=0001-01-01", "23 to 29 November 2026"),
        ("?from=9999-12-31", "23 to 29 November 2026"),
        ("?from=%00&from=", "23 to 29 November 2026"),
    ],
)
def test_the_screen_shows_the_requested_week(week_html, query, title):
    assert f"<h1>{title}</h1>" in week_html(query)


def test_the_screen_links_to_the_weeks_before_and_after(week_html):
    page = week_html("?from=2026-11-25")

    assert 'rel="prev" href="?from=2026-11-16"' in page
    assert 'rel="next" href="?from=2026-11-30"' in page


def test_today_is_londons_today(week_html):
    assert re.search(r"Mon.*?23.*?<small>today", week_html(at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC)), re.DOTALL)
    page = week_html("?from=2026-06-08", at=datetime(2026, 6, 8, 23, 30, tzinfo=UTC))
    assert re.search(r'id="day-2">.*?<small>today', page, re.DOTALL)
    assert page.count("<small>today") == 1
    assert page.index('id="day-2"') < page.index("<small>today") < page.index('id="day-3"')


def test_the_screen_names_holidays_and_clock_changes(week_html):
    assert "Boxing Day (substitute day), closed" in week_html("?from=2026-12-28")
    assert "Clocks go back: 25 hours" in week_html("?from=2026-10-19")
    assert "Clocks go forward: 23 hours" in week_html("?from=2027-03-22")


def test_the_screen_never_shows_the_other_calendars_address(week_html):
    BookingSettings.objects.get_or_create(pk=BookingSettings.SINGLE)
    diary = BookingSettings.objects.get()
    diary.busy_address, diary.busy_problem = "https://example.org/secret.ics", sentences.NO_ANSWER
    diary.save()

    page = week_html()
    assert "secret" not in page
    assert "Your other calendar hasn’t been read yet. It did not answer." in page


def test_a_hostile_name_is_escaped(add_appointment, make_enquiry, week_html):
    add_appointment(enquiry=make_enquiry(name="<script>alert(1)</script>"))

    assert "<script>alert" not in week_html()


def test_the_screen_has_no_style_attributes(add_appointment, week_html):
    add_appointment()

    assert not re.search(r"\sstyle=|<style", week_html())


def test_the_number_of_queries_does_not_grow(add_appointment, harley_street, django_assert_num_queries):
    def count(queries):
        with django_assert_num_queries(queries):
            week_grid.arrange(week_days(MONDAY, 7), NOW)

    count(6)
    for hour in range(8, 20):
        add_appointment(at=time(hour), day=MONDAY)
        add_appointment(Status.PENDING, at=time(hour), day=TUESDAY)
        WeeklyHours.objects.create(location=harley_street, weekday=hour % 7, opens=time(hour), closes=time(hour + 1))
        add_busy_span(NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 1))
    count(6)


def test_the_screen_needs_no_more_queries(add_appointment, week_html, client, django_assert_num_queries):
    """Beside the six: who is signed in (two), and half an hour from now on for the session (three)."""
    add_appointment()
    week_html()
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(6 + 2 + 3):
        client.get(reverse("admin:bookings_week"))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_screen_is_read_only(therapist_client, method):
    assert getattr(therapist_client, method)(reverse("admin:bookings_week")).status_code == 405


def test_nobody_else_sees_the_week(client, add_appointment, django_user_model):
    add_appointment()
    assert client.get(reverse("admin:bookings_week")).status_code == 302

    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    assert client.get(reverse("admin:bookings_week")).status_code == 403
    assert "Today and tomorrow" not in client.get("/admin/").content.decode()


# The dashboard ------------------------------------------------------------------------------------------


@pytest.fixture
def today_widget_html(client, therapist):
    def get_html(at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            page = client.get("/admin/").content.decode()
        return page[page.index("Today and tomorrow") :].partition("</section>")[0]

    return get_html


def test_the_dashboard_shows_today_and_tomorrow(add_appointment, today_widget_html):
    add_appointment(at=time(14))
    add_appointment(day=TUESDAY + timedelta(days=1), at=time(9), minutes=30)
    add_appointment(day=TUESDAY + timedelta(days=2), at=time(16))

    page = today_widget_html()
    assert "Today, Tuesday 24 November" in page
    assert "14:00–14:50 <bdi>Zoë O’Hara</bdi>" in page
    assert "09:00–09:30" in page
    assert "16:00" not in page
    assert reverse("admin:bookings_week") in page


def test_the_dashboard_says_when_there_are_no_appointments(today_widget_html):
    assert today_widget_html().count("No appointments.") == 2


def test_the_dashboard_warns_when_visitors_find_no_times(today_widget_html, harley_street):
    assert "Visitors can’t find any free times" not in today_widget_html()

    kind = AppointmentType.objects.get(slug="private-session")
    kind.publishes_times = True
    kind.save()
    assert "“Private session” shows free times, but none of its locations has weekly hours." in today_widget_html()

    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(9), closes=time(13))
    assert "Visitors can’t find any free times" not in today_widget_html()
