"""Published times, and answers that choose one."""

from datetime import time, timedelta

import pytest
import time_machine

from bookings.models import AppointmentType, WeeklyHours
from bookings.slot import Slot
from tests.bookings.conftest import NOW
from tests.bookings.forms.helpers import TEN, URL


@pytest.fixture
def published_slots(harley_street, st_pauls, online):
    """Three places, nine to five on every weekday, both kinds."""
    for place in (harley_street, st_pauls, online):
        for weekday in range(5):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes_after=10)


@pytest.fixture
def slot_value(harley_street):
    """Return a slot as the form sends it."""

    def make_value(starts_at=TEN, location=None, **later):
        return Slot(starts_at + timedelta(**later), location or harley_street).value

    return make_value


@pytest.fixture
def answers_with_slot(answers, slot_value, published_slots):
    """The answers with a time instead of days and parts of the day."""
    with_slot = answers | {"timing": slot_value()}
    del with_slot["days"], with_slot["parts"]
    return with_slot


@pytest.fixture
def form_html(client, db):
    """Return the HTML of the form, at noon on a Tuesday."""

    def html(moment=NOW):
        with time_machine.travel(moment, tick=False):
            return client.get(URL).content.decode()

    return html
