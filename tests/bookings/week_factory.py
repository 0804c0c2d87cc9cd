"""Appointments and busy times for the tests of the week and its grid."""

from datetime import UTC, date, datetime, time, timedelta

from bookings.admin import week
from bookings.models import Appointment, AppointmentType, BusySpan
from practice.clock import LONDON
from practice.models import Location
from tests.bookings.conftest import NOW

MONDAY = date(2026, 11, 23)  # of the week of NOW
TUESDAY = date(2026, 11, 24)
Status = Appointment.Status


def appointment_adder(make_enquiry):
    """Return a function that creates an appointment in London time."""

    def add(status=Status.BOOKED, day=TUESDAY, at=time(10), minutes=50, enquiry=None, fold=0, **details):
        starts_at = datetime.combine(day, at, LONDON).replace(fold=fold).astimezone(UTC)
        place = Location.objects.get(slug="harley-street")
        private = AppointmentType.objects.get(slug="private-session")
        values = {"appointment_type": private, "location": place, "made_at": NOW} | details
        return Appointment.objects.create(
            enquiry=enquiry or make_enquiry(),
            status=status,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            **values,
        )

    return add


def add_busy_span(starts_at, ends_at):
    return BusySpan.objects.create(starts_at=starts_at.astimezone(UTC), ends_at=ends_at.astimezone(UTC))


def week_days(first=TUESDAY, count=1, now=NOW):
    return week.days(first, count, week.gather(first, count, now))
