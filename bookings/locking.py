"""The lock that every change of the diary takes first, and the release of offers whose time has passed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import events, formatting
from bookings.actor import Actor
from bookings.models import Appointment, BookingSettings, Enquiry, Event
from bookings.status import change_appointment_status


@contextmanager
def diary_locked(now: datetime) -> Iterator[BookingSettings]:
    """Open a transaction in which nobody else changes an appointment, and free the offers that have expired.

    The update is a row lock on PostgreSQL and the write lock on SQLite: a second caller waits here.
    """
    with transaction.atomic():
        while not BookingSettings.objects.filter(pk=BookingSettings.SINGLE).update(version=F("version") + 1):
            booking_settings()  # in an empty database there is no row to lock yet
        expire_offers(now)
        yield booking_settings()


def booking_settings() -> BookingSettings:
    """Return the one row, made if the database is still empty."""
    return BookingSettings.objects.get_or_create(pk=BookingSettings.SINGLE)[0]


def expire_offers(now: datetime) -> None:
    """Cancel the offers that were held until this moment or an earlier one."""
    expired = Appointment.objects.filter(status=Appointment.Status.PROPOSED, held_until__lte=now)
    for offer in expired.select_related("enquiry", "location"):
        _release(offer, Actor.SYSTEM, now)


def withdraw_open_slots(enquiry: Enquiry, actor: Actor, now: datetime) -> None:
    """Cancel what was requested or offered and is not booked. The caller has locked the diary."""
    open_statuses = [Appointment.Status.PENDING, Appointment.Status.PROPOSED]
    for appointment in enquiry.appointments.filter(status__in=open_statuses).select_related("enquiry", "location"):
        if appointment.status == Appointment.Status.PROPOSED and actor.is_therapist:
            _release(appointment, actor, now)
        else:
            change_appointment_status(appointment, Appointment.Status.CANCELLED, actor, now)


def _release(offer: Appointment, actor: Actor, now: datetime) -> None:
    change_appointment_status(offer, Appointment.Status.CANCELLED, actor, now)
    text = f"No longer held: {formatting.time_and_place(offer)}"
    events.record(offer.enquiry, Event.Kind.DIARY, now, actor=actor, text=text)
