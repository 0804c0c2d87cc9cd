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
def locations(db):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    Practice.objects.update(therapist_name="Ada Finch", reply_to="me@example.org")
    return {place.slug: place for place in Location.objects.all()}


@pytest.fixture
def weekly_hours(locations):
    """Harley Street, nine to five on every weekday; visitors see none of it."""
    for weekday in range(5):
        opens = {"opens": time(9), "closes": time(17)}
        WeeklyHours.objects.create(location=locations["harley-street"], weekday=weekday, **opens)


@pytest.fixture
def make_slot_request(make_enquiry, locations):
    """An enquiry that asks for a time."""

    def make(*starts, **changes):
        enquiry = make_enquiry(**changes)
        for rank, starts_at in enumerate(starts or [TEN], 1):
            where = Slot(starts_at, locations["harley-street"])
            booking.create(enquiry, enquiry.appointment_type, where, NOW, rank=rank)
        return enquiry

    return make


@pytest.fixture
def book_appointment(make_enquiry, locations, actor):
    def book(starts_at=TEN, place="harley-street", **changes):
        time = Slot(starts_at, locations[place])
        return appointments.book_agreed(make_enquiry(**changes), time, NOW, actor=actor)

    return book
