"""No visitor is offered a time that begins before the answer they are promised, at any hour of a week."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from bookings import appointments, enquiries, private_page_acts
from bookings.actor import Actor
from bookings.exceptions import SlotUnavailable
from bookings.models import Appointment, AppointmentType, Enquiry, PrivateLink, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.views.consultation import _request_form
from bookings.views.private_page_request import PrivatePageRequest
from practice.absence import Absence
from practice.models import Practice
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import get, post, private_path, slot_value

WEEKS = {
    "usual": datetime(2026, 11, 23, tzinfo=UTC),
    "into winter time": datetime(2026, 10, 19, 23, tzinfo=UTC),
    "into summer time": datetime(2027, 3, 22, tzinfo=UTC),
    "over Christmas": datetime(2026, 12, 21, tzinfo=UTC),
}
FRIDAY_EVENING = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # promised: Monday the 30th at 17:00
MONDAY_TEN, MONDAY_HALF_PAST_FIVE = (datetime(2026, 11, 30, *at, tzinfo=UTC) for at in ((10, 0), (17, 30)))


@pytest.fixture
def open_day_and_night(harley_street, complimentary):
    for weekday in range(7):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(0), closes=time(23, 55))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=0, every=30)


def offered_by_the_form(moment, location):
    return _request_form(None, "", moment).published.free_times("complimentary-consultation", location)


def change_practice(**facts):
    practice = Practice.objects.get()
    for name, fact in facts.items():
        setattr(practice, name, fact)
    practice.save()


@pytest.mark.parametrize(("week", "days"), [*((week, 1) for week in WEEKS), ("usual", 3)])
def test_at_none_of_the_168_hours_of_a_week_is_a_time_offered_before_the_answer(
    open_day_and_night, harley_street, week, days
):
    change_practice(reply_days=days)
    for hour in range(168):
        moment = WEEKS[week] + timedelta(hours=hour)
        promised = ReplyPolicy(days).deadline(moment)
        first = offered_by_the_form(moment, harley_street)[0]

        assert first >= promised, moment
        assert first - max(promised, moment + timedelta(hours=24)) < timedelta(hours=1), moment  # and no later


def test_an_absence_puts_the_first_time_off_with_the_answer(open_day_and_night, harley_street):
    away = Absence(date(2026, 11, 28), date(2026, 12, 2))
    change_practice(away_first_day=away.first_day, away_last_day=away.last_day)

    first = offered_by_the_form(FRIDAY_EVENING, harley_street)[0]
    assert first == ReplyPolicy(1, away).deadline(FRIDAY_EVENING) == datetime(2026, 12, 3, 17, tzinfo=UTC)


def shown_to(enquiry, moment, without=None):
    link = PrivateLink(enquiry=Enquiry.objects.get(pk=enquiry.pk))
    page = PrivatePageRequest(RequestFactory().get("/"), link, moment)
    times = page.published_times(enquiry.appointment_type, without=without)
    return [slot.value for day in times.days for slot in day.slots]


def test_the_private_page_keeps_to_the_promise_that_the_request_has(open_day_and_night, make_enquiry):
    enquiry = make_enquiry(now=FRIDAY_EVENING)
    early, late = slot_value(MONDAY_TEN), slot_value(MONDAY_HALF_PAST_FIVE)

    assert early not in shown_to(enquiry, FRIDAY_EVENING)
    assert late in shown_to(enquiry, FRIDAY_EVENING)


def test_after_an_answer_another_request_gets_another_promise(open_day_and_night, make_enquiry, actor, harley_street):
    enquiry = make_enquiry(now=FRIDAY_EVENING - timedelta(days=3))
    enquiries.change_status(
        enquiry, Enquiry.Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=FRIDAY_EVENING - timedelta(days=2)
    )

    assert slot_value(MONDAY_TEN) not in shown_to(enquiry, FRIDAY_EVENING)
    request = {"days": [], "parts": [], "policy": ReplyPolicy(1), "now": FRIDAY_EVENING}
    with pytest.raises(SlotUnavailable):
        private_page_acts.request_other_slots(enquiry, [Slot(MONDAY_TEN, harley_street)], **request)
    assert Enquiry.objects.get().status == Enquiry.Status.ANSWERED

    private_page_acts.request_other_slots(enquiry, [Slot(MONDAY_HALF_PAST_FIVE, harley_street)], **request)
    assert Appointment.objects.get(status="pending").starts_at >= Enquiry.objects.get().reply_due


def test_a_request_that_is_late_is_shown_no_time_before_a_new_answer_could_come(open_day_and_night, make_enquiry):
    enquiry = make_enquiry(now=FRIDAY_EVENING - timedelta(days=7))

    assert enquiry.reply_due < FRIDAY_EVENING
    assert slot_value(MONDAY_TEN) not in shown_to(enquiry, FRIDAY_EVENING)


def test_a_move_needs_no_answer(open_day_and_night, make_enquiry, actor, harley_street):
    soon, later = Slot(MONDAY_TEN, harley_street), Slot(MONDAY_TEN + timedelta(days=7), harley_street)
    booked = appointments.book_agreed(make_enquiry(), later, FRIDAY_EVENING, actor=actor)

    assert soon.value in shown_to(booked.enquiry, FRIDAY_EVENING, without=booked)
    assert appointments.move(booked, soon, FRIDAY_EVENING, actor=Actor.PERSON).starts_at == MONDAY_TEN


def test_the_form_refuses_a_time_that_lies_before_the_promise_by_now(
    open_day_and_night, submit_form, answers, harley_street
):
    """The page was open when the promise moved on, or the time was never on it."""
    chosen = answers | {"timing": Slot(MONDAY_TEN, harley_street).value}
    response = submit_form(chosen | {"days": [], "parts": []}, at=NOW.replace(day=27, hour=12))

    assert response.status_code == 200
    assert not Enquiry.objects.exists()
    assert isinstance(response.context["form"].data, QueryDict)


def test_the_page_of_times_shows_what_it_takes(open_day_and_night, make_enquiry):
    page = private_path(make_enquiry(now=FRIDAY_EVENING)) + "times/"
    assert slot_value(MONDAY_TEN) not in get(page, FRIDAY_EVENING).content.decode()

    answer = post(page, {"first": slot_value(MONDAY_TEN)}, FRIDAY_EVENING)
    assert answer.status_code == 409
