"""The steps that the acts on appointments share: how long an appointment is."""

from datetime import timedelta

import pytest

from bookings import appointments
from bookings.exceptions import SlotUnavailable
from bookings.slot import Slot
from tests.bookings.conftest import NOW


def test_one_appointment_may_be_longer_than_its_type_and_stays_so_when_it_moves(make_enquiry, actor, harley_street):
    slot, later = (Slot(NOW + timedelta(days=number), harley_street) for number in (7, 8))
    booked = appointments.book_agreed(make_enquiry(), slot, NOW, actor=actor, minutes=90)
    assert booked.minutes == 90
    after_an_hour = Slot(slot.starts_at + timedelta(minutes=60), harley_street)
    with pytest.raises(SlotUnavailable):
        appointments.book_agreed(make_enquiry(), after_an_hour, NOW, actor=actor)
    assert appointments.move(booked, later, NOW, actor=actor).minutes == 90
    assert appointments.move(booked, later, NOW, actor=actor, minutes=45).minutes == 45
    assert appointments.move(booked, later, NOW, actor=actor, minutes=45).sequence == 2  # a second click
