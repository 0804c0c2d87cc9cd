"""What is unlikely about times and hours is asked about before it happens, and nothing typed is lost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.models import Appointment, BusySpan, OpeningException, Reply, WeeklyHours
from practice.models import Location, Practice
from tests.bookings.admin.replies.helpers import PHONE, TEN, ReplyScreen, page_text, reply_url, slot_fields
from tests.confirmations import confirmed_post, token_in

EXCEPTIONS = "/admin/bookings/openingexception/"
HOURS = "/admin/bookings/weeklyhours/"


pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def rooms(locations, weekly_hours):
    """The locations; one of them has hours."""
    return locations


@pytest.fixture
def book(rooms, book_appointment):
    """Book in rooms that have hours."""
    return book_appointment


# Bookings by hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at", "facts"),
    [
        ("2026-12-01", "10:00", []),
        (
            "2026-12-01",
            "03:00",
            [
                "Tuesday 1 December, 03:00, Harley Street, is outside your hours.",
                "Tuesday 1 December, 03:00, Harley Street, is at night.",
            ],
        ),
        (
            "2026-12-25",
            "10:00",
            ["Friday 25 December, 10:00, Harley Street, is outside your hours. You’re closed that day: Christmas Day."],
        ),
        (
            "2026-12-06",
            "10:00",
            ["Sunday 6 December, 10:00, Harley Street, is outside your hours. You’re closed that day."],
        ),
        ("2026-12-08", "10:00", ["Tuesday 8 December, 10:00, Harley Street: your other calendar is busy then."]),
        ("2026-12-09", "18:00", ["Wednesday 9 December, 18:00, Harley Street, is outside your hours."]),
    ],
)
@pytest.mark.parametrize("by_phone", [False, True])
def test_a_booking_by_hand_is_asked_about(make_enquiry, rooms, therapist_client, day, at, facts, by_phone):
    BusySpan.objects.create(
        starts_at=datetime(2026, 12, 8, 9, tzinfo=UTC), ends_at=datetime(2026, 12, 8, 11, tzinfo=UTC)
    )
    enquiry = make_enquiry(**PHONE) if by_phone else make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(rooms, day=day, at=at))
    page = reply_screen.record() if by_phone else reply_screen.preview()

    assert [fact for fact in facts if fact not in page_text(page)] == []
    assert bool(token_in(page)) == bool(facts)
    if facts:
        assert page.context["form"].unanswered == facts
        assert not Appointment.objects.exists()
        assert f'value="{day}"' in page.content.decode()
        reply_screen.record(confirmed=token_in(page))
        assert Appointment.objects.get().status == "booked"


def test_a_yes_is_carried_through_the_preview(make_enquiry, rooms, therapist_client):
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "agreed"), **slot_fields(rooms, at="03:00"))
    question = reply_screen.preview(body="Dear Zoë, {times}")
    assert "Dear Zoë, {times}" in page_text(question)
    assert question.context["preview"] is None

    preview = reply_screen.preview(body="Dear Zoë, {times}", confirmed=token_in(question))
    assert "Tuesday 1 December, 03:00, Harley Street, is at night." in preview.context["preview"]["warnings"]
    reply_screen.send(preview)
    assert (Appointment.objects.get().status, Reply.objects.count()) == ("booked", 1)


def test_a_yes_to_one_time_is_no_yes_to_another(make_enquiry, rooms, therapist_client):
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "agreed"), **slot_fields(rooms, at="03:00"))
    token = token_in(reply_screen.preview())

    page = reply_screen.record(confirmed=token, at_1="04:00")
    assert page.context["form"].unanswered
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("purpose", ["offer", "move"])
def test_offers_and_moves_are_asked_about_too(make_enquiry, book, rooms, therapist_client, purpose):
    appointment = book() if purpose == "move" else None
    enquiry = appointment.enquiry if appointment else make_enquiry()
    reply_screen = ReplyScreen(
        therapist_client, reply_url(enquiry, purpose, appointment), **slot_fields(rooms, at="03:00")
    )

    assert reply_screen.preview().context["form"].unanswered


def test_a_day_away_is_named(make_enquiry, rooms, therapist_client):
    Practice.objects.update(away_first_day=date(2026, 12, 1), away_last_day=date(2026, 12, 3))
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "agreed"), **slot_fields(rooms))

    assert reply_screen.preview().context["form"].unanswered == [
        "Tuesday 1 December, 10:00, Harley Street, is outside your hours. You’re away that day."
    ]


# Closed days and extra hours -----------------------------------------------------------------------


def exception(first, last="", is_open=False, **fields):
    return {"is_open": str(is_open), "first_day": first, "last_day": last, **fields}


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (
            exception("2026-12-01", "2099-12-31"),
            "From Tuesday 1 December 2026 to Thursday 31 December 2099 is 26,694 days.",
        ),
        (exception("9999-01-01"), "Friday 1 January 9999 is more than a year ahead."),
        (exception("2025-12-24"), "Wednesday 24 December 2025 has passed."),
        (
            exception("2026-12-05", is_open=True, opens="01:00", closes="04:00"),
            "You’d be open at night: 01:00 to 04:00.",
        ),
        (
            exception("2026-12-24"),
            "You have entered this for these days already: Closed from 24 December 2026 to 26 December 2026.",
        ),
    ],
)
def test_an_unlikely_exception_is_asked_about(therapist_client, rooms, data, fact):
    OpeningException.objects.create(is_open=False, first_day=date(2026, 12, 24), last_day=date(2026, 12, 26))
    page = therapist_client.post(f"{EXCEPTIONS}add/", data, follow=True)

    assert fact in page.context["adminform"].form.unanswered
    assert fact in page_text(page)
    assert f'value="{data["first_day"]}"' in page.content.decode()
    assert OpeningException.objects.count() == 1
    confirmed_post(therapist_client, f"{EXCEPTIONS}add/", data)
    assert OpeningException.objects.count() == 2


def test_closed_days_are_named_with_their_last_day(db):
    first, last = date(2026, 12, 24), date(2026, 12, 26)

    assert str(OpeningException(is_open=False, first_day=first, last_day=first)) == "Closed on 24 December 2026"
    assert str(OpeningException(is_open=True, first_day=first, last_day=last)) == (
        "Extra hours from 24 December 2026 to 26 December 2026"
    )


@pytest.mark.parametrize(
    "data",
    [
        exception("2026-12-24"),
        exception("2026-12-24", "2027-01-04"),
        exception("2026-12-05", is_open=True, opens="09:00", closes="12:00"),
    ],
)
def test_a_likely_exception_is_saved_at_once(therapist_client, rooms, data):
    therapist_client.post(f"{EXCEPTIONS}add/", data)

    assert OpeningException.objects.count() == 1


def test_closing_a_day_asks_about_who_is_booked_then(therapist_client, book):
    appointment = book()
    page = therapist_client.post(f"{EXCEPTIONS}add/", exception("2026-12-01"), follow=True)

    assert page.context["adminform"].form.unanswered == [
        "Booked or offered at times when you’d then be closed: "
        f"Tuesday 1 December, 10:00, Harley Street, ref {appointment.enquiry.reference}. Nobody is told by this."
    ]
    assert not OpeningException.objects.exists()


def test_deleting_extra_hours_asks_about_who_is_booked_then(therapist_client, book):
    sunday = datetime(2026, 12, 6, 10, tzinfo=UTC)
    row = OpeningException.objects.create(
        is_open=True, first_day=sunday.date(), last_day=sunday.date(), opens=time(9), closes=time(12)
    )
    appointment = book(sunday)
    url = f"{EXCEPTIONS}{row.pk}/delete/"
    page = therapist_client.post(url, {"post": "yes"})
    assert appointment.enquiry.reference in page_text(page)
    assert OpeningException.objects.exists()

    confirmed_post(therapist_client, url, {"post": "yes"})
    assert not OpeningException.objects.exists()


# Weekly hours --------------------------------------------------------------------------------------


def week(**opened):
    data = {}
    for place in Location.objects.active():
        for weekday in range(7):
            name = f"place{place.pk}-day{weekday}"
            opens, closes = opened.get(place.slug.replace("-", "_"), ("", "")) if weekday < 5 else ("", "")
            data |= {f"{name}-TOTAL_FORMS": 1, f"{name}-INITIAL_FORMS": 0}
            data |= {f"{name}-0-opens": opens, f"{name}-0-closes": closes}
    return data


def test_hours_at_night_and_a_place_without_hours_are_asked_about(therapist_client, rooms):
    data = week(online=("02:00", "05:00"))
    page = therapist_client.post(HOURS, data)

    assert "You’d be open at night: Online, 02:00 to 05:00." in page_text(page)
    assert "Harley Street has no hours left, so the site offers no times there." in page_text(page)
    assert 'value="02:00"' in page.content.decode()
    assert "Correct the errors below" not in page_text(page)
    assert not WeeklyHours.objects.filter(location=rooms["online"]).exists()
    confirmed_post(therapist_client, HOURS, data)
    assert WeeklyHours.objects.filter(location=rooms["online"]).count() == 5


def test_likely_hours_are_saved_at_once(therapist_client, rooms):
    therapist_client.post(HOURS, week(harley_street=("10:00", "16:00")))

    assert WeeklyHours.objects.filter(opens=time(10)).count() == 5


def test_shorter_hours_ask_about_who_is_booked_then(therapist_client, book):
    appointment = book(TEN + timedelta(hours=5))
    page = therapist_client.post(HOURS, week(harley_street=("09:00", "12:00")))

    assert appointment.enquiry.reference in page_text(page)
    assert not WeeklyHours.objects.filter(closes=time(12)).exists()
