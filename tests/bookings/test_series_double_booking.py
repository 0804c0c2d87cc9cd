"""Series against visitors who want the same times at once: no time is given twice."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from bookings import appointments, series
from bookings.models import Appointment, AppointmentType, Series
from bookings.slot import Slot
from practice.clock import LONDON
from tests import soak
from tests.bookings import concurrency
from tests.bookings.concurrency import TEN
from tests.bookings.conftest import NOW

THREADS, ROUNDS = 12, soak.times(400)
WEEKS = 4

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def half_an_hour():
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    return AppointmentType.objects.get(slug="complimentary-consultation")


def test_twelve_at_once_of_whom_six_book_a_series(half_an_hour, harley_street, actor):
    """The first times of the series begin five minutes apart, and the others want times in their later weeks."""
    enquiries, steps = iter(concurrency.make_enquiries(THREADS * ROUNDS)), []
    for number in range(ROUNDS):
        day = TEN + timedelta(days=number % 7, hours=number // 7 % 6)
        in_series = [
            Series(
                enquiry=next(enquiries),
                appointment_type=half_an_hour,
                location=harley_street,
                first_day=day.date(),
                at=(day.astimezone(LONDON) + timedelta(minutes=5 * place)).time(),
                minutes=30,
                last_day=day.date() + timedelta(weeks=WEEKS),
            )
            for place in range(THREADS // 2)
        ]
        slots = [
            Slot(day + timedelta(weeks=1 + place % WEEKS, minutes=5 * place), harley_street)
            for place in range(THREADS // 2)
        ]
        steps.append(
            [partial(series.agree, each, NOW, actor=actor, draft=None) for each in in_series]
            + [partial(appointments.book_agreed, next(enquiries), slot, NOW, actor=actor) for slot in slots]
        )

    refused = Counter(concurrency.run_concurrently(steps))
    assert concurrency.overlapping_appointments() == []
    assert refused["SlotUnavailable"]
    assert Series.objects.count() >= min(ROUNDS, 7)
    assert Appointment.objects.booked().filter(series=None).exists()
