"""A request in each of its states, and its private link."""

from datetime import time, timedelta

import pytest
from django.test import Client

from bookings import appointments
from bookings.actor import Actor
from bookings.models import AppointmentType, WeeklyHours
from bookings.slot import Slot
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page import helpers
from tests.bookings.views.private_page.helpers import TEN, post, private_path


@pytest.fixture
def published_slots(harley_street):
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def make_slot(harley_street):
    return lambda place=None, **later: Slot(TEN + timedelta(**later), place or harley_street)


@pytest.fixture
def book_appointment(make_enquiry, actor, make_slot):
    def make(place=None, hours=0, **details):
        return appointments.book_agreed(make_enquiry(**details), make_slot(place, hours=hours), NOW, actor=actor)

    return make


@pytest.fixture
def offer_slots(make_enquiry, actor, make_slot):
    def make(enquiry=None, *times):
        times = times or (make_slot(), make_slot(hours=2))  # ten and noon
        held = NOW + timedelta(days=3)
        return appointments.offer(enquiry or make_enquiry(), times, held, NOW, actor=actor, draft=None)

    return make


@pytest.fixture
def enquiries_in_each_state(make_enquiry, offer_slots, book_appointment, published_slots, make_slot):
    """(enquiry, number of an appointment of theirs) in each state that a link may find."""
    asking, paused = make_enquiry(), make_enquiry()
    preference = appointments.request_slots(asking, [make_slot(hours=1)], NOW)[0]
    offer, booked, cancelled = offer_slots()[0], book_appointment(hours=4), book_appointment(hours=6)
    appointments.cancel(cancelled, NOW, actor=Actor.PERSON)
    post(f"{private_path(paused)}pause/")
    of_appointments = [(appointment.enquiry, appointment.pk) for appointment in (preference, offer, booked, cancelled)]
    states = [(make_enquiry(), 1), (paused, 1), *of_appointments]
    for enquiry, _ in states:
        private_path(enquiry)  # was sent to them
    return states


@pytest.fixture(autouse=True)
def browser(monkeypatch):
    """The browser of the person, which keeps its cookies during a test."""
    monkeypatch.setattr(helpers, "browser", Client())
