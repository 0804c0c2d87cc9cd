"""What became of appointments, counted by week and location."""

from datetime import date, timedelta

from bookings.admin.appointment_statistics import gather
from bookings.models import Appointment, AppointmentType
from practice.models import Location
from tests.bookings.conftest import NOW

WEEK = timedelta(weeks=1)


def make(enquiry, starts_at, status, place="harley-street", **more):
    return Appointment.objects.create(
        enquiry=enquiry,
        appointment_type=AppointmentType.objects.first(),
        location=Location.objects.get(slug=place),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        status=status,
        made_at=NOW,
        **more,
    )


def counts(measures, week=date(2026, 11, 16)):
    return {measure.title: dict(zip(measure.locations, dict(measure.rows)[week], strict=True)) for measure in measures}


def test_each_outcome_counts_in_its_week_and_place(make_enquiry, django_assert_num_queries):
    old, new, last_week = make_enquiry(), make_enquiry(), NOW - WEEK
    make(old, NOW - 20 * WEEK, "fulfilled")
    make(old, last_week, "fulfilled", "online")
    make(new, last_week + timedelta(hours=1), "fulfilled")
    make(new, last_week + timedelta(hours=2), "fulfilled")
    make(new, last_week + timedelta(hours=3), "noshow")
    make(new, last_week + timedelta(hours=4), "cancelled", cancelled_late=True)
    make(new, last_week + timedelta(hours=5), "cancelled")
    make(new, last_week + timedelta(hours=6), "booked")
    with django_assert_num_queries(3):
        measures = gather(NOW)

    assert [measure.title for measure in measures] == ["Took place", "New people", "Cancelled late", "Did not attend"]
    week = counts(measures)
    assert week["Took place"] == {"Harley Street": 2, "St Pauls": 0, "Online": 1}
    assert week["New people"] == {"Harley Street": 1, "St Pauls": 0, "Online": 0}
    assert week["Cancelled late"] == {"Harley Street": 1, "St Pauls": 0, "Online": 0}
    assert week["Did not attend"] == {"Harley Street": 1, "St Pauls": 0, "Online": 0}
    assert [measure.totals for measure in measures] == [(2, 0, 1), (1, 0, 0), (1, 0, 0), (1, 0, 0)]


def test_a_week_ends_at_midnight_in_london(make_enquiry):
    for starts_at in (NOW.replace(day=22, hour=23), NOW.replace(day=23, hour=0)):  # Sunday night, then Monday
        make(make_enquiry(), starts_at, "fulfilled")
    held = gather(NOW)[0]
    assert [sum(numbers) for _, numbers in held.rows][-2:] == [1, 1]


def test_the_screen_shows_them(make_enquiry, therapist_client, at_noon):
    make(make_enquiry(), NOW - WEEK, "fulfilled")
    page = " ".join(therapist_client.get("/admin/bookings/enquiry/statistics/").content.decode().split())

    assert "<caption>Took place, by week and location</caption>" in page
    assert '<th scope="row">16 Nov</th> <td class="">1</td>' in page
    assert page.count("None in this period.") == 2
