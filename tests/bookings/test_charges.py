"""What an appointment costs: copied when it is booked, paid or waived, and what cancelling late means."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings import appointments, charges, fees, outcomes, people
from bookings.actor import Actor
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, AppointmentType, BookingSettings
from bookings.scheduling import cancelling
from bookings.slot import Slot
from practice.models import Fee
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday, a week later
AFTER = TEN + timedelta(hours=2)
Payment = Appointment.Payment
Status = Appointment.Status


@pytest.fixture
def fee(db):
    fee = Fee.objects.create(name="Session", pence=8251)
    AppointmentType.objects.update(fee=fee)
    return fee


@pytest.fixture
def rules(db):
    BookingSettings.load()

    def change(**fields):
        BookingSettings.objects.update(**fields)

    return change


@pytest.fixture
def book(make_enquiry, harley_street, actor):
    def make(starts_at=TEN):
        return appointments.book_agreed(make_enquiry(), Slot(starts_at, harley_street), NOW, actor=actor)

    return make


def stored(appointment):
    return Appointment.objects.get(pk=appointment.pk)


def test_the_fee_is_copied_when_it_is_booked_and_a_later_one_changes_nothing(fee, book):
    booked = book()
    Fee.objects.update(pence=99999)

    assert stored(booked).charge_pence == 8251


@pytest.mark.parametrize("pence", [None, 0])
def test_what_is_free_costs_nothing_whatever_becomes_of_it(fee, book, rules, actor, pence):
    Fee.objects.update(pence=pence)
    rules(late_cancel_fee="whole")
    booked = book()
    outcomes.record_outcome(booked, "noshow", AFTER, actor=actor)

    assert stored(booked).charge_pence == 0
    assert Appointment.objects.due(AFTER).count() == 0


def test_an_offer_costs_what_the_type_costs_when_it_is_accepted(fee, make_enquiry, harley_street, actor):
    held_until = NOW + timedelta(days=2)
    (offer,) = appointments.offer(make_enquiry(), [Slot(TEN, harley_street)], held_until, NOW, actor=actor, draft=None)
    assert stored(offer).charge_pence == 0
    Fee.objects.update(pence=9000)
    appointments.accept_offer(offer, NOW)

    assert stored(offer).charge_pence == 9000


@pytest.mark.parametrize(
    ("hours", "before", "is_late"),
    [(24, timedelta(hours=24), False), (24, timedelta(hours=24, seconds=-1), True), (0, timedelta(), False)],
)
def test_cancelling_is_free_until_the_last_free_moment(hours, before, is_late):
    assert cancelling.is_late(TEN, hours, TEN - before) is is_late


def test_notice_is_real_hours_when_the_clocks_change():
    """On 25 October 2026 the clocks go back: a day before 10:00 is 11:00 by the clock."""
    starts_at = datetime(2026, 10, 25, 10, 0, tzinfo=UTC)
    assert cancelling.last_free_moment(starts_at, 24) == datetime(2026, 10, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("rule", "pence"), [("nothing", 0), ("half", 4125), ("whole", 8251)])
def test_a_late_cancellation_by_the_person_costs_what_the_settings_say(fee, book, rules, rule, pence):
    rules(late_cancel_fee=rule)
    booked, late = book(), TEN - timedelta(hours=3)
    expected = fees.if_cancelled(stored(booked), BookingSettings.load(), late)
    appointments.cancel(booked, late, actor=Actor.PERSON)
    cancelled = stored(booked)

    assert (expected.is_late, expected.pence, expected.free_until) == (True, pence, TEN - timedelta(hours=24))
    assert (cancelled.status, cancelled.cancelled_late, cancelled.charge_pence) == (Status.CANCELLED, True, pence)
    assert Appointment.objects.due(late).count_and_sum() == ((1, pence) if pence else (0, 0))


def test_in_time_and_by_the_therapist_cancelling_costs_nothing(fee, book, rules, actor):
    rules(late_cancel_fee="whole")
    in_time, by_therapist = book(), book(TEN + timedelta(hours=2))
    appointments.cancel(in_time, TEN - timedelta(hours=24), actor=Actor.PERSON)
    appointments.cancel(by_therapist, TEN, actor=actor)

    assert [stored(each).charge_pence for each in (in_time, by_therapist)] == [0, 0]
    assert [stored(each).cancelled_late for each in (in_time, by_therapist)] == [False, False]
    assert Appointment.objects.due(AFTER).count() == 0


def test_who_takes_a_late_cancellation_back_owes_what_was_agreed(fee, book, rules):
    rules(late_cancel_fee="half")
    booked, late = book(), TEN - timedelta(hours=3)
    Fee.objects.update(pence=99999)
    appointments.cancel(booked, late, actor=Actor.PERSON)
    appointments.take_back(booked, late)

    assert (stored(booked).cancelled_late, stored(booked).charge_pence) == (False, 8251)


def test_a_charge_is_paid_waived_and_due_again(fee, book, actor):
    booked = book()
    for payment, paid in (("paid", 8251), ("waived", None), ("due", None)):
        charges.set_payment(booked, payment, AFTER, actor=actor)
        row = stored(booked)
        assert (row.payment, row.paid_pence, bool(row.settled_at)) == (payment, paid, payment != "due")
        assert Appointment.objects.due(AFTER).count() == (payment == "due")
    texts = [event.text for event in booked.enquiry.events.order_by("pk")][-3:]
    assert [text.partition(":")[0] for text in texts] == ["Paid", "Waived", "Due"]


def test_a_second_click_changes_nothing(fee, book, actor):
    booked = book()
    charges.set_payment(booked, "paid", AFTER, actor=actor)
    events = booked.enquiry.events.count()
    charges.set_payment(booked, "paid", AFTER + timedelta(hours=1), actor=actor)

    assert (stored(booked).settled_at, booked.enquiry.events.count()) == (AFTER, events)


def test_what_has_changed_in_another_tab_is_refused(fee, book, actor):
    booked = book()
    seen = stored(booked).state_key
    charges.change_amount(booked, 5000, AFTER, actor=actor, seen=seen)
    for act, value in (
        (charges.set_payment, "paid"),
        (charges.change_amount, 6000),
        (outcomes.record_outcome, "fulfilled"),
    ):
        with pytest.raises(NotAllowed, match="changed meanwhile"):
            act(booked, value, AFTER, actor=actor, seen=seen)
    row = stored(booked)
    assert (row.charge_pence, row.payment, row.status) == (5000, "due", "booked")


def test_only_what_costs_something_can_be_settled_and_only_as_it_should(fee, book, actor):
    booked = book()
    with pytest.raises(NotAllowed, match="Choose"):
        charges.set_payment(booked, "stolen", AFTER, actor=actor)
    charges.change_amount(booked, 0, AFTER, actor=actor)
    with pytest.raises(NotAllowed, match="Nothing is due"):
        charges.set_payment(booked, "paid", AFTER, actor=actor)


def test_the_amount_of_what_is_settled_or_cancelled_is_not_changed(fee, book, actor):
    paid, cancelled = book(), book(TEN + timedelta(hours=2))
    charges.set_payment(paid, "paid", NOW, actor=actor)
    appointments.cancel(cancelled, NOW, actor=actor)
    for booked, reason in ((paid, "“Paid”"), (cancelled, "costs nothing")):
        with pytest.raises(NotAllowed, match=reason):
            charges.change_amount(booked, 100, NOW, actor=actor)


def test_another_amount_of_a_missed_one_leaves_the_fee(fee, book, rules, actor):
    rules(late_cancel_fee="whole")
    booked = book()
    outcomes.record_outcome(booked, "noshow", AFTER, actor=actor)
    charges.change_amount(booked, 2000, AFTER, actor=actor)
    assert (stored(booked).charge_pence, stored(booked).fee_pence) == (2000, 8251)
    outcomes.record_outcome(booked, "fulfilled", AFTER, actor=actor)

    assert stored(booked).charge_pence == 8251


def test_what_was_paid_for_and_costs_less_now_is_found(fee, book, rules, actor):
    rules(late_cancel_fee="half")
    cancelled, late, held = book(), book(TEN + timedelta(hours=2)), book(TEN + timedelta(hours=4))
    for each in (cancelled, late, held):
        charges.set_payment(each, "paid", NOW, actor=actor)
    appointments.cancel(cancelled, NOW, actor=actor)
    appointments.cancel(late, TEN, actor=Actor.PERSON)

    assert set(Appointment.objects.overpaid()) == {cancelled, late}
    charges.set_payment(cancelled, "due", NOW, actor=actor)
    charges.set_payment(late, "due", NOW, actor=actor)
    assert not Appointment.objects.overpaid().exists()
    assert stored(late).charge_pence == 4125


def test_what_is_to_come_is_not_due_yet(fee, book):
    book()
    assert Appointment.objects.due(TEN - timedelta(seconds=1)).count_and_sum() == (0, 0)
    assert Appointment.objects.due(TEN).count_and_sum() == (1, 8251)


def test_an_erased_person_leaves_no_charge(fee, book, actor):
    booked = book()
    outcomes.record_outcome(booked, "fulfilled", AFTER, actor=actor)
    people.erase(booked.person, AFTER)

    assert not Appointment.objects.exists()
