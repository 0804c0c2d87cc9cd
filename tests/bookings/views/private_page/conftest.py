"""A request in each of its states, and its private link."""

from datetime import time, timedelta

import pytest

from bookings import appointments
from bookings.actor import Actor
from bookings.models import AppointmentType, WeeklyHours
from bookings.slot import Slot
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import TEN, link_of, post


@pytest.fixture
def published(harley_street):
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def at(harley_street):
    return lambda place=None, **later: Slot(TEN + timedelta(**later), place or harley_street)


@pytest.fixture
def booked(receive, actor, at):
    def make(place=None, hours=0, **details):
        return appointments.book_agreed(receive(**details), at(place, hours=hours), NOW, actor=actor)

    return make


@pytest.fixture
def offered(receive, actor, at):
    def make(enquiry=None, *times):
        times = times or (at(), at(hours=2))  # ten and noon
        held = NOW + timedelta(days=3)
        return appointments.offer(enquiry or receive(), times, held, NOW, actor=actor, draft=None)

    return make


@pytest.fixture
def everybody(receive, offered, booked, published, at):
    """(enquiry, number of an appointment of theirs) in each state that a link may find."""
    asking, paused = receive(), receive()
    preference = appointments.request_slots(asking, [at(hours=1)], NOW)[0]
    offer, appointment, cancelled = offered()[0], booked(hours=4), booked(hours=6)
    appointments.cancel(cancelled, NOW, actor=Actor.PERSON)
    post(f"{link_of(paused)}pause/")
    of_appointments = [(one.enquiry, one.pk) for one in (preference, offer, appointment, cancelled)]
    found = [(receive(), 1), (paused, 1), *of_appointments]
    for enquiry, _ in found:
        link_of(enquiry)  # was sent to them
    return found
