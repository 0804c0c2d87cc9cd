"""What became of an appointment is recorded in one press, and taken back in one."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings import appointments, outcomes
from bookings.actor import ActorRole
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Message, OccupiedCell
from bookings.slot import Slot
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
AFTER = TEN + timedelta(days=1)


@pytest.fixture
def booked(make_enquiry, harley_street, actor):
    return appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), NOW, actor=actor)


@pytest.fixture
def record(actor):
    def act(appointment, outcome, now=AFTER, **more):
        outcomes.record_outcome(appointment, outcome, now, actor=actor, **more)
        return Appointment.objects.get(pk=appointment.pk)

    return act


def test_it_stays_unrecorded_until_somebody_says_what_became_of_it(booked, record):
    assert not Appointment.objects.unrecorded(booked.ends_at - timedelta(seconds=1)).exists()
    for days in (0, 1, 400):
        assert Appointment.objects.unrecorded(booked.ends_at + timedelta(days=days)).get() == booked
    record(booked, "fulfilled")
    assert not Appointment.objects.unrecorded(AFTER).exists()


@pytest.mark.parametrize("outcome", ["fulfilled", "noshow", "late"])
def test_each_outcome_is_taken_back(booked, record, outcome):
    row = record(booked, outcome)
    assert outcomes.may_be_taken_back(row)
    row = record(booked, "undo")

    assert (row.status, row.cancelled_late, row.missed_pence, row.cancelled_by) == ("booked", False, None, "")
    assert set(row.cells.values_list("number", flat=True)) == set(row.covers)
    assert row.enquiry.events.last().text.startswith("No longer “")


def test_a_late_cancellation_is_the_persons_whoever_records_it(booked, record):
    row = record(booked, "late")

    assert (row.status, row.cancelled_by, row.cancelled_at) == ("cancelled", ActorRole.PERSON, AFTER)
    assert outcomes.label(row) == "Cancelled late"
    assert not OccupiedCell.objects.exists()
    assert row.enquiry.status == Enquiry.Status.BOOKED  # as after the other outcomes


def test_who_rings_within_the_notice_has_cancelled_late(booked, record):
    late = TEN - timedelta(hours=2)
    row = record(booked, "late", late)
    assert (row.cancelled_late, row.enquiry.status) == (True, Enquiry.Status.ANSWERED)

    row = record(booked, "undo", late)
    assert (row.status, row.enquiry.status) == ("booked", Enquiry.Status.BOOKED)


def test_while_it_is_free_of_charge_nobody_cancels_late(booked, record):
    with pytest.raises(NotAllowed, match="free of charge"):
        record(booked, "late", TEN - timedelta(hours=24))


def test_a_time_that_was_given_away_is_not_taken_back(booked, record, make_enquiry, harley_street, actor):
    late = TEN - timedelta(hours=2)
    record(booked, "late", late)
    appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), late, actor=actor)

    with pytest.raises(NotAllowed, match="somebody else"):
        record(booked, "undo", late)
    assert Appointment.objects.get(pk=booked.pk).status == "cancelled"


def test_what_was_cancelled_in_time_has_no_outcome(booked, record, actor):
    appointments.cancel(booked, NOW, actor=actor)
    for outcome in ("fulfilled", "noshow", "late", "undo"):
        with pytest.raises(NotAllowed):
            record(booked, outcome)


def test_another_tab_is_told_that_it_changed(booked, record):
    seen = booked.state_key
    record(booked, "noshow", seen=seen)
    record(booked, "noshow", seen=seen)  # a second click
    with pytest.raises(NotAllowed, match="changed meanwhile"):
        record(booked, "fulfilled", seen=seen)


def test_nobody_is_reminded_of_what_was_cancelled_late(booked, record):
    late = TEN - timedelta(hours=2)
    before = set(Message.objects.values_list("pk", flat=True))
    record(booked, "late", late)
    assert set(Message.objects.values_list("pk", flat=True)) == before
