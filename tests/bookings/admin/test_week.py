"""A week of the diary: what is told of each day, and who may see it."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.admin import week, week_grid
from bookings.models import AppointmentType, BookingSettings, OpeningException, WeeklyHours
from practice.clock import LONDON
from tests.bookings.conftest import NOW
from tests.bookings.week_factory import MONDAY, TUESDAY, Status, adding, busy, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(receive):
    return adding(receive)


def the_day(day=TUESDAY, now=NOW):
    [found] = days(day, now=now)
    return found


def told(day=TUESDAY, now=NOW):
    return [(entry.times, entry.look) for entry in the_day(day, now).entries]


@pytest.fixture
def screen(client, therapist):
    """The week as text, at noon of a Tuesday."""

    def text(query="", at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            response = client.get(reverse("admin:bookings_week") + query)
        assert response.status_code == 200
        return response.content.decode()

    return text


# What is told --------------------------------------------------------------------------------------


def test_a_day_is_told_in_order_of_time(add):
    add(at=time(15))
    add(Status.PROPOSED, at=time(9), held_until=NOW + timedelta(days=2))
    add(Status.PENDING, at=time(11), rank=2)
    busy(NOW, NOW + timedelta(hours=1))

    assert told() == [
        ("09:00–09:50", "held"),
        ("11:00–11:50", "asked"),
        ("12:00–13:00", "busy"),
        ("15:00–15:50", "booked"),
    ]


def test_everybody_is_told_with_kind_place_and_how_it_stands(add):
    add(Status.PROPOSED, at=time(9), held_until=NOW + timedelta(days=2))
    add(Status.PENDING, at=time(11), rank=2)

    held, asked = (entry.people[0] for entry in the_day().entries)
    assert (held.who, held.what) == ("Zoë O’Hara", "Private session, Harley Street")
    assert held.state == "Offered, held until Thursday 26 November, 12:00"
    assert asked.state == "Requested, their second choice"


def test_rivals_for_one_time_are_one_entry(add, st_pauls):
    first = add(Status.PENDING, at=time(11), rank=1)
    add(Status.PENDING, at=time(11), rank=1, minutes=30)
    add(Status.PENDING, at=time(11), rank=2, minutes=30, enquiry=first.enquiry, location=st_pauls)
    add(Status.PENDING, at=time(12))

    both, alone = the_day().entries
    assert (both.rivals, len(both.people), both.times) == (2, 3, "11:00–11:50")
    assert (alone.rivals, len(alone.people)) == (0, 1)


def test_what_is_booked_stands_beside_what_is_asked_for_at_the_same_time(add):
    add(at=time(11))
    add(Status.PENDING, at=time(11))

    assert sorted(told()) == [("11:00–11:50", "asked"), ("11:00–11:50", "booked")]


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (Status.CANCELLED, {}),
        (Status.PROPOSED, {"held_until": NOW}),
    ],
)
def test_what_is_over_is_not_told(add, status, more):
    add(status, **more)

    assert told() == []


def test_an_offer_without_an_end_is_told(add):
    add(Status.PROPOSED)

    assert told() == [("10:00–10:50", "held")]


def test_what_a_suspect_asks_for_is_not_told(add, receive):
    add(Status.PENDING, enquiry=receive(suspicion="The message holds several links."))

    assert told() == []


def test_what_goes_over_midnight_is_told_on_both_days():
    midnight = datetime(2026, 11, 25, tzinfo=LONDON)
    busy(midnight - timedelta(hours=2), midnight + timedelta(days=1, hours=7))

    assert told(TUESDAY) == [("from 22:00", "busy")]
    assert told(TUESDAY + timedelta(days=1)) == [("all day", "busy")]
    assert told(TUESDAY + timedelta(days=2)) == [("until 07:00", "busy")]
    for day in (TUESDAY, TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2)):
        found = the_day(day)
        [entry] = found.entries
        assert found.begins <= entry.starts_at < entry.ends_at <= found.ends
    assert told(TUESDAY - timedelta(days=1)) == []
    assert told(TUESDAY + timedelta(days=3)) == []


def test_opening_hours_are_told_by_place_in_order_of_time(harley_street, st_pauls):
    WeeklyHours.objects.create(location=st_pauls, weekday=1, opens=time(9), closes=time(13))
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(14), closes=time(19))

    assert the_day().opening_in_words == [("St Pauls", "09:00–13:00"), ("Harley Street", "14:00–19:00")]


def test_hours_of_a_place_that_is_no_longer_offered_are_not_told(harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(9), closes=time(13))
    OpeningException.objects.create(first_day=TUESDAY, last_day=TUESDAY, location=harley_street)
    harley_street.is_active = False
    harley_street.save()

    assert the_day().opening_in_words == []
    assert the_day().closed == ()


def test_what_is_closed_is_told(harley_street):
    OpeningException.objects.create(first_day=MONDAY, last_day=TUESDAY)
    lunch = {"opens": time(13), "closes": time(14), "location": harley_street}
    OpeningException.objects.create(first_day=TUESDAY, last_day=TUESDAY, **lunch)
    OpeningException.objects.create(is_open=True, first_day=TUESDAY, last_day=TUESDAY, **lunch)

    assert the_day(MONDAY).closed == ("all day",)
    assert the_day(TUESDAY).closed == ("all day", "13:00–14:00, Harley Street")
    assert the_day(TUESDAY + timedelta(days=1)).closed == ()


def test_bank_holidays_are_told_by_name(harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=4, opens=time(9), closes=time(13))
    christmas = date(2026, 12, 25)

    assert (the_day(christmas).holiday, the_day(christmas).opening) == ("Christmas Day", ())
    assert week.holiday_name(date(2026, 12, 28)) == "Boxing Day (substitute day)"
    assert week.holiday_name(date(2026, 1, 1)) == "New Year’s Day"

    BookingSettings.objects.update(rests_on_bank_holidays=False)
    assert the_day(christmas).opening_in_words == [("Harley Street", "09:00–13:00")]
    assert not the_day(christmas).is_closed_for_it


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (TUESDAY, 24)])
def test_a_day_of_the_clocks_change_has_its_own_length(day, hours):
    assert the_day(day).hours == hours


def test_the_doubled_hour_says_which_it_is(add):
    sunday = date(2026, 10, 25)
    add(day=sunday, at=time(1), minutes=30)
    add(day=sunday, at=time(1), minutes=30, fold=1)

    assert told(sunday) == [("01:00 BST–01:30 BST", "booked"), ("01:00 GMT–01:30 GMT", "booked")]


# The screen ----------------------------------------------------------------------------------------


def test_the_screen_leads_to_each_enquiry(add, screen):
    appointment = add()

    assert f'href="/admin/bookings/enquiry/{appointment.enquiry_id}/change/"><bdi>Zoë O’Hara</bdi>' in screen()


def test_the_screen_says_how_many_ask_for_one_time(add, screen):
    add(Status.PENDING)
    assert "people asked for this time" not in screen()

    add(Status.PENDING)
    assert "2 people asked for this time" in screen()


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
def test_the_screen_shows_the_week_that_is_asked_for(screen, query, title):
    assert f"<h1>{title}</h1>" in screen(query)


def test_the_screen_turns_to_the_weeks_before_and_after(screen):
    page = screen("?from=2026-11-25")

    assert 'rel="prev" href="?from=2026-11-16"' in page
    assert 'rel="next" href="?from=2026-11-30"' in page


def test_today_is_londons_today(screen):
    assert re.search(r"Mon.*?23.*?<small>today", screen(at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC)), re.DOTALL)
    page = screen("?from=2026-06-08", at=datetime(2026, 6, 8, 23, 30, tzinfo=UTC))
    assert re.search(r'id="day-2">.*?<small>today', page, re.DOTALL)
    assert page.count("<small>today") == 1
    assert page.index('id="day-2"') < page.index("<small>today") < page.index('id="day-3"')


def test_the_screen_names_holidays_and_the_change_of_the_clock(screen):
    assert "Boxing Day (substitute day), closed" in screen("?from=2026-12-28")
    assert "Clocks go back: 25 hours" in screen("?from=2026-10-19")
    assert "Clocks go forward: 23 hours" in screen("?from=2027-03-22")


def test_the_screen_never_shows_the_other_calendars_address(screen):
    BookingSettings.objects.get_or_create(pk=BookingSettings.SINGLE)
    diary = BookingSettings.objects.get()
    diary.busy_address, diary.busy_problem = "https://example.org/secret.ics", "It did not answer."
    diary.save()

    page = screen()
    assert "secret" not in page
    assert "Your other calendar hasn’t been read yet. It did not answer." in page


def test_a_hostile_name_is_text(add, receive, screen):
    add(enquiry=receive(name="<script>alert(1)</script>"))

    assert "<script>alert" not in screen()


def test_the_policy_needs_no_style(add, screen):
    add()

    assert not re.search(r"\sstyle=|<style", screen())


def test_the_number_of_queries_does_not_grow(add, harley_street, django_assert_num_queries):
    def count(queries):
        with django_assert_num_queries(queries):
            week_grid.arrange(days(MONDAY, 7), NOW)

    count(6)
    for hour in range(8, 20):
        add(at=time(hour), day=MONDAY)
        add(Status.PENDING, at=time(hour), day=TUESDAY)
        WeeklyHours.objects.create(location=harley_street, weekday=hour % 7, opens=time(hour), closes=time(hour + 1))
        busy(NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 1))
    count(6)


def test_the_screen_asks_nothing_more(add, screen, client, django_assert_num_queries):
    """Beside the six: who is signed in (two), and half an hour from now on for the session (three)."""
    add()
    screen()
    with time_machine.travel(NOW, tick=False), django_assert_num_queries(6 + 2 + 3):
        client.get(reverse("admin:bookings_week"))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_screen_is_only_read(therapist_client, method):
    assert getattr(therapist_client, method)(reverse("admin:bookings_week")).status_code == 405


def test_nobody_else_sees_the_week(client, add, django_user_model):
    add()
    assert client.get(reverse("admin:bookings_week")).status_code == 302

    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))
    assert client.get(reverse("admin:bookings_week")).status_code == 403
    assert "Today and tomorrow" not in client.get("/admin/").content.decode()


# The desk ------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client, therapist):
    def text(at=NOW):
        with time_machine.travel(at, tick=False):
            client.force_login(therapist)
            page = client.get("/admin/").content.decode()
        return page[page.index("Today and tomorrow") :].partition("</section>")[0]

    return text


def test_the_desk_tells_today_and_tomorrow(add, desk):
    add(at=time(14))
    add(day=TUESDAY + timedelta(days=1), at=time(9), minutes=30)
    add(day=TUESDAY + timedelta(days=2), at=time(16))

    page = desk()
    assert "Today, Tuesday 24 November" in page
    assert "14:00–14:50 <bdi>Zoë O’Hara</bdi>" in page
    assert "09:00–09:30" in page
    assert "16:00" not in page
    assert reverse("admin:bookings_week") in page


def test_the_desk_says_when_nothing_is_in_the_diary(desk):
    assert desk().count("No appointments.") == 2


def test_the_desk_says_when_visitors_find_no_times(desk, harley_street):
    assert "Visitors can’t find any free times" not in desk()

    kind = AppointmentType.objects.get(kind="private")
    kind.publishes_times = True
    kind.save()
    assert "“Private session” shows free times, but none of its locations has weekly hours." in desk()

    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(9), closes=time(13))
    assert "Visitors can’t find any free times" not in desk()
