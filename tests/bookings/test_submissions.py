"""A form that is sent several times at once is stored once, with its slots."""

from datetime import time
from functools import partial

import pytest

from bookings import submissions
from bookings.models import Appointment, AppointmentType, Enquiry, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.spam import FormAge, FormToken
from practice.rate_limits import Origin
from tests.bookings import concurrency
from tests.bookings.concurrency import TEN
from tests.bookings.conftest import NOW

COPIES = 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slot_count", [0, 1])
def test_copies_that_arrive_at_once_make_one_enquiry(details, harley_street, slot_count):
    AppointmentType.objects.update(publishes_times=True)
    WeeklyHours.objects.create(location=harley_street, weekday=TEN.weekday(), opens=time(9), closes=time(17))
    submission = submissions.Submission(
        details=details,
        slots=[Slot(TEN, harley_street)] * slot_count,
        form_digest="same form",
        answers_digest="same answers",
        token=FormToken(FormAge.FINE, "edition 1"),
        honeypot="",
        origin=Origin.named("one connection"),
    )

    concurrency.run_concurrently([[partial(submissions.submit, submission, ReplyPolicy(1), NOW)] * COPIES])

    assert Enquiry.objects.count() == 1
    assert Appointment.objects.count() == slot_count
