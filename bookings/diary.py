"""The lock that every change of the diary begins with, and what becomes of offers whose time is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import history, wording
from bookings.models import Appointment, Diary, Enquiry, Event


@contextmanager
def locked(now: datetime) -> Iterator[Diary]:
    """A transaction in which nobody else changes an appointment; offers that have run out are freed first.

    The update is a row lock on PostgreSQL and the write lock on SQLite; whoever comes second waits here.
    """
    with transaction.atomic():
        while not Diary.objects.filter(pk=Diary.SINGLE).update(version=F("version") + 1):
            row()  # in an empty database: what is not there locks nothing
        free_what_ran_out(now)
        yield row()


def row() -> Diary:
    """The one row, made if the database is still empty."""
    return Diary.objects.get_or_create(pk=Diary.SINGLE)[0]


def free_what_ran_out(now: datetime) -> None:
    ran_out = Appointment.objects.filter(status=Appointment.Status.PROPOSED, held_until__lte=now)
    for offer in ran_out.select_related("enquiry", "location"):
        release(offer, Appointment.By.CLOCK, now)


def withdraw_open(enquiry: Enquiry, by: Appointment.By, now: datetime) -> None:
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
        text = f"No longer held: {wording.time_and_place(appointment)}"
        history.record(appointment.enquiry, Event.Kind.DIARY, now, text=text)
