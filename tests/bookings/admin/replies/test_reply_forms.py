"""Times as they are typed or chosen, also on the days when the clocks change."""

from datetime import UTC, datetime

import pytest
import time_machine

from bookings.models import Appointment
from tests.bookings.admin import sentences
from tests.bookings.admin.replies.helpers import ReplyScreen, error_messages, reply_url, slot_fields
from tests.confirmations import token_in


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ({"day": "", "at": ""}, "day_1", "Choose a time, or enter a day and a time."),
        ({"at": ""}, "at_1", "Enter a time too."),
        ({"day": ""}, "day_1", "Enter a day too."),
        ({"day": "31 February"}, "day_1", "Enter a day, such as 1 December 2026."),
        ({"day": "0026-12-01"}, "day_1", sentences.DAY_TOO_FAR),
        ({"day": "9999-12-31"}, "day_1", sentences.DAY_TOO_FAR),
        (
            {"day": "2026-11-24", "at": "11:55"},
            "day_1",
            "Tuesday 24 November, 11:55 has passed. Enter a time in the future.",
        ),
        ({"at": "10:03"}, "at_1", sentences.OFF_THE_GRID),
        ({"at": "25:00"}, "at_1", "Enter a time, such as 10:00 or 10:05."),
        ({"day": "2027-03-28", "at": "01:30"}, "at_1", sentences.CLOCKS_GO_FORWARD),
    ],
)
@pytest.mark.parametrize("purpose", ["offer", "agreed"])
def test_a_bad_time_is_refused_and_nothing_is_lost(
    make_enquiry, locations, therapist_client, purpose, row, field, sentence
):
    reply_screen = ReplyScreen(
        therapist_client, reply_url(make_enquiry(), purpose), **slot_fields(locations, **row), body="My words"
    )

    for page in (reply_screen.preview(), reply_screen.record()) if purpose == "agreed" else (reply_screen.preview(),):
        assert error_messages(page) == {field: [sentence]}
        form = page.context["form"]
        assert form["body"].value() == "My words"
        assert [form[name].value() for name in ("day_1", "at_1")] == [
            reply_screen.data["day_1"],
            reply_screen.data["at_1"],
        ]
    assert not Appointment.objects.exists()


def test_the_clock_skips_an_hour_in_the_spring_of_2026(make_enquiry, locations, therapist_client):
    with time_machine.travel(datetime(2026, 3, 20, 12, 0, tzinfo=UTC), tick=False):
        enquiry = make_enquiry(now=datetime(2026, 3, 20, 11, 0, tzinfo=UTC))
        page = ReplyScreen(
            therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations, day="2026-03-29", at="01:30")
        ).preview()

    assert error_messages(page) == {"at_1": [sentences.CLOCKS_GO_FORWARD]}


def test_what_the_clock_shows_twice_is_the_first_and_says_so(make_enquiry, locations, therapist_client):
    with time_machine.travel(datetime(2026, 10, 20, 12, 0, tzinfo=UTC), tick=False):
        enquiry = make_enquiry(now=datetime(2026, 10, 20, 11, 0, tzinfo=UTC))
        reply_screen = ReplyScreen(
            therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations, day="2026-10-25", at="01:30")
        )
        page = reply_screen.preview()
        assert "The clocks go back that day, so 01:30 happens twice. This is the first." in page.content.decode()
        reply_screen.send(reply_screen.preview(confirmed=token_in(page)))

    assert Appointment.objects.get().starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-11-23", "", "soon", "0001-01-01"])
def test_an_offer_is_held_until_a_day_to_come(make_enquiry, locations, therapist_client, day):
    page = ReplyScreen(therapist_client, reply_url(make_enquiry(), "offer"), **slot_fields(locations)).preview(
        held_day=day
    )

    assert list(error_messages(page)) == ["held_day"]
    assert page.context["form"]["held_day"].value() == day


def test_more_than_three_times_are_too_many(make_enquiry, weekly_hours, locations, therapist_client):
    reply_screen = ReplyScreen(therapist_client, reply_url(make_enquiry(), "offer"), **slot_fields(locations))
    choices = [choice for choice, _ in therapist_client.get(reply_screen.url).context["form"].fields["free"].choices]

    page = reply_screen.preview(free=choices[:3])
    assert error_messages(page) == {"free": ["Offer 3 times or fewer."]}
    assert page.content.decode().count(" checked") == 3


@pytest.mark.parametrize(
    "choice",
    [
        "1@2026-12-01T10:00",
        "999@2026-12-01T10:00Z",
        "@",
        "x" * 5000,
        "²@2026-12-01T10:00Z",
        "1@9999-12-31T23:55Z",
        "1@0001-01-01T00:00Z",
    ],
)
def test_a_forged_choice_is_refused(make_enquiry, weekly_hours, therapist_client, choice):
    page = ReplyScreen(therapist_client, reply_url(make_enquiry(), "offer")).preview(free=[choice])

    assert "free" in error_messages(page)
    assert not Appointment.objects.exists()


def test_an_appointment_is_not_moved_to_where_it_is(book_appointment, locations, therapist_client):
    appointment = book_appointment()
    reply_screen = ReplyScreen(
        therapist_client, reply_url(appointment.enquiry, "move", appointment), **slot_fields(locations)
    )

    assert error_messages(reply_screen.preview())["__all__"] == ["It is at this time and place already."]
