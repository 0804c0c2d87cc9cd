from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from bookings import appointments, enquiries
from bookings.messages.about_sign_in import RESET_PASSWORD
from bookings.messages.definitions import automatic_definitions
from bookings.messages.to_person import ACKNOWLEDGE, CANCELLED, CHECK_IN, CONFIRM, REMIND, REPLY_DELAYED
from bookings.messages.to_therapist import (
    DAILY_SUMMARY,
    NUDGE,
    TELL_CHANGE,
    TELL_ERASED,
    TELL_SET_ASIDE,
    TELL_THERAPIST,
)
from bookings.models import Appointment, BookingSettings, Enquiry, Message
from bookings.outbox import enqueue
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.clock import LONDON
from practice.models import Location, Practice
from tests.bookings.conftest import NOW

ABOUT_WAITING = (ACKNOWLEDGE, TELL_THERAPIST, NUDGE, REPLY_DELAYED)
ABOUT_BOOKED = (CONFIRM, CANCELLED, REMIND, TELL_CHANGE)
NAMED = (*ABOUT_WAITING, *ABOUT_BOOKED, CHECK_IN, TELL_SET_ASIDE, TELL_ERASED, DAILY_SUMMARY, RESET_PASSWORD)
TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def enqueue_others(definitions, among_appointments, among_enquiries, now):
    """Enqueue each definition about the first thing that it would be sent about."""
    subjects = [
        {"enquiry": appointment.enquiry, "appointment": appointment, "about": f"{appointment.sequence}:"}
        for appointment in among_appointments
    ]
    subjects += [{"enquiry": enquiry, "about": "test"} for enquiry in among_enquiries]
    for definition in definitions:
        messages = ((Message(kind=definition.kind, **subject), subject) for subject in subjects)
        subject = next(subject for message, subject in messages if not definition.is_obsolete(message, now))
        enqueue(definition, now, **subject)


@pytest.fixture
def enqueue_each(make_enquiry, actor):
    """Enqueues each automatic message about something that it is true of, and nothing else."""

    def enqueue_all(now=NOW, starts_at=TEN):
        Practice.objects.update(notification_address="therapist@example.org")
        today = now.astimezone(LONDON).date()
        BookingSettings.objects.update(
            quiet_from=time(0), quiet_until=time(0), summary_at=time(0), summary_made_on=today
        )
        waiting = make_enquiry(now - timedelta(days=30), email="waiting@example.org")
        paused = make_enquiry(now, email="paused@example.org")
        enquiries.change_status(paused, Enquiry.Status.PAUSED, actor=actor, policy=ReplyPolicy(1), now=now)
        set_aside = make_enquiry(now, suspicion="Filled in like a robot")
        place = Location.objects.get(slug="harley-street")
        booked = appointments.book_agreed(make_enquiry(now), Slot(starts_at, place), now, actor=actor)
        appointment_rows = [booked]
        if others := [definition for definition in automatic_definitions() if definition not in NAMED]:
            slot = Slot(starts_at + timedelta(days=1), place)
            met = appointments.book_agreed(make_enquiry(now), slot, now, actor=actor)
            Appointment.objects.filter(pk=met.pk).update(status=Appointment.Status.FULFILLED)
            appointment_rows.append(Appointment.objects.get(pk=met.pk))
        Message.objects.all().delete()
        for definition in ABOUT_WAITING:
            enqueue(definition, now, enquiry=waiting, about="test")
        for definition in ABOUT_BOOKED:
            enqueue(definition, now, enquiry=booked.enquiry, appointment=booked, about=f"{booked.sequence}:booked")
        enqueue(CHECK_IN, now, enquiry=paused)
        enqueue(TELL_SET_ASIDE, now, enquiry=set_aside)
        enqueue(TELL_ERASED, now, about="7KQM2XHB")
        enqueue(DAILY_SUMMARY, now, about=today.isoformat())
        enqueue(RESET_PASSWORD, now, about=f"{actor.user.pk}:1", recipient="therapist@example.org")
        enqueue_others(others, appointment_rows, [waiting, paused, set_aside], now)
        return {message.kind: message for message in Message.objects.all()}

    return enqueue_all


@pytest.fixture
def upcoming_time():
    """A time tomorrow or later, on the real clock, that an appointment can begin at."""
    return timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=2)
