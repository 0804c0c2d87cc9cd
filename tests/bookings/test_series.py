"""A series: agreed, rolled on, changed, paused and ended."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import appointments, enquiries, people, series, series_days
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.models import (
    Appointment,
    Enquiry,
    Event,
    Message,
    OccupiedCell,
    OpeningException,
    PrivateLink,
    Series,
    SkippedDay,
)
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.clock import LONDON, from_wall_clock
from practice.facts import practice_row
from practice.models import Fee, Practice
from tests.bookings.conftest import NOW

FIRST = date(2026, 12, 1)  # a Tuesday
TEN = time(10)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
Status = Appointment.Status
Reason = SkippedDay.Reason


@pytest.fixture
def new_series(private, harley_street, make_enquiry):
    """Make a series that is not yet agreed: weekly on Tuesdays at ten, unless said otherwise."""

    def make(**changes):
        usual = {"appointment_type": private, "location": harley_street, "first_day": FIRST, "at": TEN, "minutes": 50}
        changes.setdefault("enquiry", make_enquiry() if "enquiry" not in changes else None)
        return Series(**usual | changes)

    return make


@pytest.fixture
def agreed(new_series, actor):
    """Agree on a series, and return it."""

    def agree(now=NOW, **changes):
        books_closed_days = changes.pop("books_closed_days", False)
        made = new_series(**changes)
        series.agree(made, now, actor=actor, draft=None, books_closed_days=books_closed_days)
        return made

    return agree


def draft():
    return ReplyDraft("Your appointments", "Dear Zoë,\n\n{times}", uuid4())


def booked(made):
    return list(made.appointments.booked().order_by("starts_at"))


def days(made):
    return [each.starts_at.astimezone(LONDON).date() for each in booked(made)]


def skipped(made):
    return {each.day: (each.reason, each.is_settled) for each in made.skipped_days.all()}


def test_half_a_year_is_booked_at_the_same_time_by_the_clock(agreed):
    made = agreed()
    times = [each.starts_at.astimezone(LONDON) for each in booked(made)]

    assert times[0].date() == FIRST
    assert {each.time() for each in times} == {TEN}
    assert {each.utcoffset() for each in times} == {timedelta(0), timedelta(hours=1)}  # both sides of the change
    assert {later.date() - earlier.date() for earlier, later in pairwise(times)} == {WEEK}
    assert times[-1].date() + WEEK > series_days.horizon(NOW) >= times[-1].date()
    assert {each.ends_at - each.starts_at for each in booked(made)} == {timedelta(minutes=50)}
    assert made.enquiry.appointments.count() == len(times)
    assert Enquiry.objects.get().status == Enquiry.Status.BOOKED


def test_every_two_weeks_until_a_last_day(agreed):
    made = agreed(every_weeks=2, last_day=date(2027, 1, 12), minutes=90)
    assert days(made) == [FIRST, FIRST + 2 * WEEK, FIRST + 4 * WEEK, FIRST + 6 * WEEK]
    assert {each.ends_at - each.starts_at for each in booked(made)} == {timedelta(minutes=90)}


def test_closed_days_are_left_out_or_booked_all_the_same(agreed, new_series, actor, make_enquiry, harley_street):
    OpeningException.objects.create(first_day=date(2026, 12, 22), last_day=date(2026, 12, 29))
    made = agreed(at=TEN, last_day=date(2027, 1, 5))
    assert days(made) == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK, FIRST + 5 * WEEK]
    assert skipped(made) == {date(2026, 12, day): (Reason.CLOSED, True) for day in (22, 29)}

    other = agreed(at=time(12), last_day=date(2027, 1, 5), books_closed_days=True)
    assert len(days(other)) == 6
    assert not skipped(other)


def test_hours_that_are_closed_matter_only_if_the_appointment_falls_into_them(agreed):
    OpeningException.objects.create(
        first_day=date(2026, 12, 8), last_day=date(2026, 12, 8), opens=time(14), closes=time(17)
    )
    assert date(2026, 12, 8) in days(agreed(last_day=date(2026, 12, 15)))
    afternoon = agreed(at=time(13, 30), last_day=date(2026, 12, 15))
    assert skipped(afternoon) == {date(2026, 12, 8): (Reason.CLOSED, True)}


def test_bank_holidays_and_days_away_are_named_as_such(agreed):
    Practice.objects.update(away_first_day=date(2026, 12, 28), away_last_day=date(2026, 12, 31))
    mondays = agreed(first_day=date(2026, 11, 30), last_day=date(2027, 5, 3))
    assert skipped(mondays)[date(2027, 5, 3)] == (Reason.BANK_HOLIDAY, True)
    tuesdays = agreed(last_day=date(2026, 12, 29))
    assert skipped(tuesdays) == {date(2026, 12, 29): (Reason.AWAY, True)}


def test_a_day_that_is_taken_is_asked_about_unless_it_is_the_first(agreed, private, harley_street, make_enquiry, actor):
    taken = Slot(from_wall_clock(FIRST + WEEK, time(10, 30)), harley_street)
    appointments.book_agreed(make_enquiry(), taken, NOW, actor=actor, appointment_type=private)
    made = agreed(last_day=FIRST + 3 * WEEK)
    assert days(made) == [FIRST, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert skipped(made) == {FIRST + WEEK: (Reason.TAKEN, False)}

    count = Appointment.objects.count()
    with pytest.raises(SlotUnavailable):
        agreed(first_day=FIRST + WEEK)
    assert Series.objects.count() == 1
    assert Appointment.objects.count() == count


def test_a_time_that_the_clock_skips_is_asked_about(agreed):
    made = agreed(first_day=date(2027, 3, 21), at=time(1, 30), last_day=date(2027, 4, 4))  # Sundays
    assert days(made) == [date(2027, 3, 21), date(2027, 4, 4)]
    assert skipped(made) == {date(2027, 3, 28): (Reason.NO_TIME, False)}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_day": FIRST - DAY}, "ends before it begins"),
        ({"first_day": date(2026, 11, 24), "at": time(12)}, "would be over"),
        ({"first_day": date(2027, 6, 1)}, "within the next 26 weeks"),
    ],
)
def test_a_series_that_makes_no_sense_is_refused(agreed, changes, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        agreed(**changes)
    assert not Series.objects.exists()


def test_a_series_on_days_that_are_closed_for_ever_is_refused(agreed):
    OpeningException.objects.create(first_day=FIRST, last_day=date(2036, 1, 1))
    with pytest.raises(NotAllowed, match="No day of this series can be booked"):
        agreed()
    assert not Series.objects.exists()


def test_the_person_is_told_once_and_a_second_click_books_nothing_more(new_series, actor):
    made, words = new_series(last_day=FIRST + 3 * WEEK), draft()
    assert len(series.agree(made, NOW, actor=actor, draft=words)) == 4
    again = Series(**{field.name: getattr(made, field.name) for field in Series._meta.fields if field.name != "id"})
    assert series.agree(again, NOW, actor=actor, draft=words) == []
    assert series.agree(again, NOW, actor=actor, draft=None) == []
    assert Series.objects.count() == 1
    assert Message.objects.filter(kind="reply").count() == 1


def test_it_is_rolled_on_with_no_query_for_what_stands(agreed, django_assert_num_queries):
    made = agreed()
    before = booked(made)
    with django_assert_num_queries(2):  # nothing has come into view
        series.roll_on(NOW + DAY)
    with django_assert_num_queries(1):
        series.roll_on(NOW + DAY)

    later = NOW + timedelta(days=7)
    with CaptureQueriesContext(connection) as queries:
        series.roll_on(later)
    assert booked(made)[: len(before)] == before
    assert len(booked(made)) == len(before) + 1
    with CaptureQueriesContext(connection) as queries_of_two:
        series.roll_on(later + 2 * WEEK)
    assert len(booked(made)) == len(before) + 3
    assert len(queries_of_two) < 2 * len(queries)


def test_closed_days_that_come_into_view_are_asked_about(agreed, actor):
    made = agreed(first_day=date(2026, 12, 7))  # Mondays
    series.roll_on(NOW + 6 * WEEK)
    holiday = date(2027, 5, 31)
    assert skipped(made)[holiday] == (Reason.BANK_HOLIDAY, False)
    asked = made.skipped_days.get(day=holiday)

    assert series.book_all_the_same(asked, NOW, actor=actor).starts_at == from_wall_clock(holiday, TEN)
    assert series.book_all_the_same(asked, NOW, actor=actor) is None
    assert holiday in days(made)
    assert holiday not in skipped(made)


def test_a_day_is_left_out_for_good(agreed):
    made = agreed(first_day=date(2026, 12, 7))
    series.roll_on(NOW + 6 * WEEK)
    assert series.leave_out(list(made.skipped_days.filter(is_settled=False))) == 1
    assert series.leave_out(list(made.skipped_days.all())) == 0
    series.roll_on(NOW + 9 * WEEK)
    assert not made.skipped_days.filter(is_settled=False).exists()


def test_an_appointment_is_moved_or_cancelled_alone_and_does_not_come_back(agreed, actor, harley_street):
    made = agreed()
    first, second, *_ = booked(made)
    elsewhere = Slot(first.starts_at + DAY, harley_street)
    appointments.move(first, elsewhere, NOW, actor=actor)
    appointments.cancel(second, NOW, actor=actor)
    series.roll_on(NOW + WEEK)

    assert made.appointments.get(series_day=FIRST).starts_at == elsewhere.starts_at
    assert made.appointments.filter(series_day=FIRST + WEEK).get().status == Status.CANCELLED
    assert FIRST + WEEK not in days(made)


def test_from_an_appointment_on_the_series_is_another(agreed, new_series, actor, st_pauls):
    made = agreed()
    second, third = booked(made)[1:3]
    other = new_series(
        enquiry=made.enquiry, first_day=FIRST + WEEK + DAY, at=time(11), minutes=60, every_weeks=2, location=st_pauls
    )
    series.change(second, other, NOW, actor=actor, draft=None, version=second.sequence)

    assert days(made) == [FIRST]
    assert days(other)[:3] == [FIRST + WEEK + DAY, FIRST + 3 * WEEK + DAY, FIRST + 5 * WEEK + DAY]
    moved = booked(other)
    assert [each.uid for each in moved[:2]] == [second.uid, third.uid]
    assert {each.location for each in moved} == {st_pauls}
    assert moved[0].sequence == second.sequence + 1
    assert not Appointment.objects.booked().exclude(series__in=[made, other]).exists()
    made.refresh_from_db()
    assert made.last_day == FIRST + 6 * DAY
    series.roll_on(NOW + 4 * WEEK)
    assert days(made) == [FIRST]


def test_each_appointment_costs_what_its_type_costs(agreed, new_series, actor, private, complimentary):
    private.fee = Fee.objects.create(name="Session", pence=9000)
    private.save()
    made = agreed(appointment_type=private)
    assert {each.fee_pence for each in booked(made)} == {9000}
    series.roll_on(NOW + WEEK)
    assert {each.fee_pence for each in booked(made)} == {9000}
    free = new_series(enquiry=made.enquiry, appointment_type=complimentary)
    series.change(booked(made)[0], free, NOW, actor=actor, draft=None)
    assert {each.fee_pence for each in booked(free)} == {None}


def test_a_change_by_a_few_minutes_is_not_in_its_own_way(agreed, new_series, actor):
    made = agreed()
    first = booked(made)[0]
    other = new_series(enquiry=made.enquiry, at=time(10, 30))
    series.change(first, other, NOW, actor=actor, draft=None)
    assert len(booked(other)) == 26
    assert not booked(made)


def test_two_tabs_do_not_change_a_series_twice(agreed, new_series, actor):
    made = agreed()
    first = booked(made)[0]
    seen = first.sequence
    series.change(first, new_series(enquiry=made.enquiry, at=time(11)), NOW, actor=actor, draft=None, version=seen)
    with pytest.raises(NotAllowed, match="changed meanwhile"):
        series.change(first, new_series(enquiry=made.enquiry, at=time(9)), NOW, actor=actor, draft=None, version=seen)
    with pytest.raises(NotAllowed, match="changed meanwhile"):
        series.end(first, NOW, actor=actor, draft=None, version=seen)


def test_it_ends_from_an_appointment_on(agreed, actor):
    made = agreed()
    cells = OccupiedCell.objects.count()
    third = booked(made)[2]
    cancelled = series.end(third, NOW, actor=actor, draft=draft(), version=third.sequence)

    assert len(cancelled) == 24
    assert days(made) == [FIRST, FIRST + WEEK]
    assert OccupiedCell.objects.count() == cells * 2 // 26
    assert Message.objects.filter(kind="reply").count() == 1
    assert Enquiry.objects.get().status == Enquiry.Status.BOOKED
    series.roll_on(NOW + 4 * WEEK)
    assert days(made) == [FIRST, FIRST + WEEK]
    series.end(booked(made)[0], NOW, actor=actor, draft=None)
    assert Enquiry.objects.get().status == Enquiry.Status.ANSWERED


def test_a_pause_leaves_days_out_also_those_that_are_not_booked_yet(agreed, actor):
    made = agreed()
    until = series_days.horizon(NOW) + 2 * WEEK
    late = booked(made)[-2]
    series.pause(late, until, NOW, actor=actor, draft=None)
    series.roll_on(NOW + 8 * WEEK)

    assert not [day for day in days(made) if late.series_day <= day <= until]
    assert max(days(made)) > until
    with pytest.raises(NotAllowed, match="ends before it begins"):
        series.pause(booked(made)[0], FIRST - DAY, NOW, actor=actor, draft=None)


def test_a_pause_until_the_end_is_refused(agreed, actor):
    made = agreed(last_day=FIRST + 4 * WEEK)
    with pytest.raises(NotAllowed, match="End the series instead"):
        series.pause(booked(made)[0], FIRST + 4 * WEEK, NOW, actor=actor, draft=None)


def test_a_closed_enquiry_has_no_series_that_goes_on(agreed, actor):
    made = agreed()
    policy = ReplyPolicy.of(practice_row())
    with pytest.raises(NotAllowed, match=r"and 22 more\. Cancel it first"):
        enquiries.change_status(made.enquiry, Enquiry.Status.CLOSED, actor=actor, policy=policy, now=NOW)
    for appointment in booked(made):
        appointments.cancel(appointment, NOW, actor=actor)
    enquiries.change_status(made.enquiry, Enquiry.Status.CLOSED, actor=actor, policy=policy, now=NOW)
    series.roll_on(NOW + 30 * WEEK)
    assert not booked(made)


def test_a_series_is_erased_with_its_enquiry(agreed, actor):
    made = agreed()
    series.end(booked(made)[0], NOW, actor=actor, draft=None)
    people.erase_enquiries(Enquiry.objects.filter(pk=made.enquiry.pk), NOW)
    assert not Series.objects.exists()
    assert not SkippedDay.objects.exists()


def test_a_series_without_its_enquiry_is_neither_rolled_on_nor_kept(agreed, actor):
    made = agreed()
    Appointment.objects.all().delete()
    for model in (Event, Message, PrivateLink, Enquiry):  # as the release before does, which knows no series
        model.objects.all()._raw_delete("default")
    series.roll_on(NOW + 4 * WEEK)
    assert not Appointment.objects.exists()
    series.forget_orphans(NOW)
    assert not Series.objects.filter(pk=made.pk).exists()
    assert "bookings.series.forget_orphans" in settings.RETENTION_TASKS


def test_accepting_another_time_leaves_the_series_as_it_is(agreed, actor, harley_street, private):
    made = agreed()
    slots = [Slot(datetime(2026, 12, 3, 15, 0, tzinfo=UTC), harley_street)]
    appointments.offer(made.enquiry, slots, NOW + DAY, NOW, actor=actor, draft=None, appointment_type=private)
    appointments.accept_offer(Appointment.objects.get(status=Status.PROPOSED), NOW)
    assert len(booked(made)) == 26
    assert Appointment.objects.booked().filter(series=None).count() == 1
