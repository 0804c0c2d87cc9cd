"""The lock that every change of an appointment takes first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import offers
from bookings.models import BookingSettings


@contextmanager
def diary_locked(now: datetime) -> Iterator[BookingSettings]:
    """Open a transaction in which nobody else changes an appointment, and release the offers that have expired.

    The update is a row lock on PostgreSQL and the write lock on SQLite: a second caller waits here.
    """
    with transaction.atomic():
        while not BookingSettings.objects.filter(pk=BookingSettings.SINGLE).update(version=F("version") + 1):
            BookingSettings.load()  # in an empty database there is no row to lock yet
        offers.expire(now)
        yield BookingSettings.load()
