"""The lock that every change of the diary begins with, and what becomes of offers whose time is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import events, formatting
from bookings.models import Appointment, BookingSettings, Enquiry, Event


@contextmanager
def diary_locked(now: datetime) -> Iterator[BookingSettings]:
    """A transaction in which nobody else changes an appointment; offers that have run out are freed first.

    The update is a row lock on PostgreSQL and the write lock on SQLite; whoever comes second waits here.
    """
    with transaction.atomic():
        while not BookingSettings.objects.filter(pk=BookingSettings.SINGLE).update(version=F("version") + 1):
            booking_settings()  # in an empty database: what is not there locks nothing
        expire_offers(now)
        yield booking_settings()


def booking_settings() -> BookingSettings:
    """The one row, made if the database is still empty."""
    return BookingSettings.objects.get_or_create(pk=BookingSettings.SINGLE)[0]


def expire_offers(now: datetime) -> None:
    ran_out = Appointment.objects.filter(status=Appointment.Status.PROPOSED, held_until__lte=now)
    for offer in ran_out.select_related("enquiry", "location"):
        release(offer, Appointment.By.CLOCK, now)


def withdraw_open_times(enquiry: Enquiry, by: Appointment.By, now: datetime) -> None:
    """What was asked for or offered, and not booked, no longer stands."""
    still_open = [Appointment.Status.PENDING, Appointment.Status.PROPOSED]
    for appointment in enquiry.appointments.filter(status__in=still_open).select_related("enquiry", "location"):
        was_offered = appointment.status == Appointment.Status.PROPOSED
        release(appointment, by, now, is_news=was_offered and by == Appointment.By.THERAPIST)


def release(appointment: Appointment, by: Appointment.By, now: datetime, *, is_news: bool = True) -> None:
    """Cancels it, which frees its time."""
    appointment.status = Appointment.Status.CANCELLED
    appointment.cancelled_at, appointment.cancelled_by = now, by
    appointment.save(update_fields=["status", "cancelled_at", "cancelled_by", "sequence"])
    if is_news:
        text = f"No longer held: {formatting.time_and_place(appointment)}"
        events.record(appointment.enquiry, Event.Kind.DIARY, now, text=text)
