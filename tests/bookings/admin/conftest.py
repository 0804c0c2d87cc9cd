"""Rooms, hours and somebody who is booked; at noon on a Tuesday for those who ask for it."""

from datetime import time

import pytest
import time_machine

from bookings import appointments
from bookings.models import AppointmentType, WeeklyHours
from bookings.slot import Slot
from practice.models import Location, Practice
from tests.bookings.admin.replies.helpers import TEN
from tests.bookings.conftest import NOW


@pytest.fixture
def at_noon():
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
def book_appointment(make_enquiry, locations, actor):
    def book(starts_at=TEN, place="harley-street", **changes):
        time = Slot(starts_at, locations[place])
        return appointments.book_agreed(make_enquiry(**changes), time, NOW, actor=actor)

    return book
