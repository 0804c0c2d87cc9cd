"""What an appointment goes through, and what it refuses."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db.models import ProtectedError

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
def published_slots(harley_street, st_pauls):
    """Both rooms, nine to five on every weekday; first conversations of half an hour."""
    for place in (harley_street, st_pauls):
        for weekday in range(5):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def make_slot(harley_street):
    def make(starts_at=TEN, location=None, **later):
        return Slot(starts_at + timedelta(**later), location or harley_street)

    return make


def new_draft():
    return ReplyDraft("Your message", "Dear Zoë", uuid.uuid4())


def stored_status(appointment):
    return Appointment.objects.get(pk=appointment.pk).status


def occupied_cells():
    return set(OccupiedCell.objects.values_list("number", flat=True))


def message_kinds(enquiry):
    return [message.kind for message in enquiry.messages.order_by("pk")]


def test_what_is_booked_takes_its_time_and_what_is_kept_free_around_it(make_enquiry, actor, make_slot):
    AppointmentType.objects.update(minutes=30, minutes_before=5, minutes_after=10)

    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    first_cell = cells.cell(TEN)
    assert occupied_cells() == set(range(first_cell - 1, first_cell + 8))


@pytest.mark.parametrize("minutes", [-35, -5, 0, 5, 35])
def test_no_time_is_given_twice(make_enquiry, actor, make_slot, minutes):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    first, second = make_enquiry(), make_enquiry()
    appointments.book_agreed(first, make_slot(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(second, make_slot(minutes=minutes), NOW, actor=actor)

    assert not second.appointments.exists()
    assert Enquiry.objects.get(pk=second.pk).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("minutes", [-40, 40])
def test_the_next_time_is_free(make_enquiry, actor, make_slot, minutes):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    assert appointments.book_agreed(make_enquiry(), make_slot(minutes=minutes), NOW, actor=actor)


def test_the_database_refuses_what_forgot_the_lock(make_enquiry, actor, make_slot):
    """Saving an appointment is enough; nobody has to remember its cells."""
    first = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)
    second = Appointment(
        enquiry=make_enquiry(),
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
    assert occupied_cells() == set(first.covers)


def test_there_is_time_to_go_from_one_room_to_the_other(make_enquiry, actor, make_slot, st_pauls):
    BookingSettings.objects.update(travel_minutes=40)
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    online = Location.objects.get(slug="online")
    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    for minutes in (-65, 65):  # half an hour, then 35 minutes on the way
        with pytest.raises(SlotUnavailable):
            appointments.book_agreed(make_enquiry(), make_slot(location=st_pauls, minutes=minutes), NOW, actor=actor)
    assert appointments.book_agreed(make_enquiry(), make_slot(location=st_pauls, minutes=70), NOW, actor=actor)
    assert appointments.book_agreed(make_enquiry(), make_slot(location=online, minutes=-40), NOW, actor=actor)


def test_preferences_hold_nothing_and_the_accepted_one_ends_the_others(make_enquiry, published_slots, actor, make_slot):
    enquiry = make_enquiry()
    first, second = appointments.request_slots(enquiry, [make_slot(), make_slot(hours=1)], NOW)
    assert not occupied_cells()
    assert (first.rank, second.rank) == (1, 2)

    appointments.accept_request(second, NOW, actor=actor, draft=new_draft())

    assert (stored_status(first), stored_status(second)) == (Status.CANCELLED, Status.BOOKED)
    assert Enquiry.objects.get(pk=enquiry.pk).status == Enquiry.Status.BOOKED
    assert occupied_cells() == set(second.covers)


def test_the_second_of_two_rivals_is_told_that_the_time_is_gone(make_enquiry, published_slots, actor, make_slot):
    [first] = appointments.request_slots(make_enquiry(), [make_slot()], NOW)
    [second] = appointments.request_slots(make_enquiry(), [make_slot()], NOW)
    appointments.accept_request(first, NOW, actor=actor, draft=None)

    with pytest.raises(SlotUnavailable, match="Tuesday 1 December, 10:00, Harley Street, is taken"):
        appointments.accept_request(second, NOW, actor=actor, draft=new_draft())

    assert stored_status(second) == Status.PENDING
    assert not second.enquiry.replies.exists()


def test_a_second_click_on_an_answer_changes_and_sends_nothing(make_enquiry, published_slots, actor, make_slot):
    enquiry = make_enquiry()
    [requested] = appointments.request_slots(enquiry, [make_slot()], NOW)
    idempotency_key = new_draft()

    for _ in range(2):
        appointments.accept_request(requested, NOW, actor=actor, draft=idempotency_key)

    assert message_kinds(enquiry).count("reply") == 1


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
def test_a_person_can_only_choose_what_is_published(make_enquiry, published_slots, make_slot, starts_at):
    AppointmentType.objects.update(horizon_days=56)
    enquiry = make_enquiry()

    with pytest.raises(SlotUnavailable):
        appointments.request_slots(enquiry, [make_slot(), make_slot(starts_at)], NOW)

    assert not enquiry.appointments.exists()


def test_nothing_can_be_chosen_where_no_times_are_published(make_enquiry, published_slots, make_slot):
    AppointmentType.objects.update(publishes_times=False)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [make_slot()], NOW)


def test_nothing_can_be_chosen_where_that_kind_is_not_offered(make_enquiry, published_slots, make_slot, st_pauls):
    AppointmentType.objects.get(slug="complimentary-consultation").locations.remove(st_pauls)
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [make_slot(location=st_pauls)], NOW)


def test_a_full_day_offers_no_more(make_enquiry, published_slots, actor, make_slot):
    AppointmentType.objects.update(daily_cap=1)
    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [make_slot(hours=3)], NOW)
    assert appointments.request_slots(make_enquiry(), [make_slot(days=1)], NOW)


def test_busy_time_is_not_offered(make_enquiry, published_slots, make_slot):
    BusySpan.objects.create(starts_at=TEN, ends_at=TEN + timedelta(minutes=5))
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [make_slot()], NOW)


def test_an_offer_is_held_until_its_day_and_then_free_again(make_enquiry, published_slots, actor, make_slot):
    enquiry, other = make_enquiry(), make_enquiry()
    until = NOW + timedelta(days=3)
    [held] = appointments.offer(enquiry, [make_slot()], until, NOW, actor=actor, draft=new_draft())

    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(other, make_slot(), until - timedelta(seconds=1), actor=actor)
    assert appointments.book_agreed(other, make_slot(), until, actor=actor)

    held.refresh_from_db()
    assert (held.status, held.cancelled_by) == (Status.CANCELLED, ActorRole.SYSTEM)
    with pytest.raises(SlotUnavailable, match="ended"):
        appointments.accept_offer(held, until)


def test_an_offer_is_held_no_longer_than_until_it_would_begin(make_enquiry, actor, make_slot):
    [held] = appointments.offer(
        make_enquiry(), [make_slot()], TEN + timedelta(days=2), NOW, actor=actor, draft=new_draft()
    )

    assert held.held_until == TEN
    with pytest.raises(SlotUnavailable, match="ended"):
        appointments.accept_offer(held, TEN)


def test_who_asks_again_no_longer_asks_for_what_they_asked_for(make_enquiry, published_slots, make_slot):
    enquiry = make_enquiry()
    [former] = appointments.request_slots(enquiry, [make_slot()], NOW)
    [new] = appointments.request_slots(enquiry, [make_slot(hours=1)], NOW)

    assert (stored_status(former), stored_status(new)) == (Status.CANCELLED, Status.PENDING)


def test_an_accepted_offer_frees_the_other_times(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    first, second = appointments.offer(
        enquiry, [make_slot(), make_slot(days=1)], NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft()
    )
    assert occupied_cells() == {*first.covers, *second.covers}

    for _ in range(2):
        appointments.accept_offer(first, NOW)

    assert occupied_cells() == set(first.covers)
    assert message_kinds(enquiry).count("confirm") == 1
    assert message_kinds(enquiry).count("tell_change") == 1


def test_a_new_offer_replaces_the_former(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    until = NOW + timedelta(days=3)
    [former] = appointments.offer(enquiry, [make_slot()], until, NOW, actor=actor, draft=new_draft())
    [new] = appointments.offer(enquiry, [make_slot(minutes=5)], until, NOW, actor=actor, draft=new_draft())

    assert occupied_cells() == set(new.covers)
    assert stored_status(former) == Status.CANCELLED


def test_one_to_three_times_are_offered(make_enquiry, actor, make_slot):
    for times in ([], [make_slot(hours=hour) for hour in range(4)]):
        with pytest.raises(NotAllowed, match="one to 3"):
            appointments.offer(make_enquiry(), times, NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft())
    assert not occupied_cells()


def test_a_moved_appointment_stays_the_same_in_a_calendar(make_enquiry, published_slots, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    moved = appointments.move(booked, make_slot(minutes=30), NOW, actor=Actor.PERSON)  # over its own end

    assert (moved.pk, moved.uid, moved.sequence) == (booked.pk, booked.uid, booked.sequence + 1)
    assert occupied_cells() == set(moved.covers)


def test_a_person_moves_only_within_published_times(make_enquiry, published_slots, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.move(booked, make_slot(minutes=5), NOW, actor=Actor.PERSON)
    assert appointments.move(booked, make_slot(minutes=5), NOW, actor=actor, draft=new_draft()).sequence == 1


def test_a_cancelled_appointment_is_theirs_again_within_an_hour(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    booked = appointments.book_agreed(enquiry, make_slot(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    assert not occupied_cells()
    assert Enquiry.objects.get(pk=enquiry.pk).status == Enquiry.Status.ANSWERED

    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW + timedelta(hours=1, seconds=1))
    back = appointments.take_back(booked, NOW + timedelta(hours=1))

    assert (back.status, back.uid, back.sequence) == (Status.BOOKED, booked.uid, 2)
    assert occupied_cells() == set(booked.covers)


def test_what_would_have_begun_is_not_asked_back(make_enquiry, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)
    appointments.cancel(booked, TEN - timedelta(minutes=30), actor=Actor.PERSON)

    with pytest.raises(SlotUnavailable, match="before it begins"):
        appointments.take_back(booked, TEN)


def test_who_cancels_one_of_two_appointments_is_still_booked(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    first, second = (appointments.book_agreed(enquiry, make_slot(days=day), NOW, actor=actor) for day in (0, 1))
    appointments.cancel(first, NOW, actor=Actor.PERSON)
    assert Enquiry.objects.get(pk=enquiry.pk).status == Enquiry.Status.BOOKED

    appointments.cancel(second, NOW, actor=Actor.PERSON)
    assert Enquiry.objects.get(pk=enquiry.pk).status == Enquiry.Status.ANSWERED


def test_a_cancelled_appointment_is_gone_once_somebody_else_has_its_time(make_enquiry, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)

    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW)


def test_what_the_therapist_cancelled_cannot_be_asked_back(make_enquiry, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=actor, draft=new_draft())
    with pytest.raises(SlotUnavailable):
        appointments.take_back(booked, NOW)


def test_whether_it_took_place_is_said_once_it_has_begun_and_can_be_corrected(make_enquiry, actor, make_slot):
    booked = appointments.book_agreed(make_enquiry(), make_slot(), NOW, actor=actor)
    with pytest.raises(NotAllowed, match="still to come"):
        appointments.record_outcome(booked, Status.NOSHOW, TEN - timedelta(seconds=1), actor=actor)

    appointments.record_outcome(booked, Status.NOSHOW, TEN, actor=actor)
    assert stored_status(booked) == Status.NOSHOW
    appointments.record_outcome(booked, Status.FULFILLED, TEN, actor=actor)
    assert stored_status(booked) == Status.FULFILLED
    for wrong in (Status.BOOKED, Status.CANCELLED, "nonsense"):
        with pytest.raises(NotAllowed):
            appointments.record_outcome(booked, wrong, TEN, actor=actor)


def test_an_enquiry_with_an_appointment_to_come_is_not_closed_silently(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    appointments.book_agreed(enquiry, make_slot(), NOW, actor=actor)
    with pytest.raises(NotAllowed, match="Cancel it first"):
        enquiries.change_status(enquiry, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)


def test_an_enquiry_with_an_offer_is_not_closed_before_it_is_withdrawn(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    appointments.offer(enquiry, [make_slot()], NOW + timedelta(days=3), NOW, actor=actor, draft=new_draft())
    with pytest.raises(NotAllowed, match="Withdraw it first"):
        enquiries.change_status(enquiry, Enquiry.Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    assert occupied_cells()


def test_the_database_keeps_an_enquiry_that_has_an_appointment(make_enquiry, actor, make_slot):
    enquiry = make_enquiry()
    appointments.book_agreed(enquiry, make_slot(), NOW, actor=actor)
    with pytest.raises(ProtectedError):
        enquiry.delete()
    assert occupied_cells()


def test_an_appointment_cannot_begin_in_the_past_or_off_the_grid(make_enquiry, actor, make_slot):
    for wrong in (make_slot(NOW), make_slot(minutes=3), make_slot(seconds=1)):
        with pytest.raises(SlotUnavailable):
            appointments.book_agreed(make_enquiry(), wrong, NOW, actor=actor)


def test_nobody_is_written_to_who_did_not_allow_it(make_enquiry, actor, make_slot):
    enquiry = make_enquiry(channel=Person.Channel.PHONE, phone="020 7946 0018", email="")
    booked = appointments.book_agreed(enquiry, make_slot(), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)

    assert set(message_kinds(enquiry)) == {"tell_therapist", "tell_change"}
