"""Rooms, hours, somebody who asks and somebody who is booked; at noon on a Tuesday."""

from datetime import time

import pytest
import time_machine

from bookings import appointments, booking
from bookings.models import AppointmentType, WeeklyHours
from bookings.slot import Slot
from practice.models import Location, Practice
from tests.bookings.admin.replies.helpers import TEN
from tests.bookings.conftest import NOW


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rooms(db):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    Practice.objects.update(therapist_name="Ada Finch", reply_to="me@example.org")
    return {place.slug: place for place in Location.objects.all()}


@pytest.fixture
def hours(rooms):
    """Harley Street, nine to five on every weekday; visitors see none of it."""
    for weekday in range(5):
        opens = {"opens": time(9), "closes": time(17)}
        WeeklyHours.objects.create(location=rooms["harley-street"], weekday=weekday, **opens)


@pytest.fixture
def ask(receive, rooms):
    """An enquiry that asks for a time."""

    def asked(*starts, **changes):
        enquiry = receive(**changes)
        for rank, starts_at in enumerate(starts or [TEN], 1):
            where = Slot(starts_at, rooms["harley-street"])
            booking.create(enquiry, enquiry.appointment_type, where, NOW, rank=rank)
        return enquiry

    return asked


@pytest.fixture
def book(receive, rooms, actor):
    def booked(starts_at=TEN, place="harley-street", **changes):
        time = Slot(starts_at, rooms[place])
        return appointments.book_agreed(receive(**changes), time, NOW, actor=actor)

    return booked
