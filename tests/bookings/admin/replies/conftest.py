"""It is noon on a Tuesday, and somebody asks for a time."""

import pytest

from bookings import booking
from bookings.slot import Slot
from tests.bookings.admin.replies.helpers import TEN
from tests.bookings.conftest import NOW


@pytest.fixture(autouse=True)
def _at_noon(at_noon):
    """Every reply here is written then."""


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
