"""What an appointment goes through, and what it refuses."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest

from bookings import appointments, enquiries
from bookings.actor import Actor, ActorRole
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.models import (
    Appointment,
    AppointmentType,
    BookingSettings,
    BusySpan,
    Enquiry,
    OccupiedCell,
    Person,
    SlotConflict,
    WeeklyHours,
)
from bookings.reply_deadline import ReplyPolicy
from bookings.scheduling import cells
from bookings.slot import Slot
from practice.models import Location
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
Status = Appointment.Status


@pytest.fixture
def published(harley_street, st_pauls):
    """Both rooms, nine to five on every weekday; first conversations of half an hour."""
    for place in (harley_street, st_pauls):
        for weekday in range(5):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def at(harley_street):
    def moment(starts_at=TEN, location=None, **later):
        return Slot(starts_at + timedelta(**later), location or harley_street)

    return moment


def new_draft():
    return ReplyDraft("Your message", "Dear Zoë", uuid.uuid4())


def status(appointment):
    return Appointment.objects.get(pk=appointment.pk).status


def taken():
    return set(OccupiedCell.objects.values_list("number", flat=True))


def kinds(enquiry):
    return [message.kind for message in enquiry.messages.order_by("pk")]


def test_what_is_booked_takes_its_time_and_what_is_kept_free_around_it(receive, actor, at):
    AppointmentType.objects.update(minutes=30, minutes_before=5, minutes_after=10)

    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    begins = cells.cell(TEN)
    assert taken() == set(range(begins - 1, begins + 8))


@pytest.mark.parametrize("minutes", [-35, -5, 0, 5, 35])
def test_no_time_is_given_twice(receive, actor, at, minutes):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    first, second = receive(), receive()
    appointments.book_agreed(first, at(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(second, at(minutes=minutes), NOW, actor=actor)

    assert not second.appointments.exists()
    assert Enquiry.objects.get(pk=second.pk).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("minutes", [-40, 40])
def test_the_next_time_is_free(receive, actor, at, minutes):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    assert appointments.book_agreed(receive(), at(minutes=minutes), NOW, actor=actor)


def test_the_database_refuses_what_forgot_the_lock(receive, actor, at):
    """Saving an appointment is enough; nobody has to remember its cells."""
    first = appointments.book_agreed(receive(), at(), NOW, actor=actor)
    second = Appointment(
        enquiry=receive(),
        appointment_type=first.appointment_type,
        location=first.location,
        starts_at=TEN + timedelta(minutes=5),
        ends_at=TEN + timedelta(minutes=10),
        status=Status.BOOKED,
        made_at=NOW,
    )

    with pytest.raises(SlotConflict):
        second.save()

    assert Appointment.objects.count() == 1
    assert taken() == set(first.covers)


def test_there_is_time_to_go_from_one_room_to_the_other(receive, actor, at, st_pauls):
    BookingSettings.objects.update(travel_minutes=40)
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    online = Location.objects.get(slug="online")
    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    for minutes in (-65, 65):  # half an hour, then 35 minutes on the way
        with pytest.raises(SlotUnavailable):
            appointments.book_agreed(receive(), at(location=st_pauls, minutes=minutes), NOW, actor=actor)
    assert appointments.book_agreed(receive(), at(location=st_pauls, minutes=70), NOW, actor=actor)
    assert appointments.book_agreed(receive(), at(location=online, minutes=-40), NOW, actor=actor)


def test_preferences_hold_nothing_and_the_accepted_one_ends_the_others(receive, published, actor, at):
    asking = receive()
    first, second = appointments.request_slots(asking, [at(), at(hours=1)], NOW)
    assert not taken()
    assert (first.rank, second.rank) == (1, 2)

    appointments.accept_request(second, NOW, actor=actor, draft=new_draft())

    assert (status(first), status(second)) == (Status.CANCELLED, Status.BOOKED)
    assert Enquiry.objects.get(pk=asking.pk).status == Enquiry.Status.BOOKED
    assert taken() == set(second.covers)


def test_the_second_of_two_rivals_is_told_that_the_time_is_gone(receive, published, actor, at):
    [one] = appointments.request_slots(receive(), [at()], NOW)
    [other] = appointments.request_slots(receive(), [at()], NOW)
    appointments.accept_request(one, NOW, actor=actor, draft=None)

    with pytest.raises(SlotUnavailable, match="Tuesday 1 December, 10:00, Harley Street, is taken"):
        appointments.accept_request(other, NOW, actor=actor, draft=new_draft())

    assert status(other) == Status.PENDING
    assert not other.enquiry.replies.exists()


def test_a_second_click_on_an_answer_changes_and_sends_nothing(receive, published, actor, at):
    asking = receive()
    [wanted] = appointments.request_slots(asking, [at()], NOW)
    idempotency_key = new_draft()

    for _ in range(2):
        appointments.accept_request(wanted, NOW, actor=actor, draft=idempotency_key)

    assert kinds(asking).count("reply") == 1


@pytest.mark.parametrize(
    "starts_at",
    [
        TEN + timedelta(minutes=10),  # off the times that are published
        TEN - timedelta(days=2),  # a Sunday
        TEN - timedelta(days=7, hours=1),  # over
        NOW + timedelta(hours=3),  # too soon
        TEN + timedelta(days=60),  # too far
        datetime(2026, 12, 25, 10, tzinfo=UTC),
        TEN + timedelta(seconds=1),
    ],
)
def test_a_person_can_only_choose_what_is_published(receive, published, at, starts_at):
    AppointmentType.objects.update(horizon_days=56)
    asking = receive()

    with pytest.raises(SlotUnavailable):
        appointments.request_slots(asking, [at(), at(starts_at)], NOW)

    assert not asking.appointments.exists()


def test_nothing_can_be_chosen_where_no_times_are_published(receive, published, at):
    AppointmentType.objects.update(publishes_times=False)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(receive(), [at()], NOW)


def test_nothing_can_be_chosen_where_that_kind_is_not_offered(receive, published, at, st_pauls):
    AppointmentType.objects.get(slug="complimentary-consultation").locations.remove(st_pauls)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(receive(), [at(location=st_pauls)], NOW)


def test_a_full_day_offers_no_more(receive, published, actor, at):
    AppointmentType.objects.update(daily_cap=1)
    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.request_slots(receive(), [at(hours=3)], NOW)
    assert appointments.request_slots(receive(), [at(days=1)], NOW)


def test_busy_time_is_not_offered(receive, published, at):
    BusySpan.objects.create(starts_at=TEN, ends_at=TEN + timedelta(minutes=5))
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(receive(), [at()], NOW)


def test_an_offer_is_held_until_its_day_and_then_free_again(receive, published, actor, at):
    asked, other = receive(), receive()
    until = NOW + timedelta(days=3)
    [held] = appointments.offer(asked, [at()], until, NOW, actor=actor, draft=new_draft())

    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(other, at(), until - timedelta(seconds=1), actor=actor)
    assert appointments.book_agreed(other, at(), until, actor=actor)

    held.refresh_from_db()
    assert (held.status, held.cancelled_by) == (Status.CANCELLED, ActorRole.SYSTEM)
    with pytest.raises(SlotUnavailable, match="ended"):
        appointments.accept_offer(held, until)


def test_an_offer_is_held_no_longer_than_until_it_would_begin(receive, actor, at):
    [held] = appointments.offer(receive(), [at()], TEN + timedelta(days=2), NOW, actor=actor, draft=new_draft())

    assert held.held_until == TEN
    with pytest.raises(SlotUnavailable, match="ended"):
        appointments.accept_offer(held, TEN)


def test_who_asks_again_no_longer_asks_for_what_they_asked_for(receive, published, at):
    asking = receive()
    [former] = appointments.request_slots(asking, [at()], NOW)
    [new] = appointments.request_slots(asking, [at(hours=1)], NOW)

    assert (status(former), status(new)) == (Status.CANCELLED, Status.PENDING)


def test_an_accepted_offer_frees_the_other_times(receive, actor, at):
    asked = receive()
    one, two = appointments.offer(
        asked, [at(), at(days=1)], NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft()
    )
    assert taken() == {*one.covers, *two.covers}

    for _ in range(2):
        appointments.accept_offer(one, NOW)

    assert taken() == set(one.covers)
    assert kinds(asked).count("confirm") == 1
    assert kinds(asked).count("tell_change") == 1


def test_a_new_offer_replaces_the_former(receive, actor, at):
    asked = receive()
    until = NOW + timedelta(days=3)
    [former] = appointments.offer(asked, [at()], until, NOW, actor=actor, draft=new_draft())
    [new] = appointments.offer(asked, [at(minutes=5)], until, NOW, actor=actor, draft=new_draft())

    assert taken() == set(new.covers)
    assert status(former) == Status.CANCELLED


def test_one_to_three_times_are_offered(receive, actor, at):
    for times in ([], [at(hours=hour) for hour in range(4)]):
        with pytest.raises(NotAllowed, match="one to 3"):
            appointments.offer(receive(), times, NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft())
    assert not taken()


def test_a_moved_appointment_stays_the_same_in_a_calendar(receive, published, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)

    moved = appointments.move(booked, at(minutes=30), NOW, actor=Actor.PERSON)  # over its own end

    assert (moved.pk, moved.uid, moved.sequence) == (booked.pk, booked.uid, booked.sequence + 1)
    assert taken() == set(moved.covers)


def test_a_person_moves_only_within_published_times(receive, published, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.move(booked, at(minutes=5), NOW, actor=Actor.PERSON)
    assert appointments.move(booked, at(minutes=5), NOW, actor=actor, draft=new_draft()).sequence == 1


def test_a_cancelled_appointment_is_theirs_again_within_an_hour(receive, actor, at):
    asking = receive()
    booked = appointments.book_agreed(asking, at(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    assert not taken()
    assert Enquiry.objects.get(pk=asking.pk).status == Enquiry.Status.ANSWERED

    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW + timedelta(hours=1, seconds=1))
    back = appointments.take_back(booked, NOW + timedelta(hours=1))

    assert (back.status, back.uid, back.sequence) == (Status.BOOKED, booked.uid, 2)
    assert taken() == set(booked.covers)


def test_what_would_have_begun_is_not_asked_back(receive, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)
    appointments.cancel(booked, TEN - timedelta(minutes=30), actor=Actor.PERSON)

    with pytest.raises(SlotUnavailable, match="before it begins"):
        appointments.take_back(booked, TEN)


def test_who_cancels_one_of_two_appointments_is_still_booked(receive, actor, at):
    asking = receive()
    first, second = (appointments.book_agreed(asking, at(days=day), NOW, actor=actor) for day in (0, 1))
    appointments.cancel(first, NOW, actor=Actor.PERSON)
    assert Enquiry.objects.get(pk=asking.pk).status == Enquiry.Status.BOOKED

    appointments.cancel(second, NOW, actor=Actor.PERSON)
    assert Enquiry.objects.get(pk=asking.pk).status == Enquiry.Status.ANSWERED


def test_a_cancelled_appointment_is_gone_once_somebody_else_has_its_time(receive, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    appointments.book_agreed(receive(), at(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW)


def test_what_the_therapist_cancelled_cannot_be_asked_back(receive, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=actor, draft=new_draft())
    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW)


def test_whether_it_took_place_is_said_once_it_has_begun_and_can_be_corrected(receive, actor, at):
    booked = appointments.book_agreed(receive(), at(), NOW, actor=actor)
    with pytest.raises(NotAllowed, match="still to come"):
        appointments.record_outcome(booked, Status.NOSHOW, TEN - timedelta(seconds=1), actor=actor)

    appointments.record_outcome(booked, Status.NOSHOW, TEN, actor=actor)
    assert status(booked) == Status.NOSHOW
    appointments.record_outcome(booked, Status.FULFILLED, TEN, actor=actor)
    assert status(booked) == Status.FULFILLED
    for wrong in (Status.BOOKED, Status.CANCELLED, "nonsense"):
        with pytest.raises(NotAllowed):
            appointments.record_outcome(booked, wrong, TEN, actor=actor)


def test_an_enquiry_with_an_appointment_to_come_is_not_closed_silently(receive, actor, at):
    asking = receive()
    appointments.book_agreed(asking, at(), NOW, actor=actor)
    with pytest.raises(NotAllowed, match="cancel it first"):
        enquiries.change_status(asking, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)


def test_closing_an_enquiry_frees_what_was_offered(receive, actor, at):
    asking = receive()
    appointments.offer(asking, [at()], NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft())
    enquiries.change_status(asking, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    assert not taken()


def test_erasing_an_enquiry_frees_its_time(receive, actor, at):
    asking = receive()
    appointments.book_agreed(asking, at(), NOW, actor=actor)
    asking.delete()
    assert not taken()


def test_an_appointment_cannot_begin_in_the_past_or_off_the_grid(receive, actor, at):
    for wrong in (at(NOW), at(minutes=3), at(seconds=1)):
        with pytest.raises(SlotUnavailable):
            appointments.book_agreed(receive(), wrong, NOW, actor=actor)


def test_nobody_is_written_to_who_did_not_allow_it(receive, actor, at):
    asking = receive(channel=Person.Channel.PHONE, phone="020 7946 0018", email="")
    booked = appointments.book_agreed(asking, at(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)

    assert set(kinds(asking)) == {"tell_therapist", "tell_change"}
