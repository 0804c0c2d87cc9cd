"""The steps that the acts on appointments share. Their callers have locked the diary."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db.models import BigIntegerField, Subquery, Value
from django.db.models.functions import Coalesce

from bookings import availability, formatting, offers
from bookings.actor import Actor
from bookings.events import record_act
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.messages.to_person import CANCELLED, CONFIRM, REMIND
from bookings.messages.to_therapist import TELL_CHANGE
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Message, Series, SlotConflict
from bookings.outbox import enqueue, joined_due_at
from bookings.scheduling import cells
from bookings.scheduling.reminders import reminder_times
from bookings.slot import Slot
from bookings.status import change_appointment_status, change_enquiry_status
from practice.facts import practice_row

JOINED_WITHIN = timedelta(minutes=10)
Status = Appointment.Status


def type_for(enquiry: Enquiry) -> AppointmentType | None:
    """Return the type of their newest appointment, or else what they requested; a complaint has none."""
    newest = enquiry.appointments.order_by("-made_at", "-pk").values("appointment_type")[:1]
    requested = Value(enquiry.appointment_type_id, output_field=BigIntegerField())
    return AppointmentType.objects.filter(pk=Coalesce(Subquery(newest), requested)).first()


def get_type(enquiry: Enquiry) -> AppointmentType:
    """Return the type of appointment to give them. Raises NotAllowed where there is none, as for a complaint."""
    appointment_type = type_for(enquiry)
    if appointment_type is None:
        raise NotAllowed("Nobody is given an appointment for this.")
    return appointment_type


def lock_appointment(appointment: Appointment) -> Appointment:
    """Return the appointment as it is now, with its enquiry's row locked."""
    enquiry = Enquiry.objects.select_for_update().get(pk=appointment.enquiry_id)
    current = Appointment.objects.select_related("location", "appointment_type").get(pk=appointment.pk)
    current.enquiry = enquiry
    return current


def create(
    enquiry: Enquiry,
    appointment_type: AppointmentType,
    slot: Slot,
    now: datetime,
    *,
    status: Status = Status.PENDING,
    rank: int | None = None,
    held_until: datetime | None = None,
    minutes: int | None = None,
    series: Series | None = None,
    series_day: date | None = None,
) -> Appointment:
    """Save a new appointment, requested or offered, as long as its type says or `minutes`. Raises SlotUnavailable."""
    appointment = Appointment(
        enquiry=enquiry,
        appointment_type=appointment_type,
        location=slot.location,
        starts_at=slot.starts_at,
        ends_at=slot.starts_at + timedelta(minutes=minutes or appointment_type.minutes),
        minutes_before=appointment_type.minutes_before,
        minutes_after=appointment_type.minutes_after,
        status=status,
        rank=rank,
        held_until=held_until,
        series=series,
        series_day=series_day,
        made_at=now,
    )
    _note_absence(appointment)
    with _conflicts_refused(appointment):
        appointment.save()
    return appointment


def is_published(
    appointment_type: AppointmentType,
    slot: Slot,
    rules: availability.AvailabilityRules,
    now: datetime,
    answer_by: datetime | None,
) -> bool:
    """Return whether visitors may choose this slot, for a request that is answered by then or to book it at once."""
    is_offered = (
        appointment_type.shows_times and appointment_type.locations.filter(pk=slot.location.pk, is_active=True).exists()
    )
    return is_offered and slot.starts_at in availability.free(
        appointment_type, slot.location, rules, now, answer_by=answer_by
    )


def ensure_clear(
    appointment_type: AppointmentType,
    slot: Slot,
    now: datetime,
    without: Appointment | None = None,
    minutes: int | None = None,
) -> None:
    """Raise SlotUnavailable where the slot is over, off the grid or in the way of another appointment."""
    if slot.starts_at <= now:
        raise SlotUnavailable(f"{slot}, is over. Choose a time to come.")
    if cells.begins(cells.cell(slot.starts_at)) != slot.starts_at:
        raise SlotUnavailable(f"Choose a time in steps of {cells.MINUTES} minutes, such as 10:00 or 10:05.")
    rules = availability.read_rules(slot.starts_at, slot.starts_at, now, without=without)
    if not availability.is_clear(appointment_type, slot.location, slot.starts_at, rules, minutes):
        raise SlotUnavailable(f"{slot}, is taken, or too near to another appointment.")


def booked_at_slot(enquiry: Enquiry, slot: Slot) -> Appointment | None:
    """Return the appointment that the enquiry has at just this time and place."""
    same = enquiry.appointments.booked().filter(starts_at=slot.starts_at, location=slot.location)
    return same.select_related("location").first()


def book(appointment: Appointment, actor: Actor, now: datetime) -> None:
    """Book the appointment and withdraw what else is open. Raises SlotUnavailable."""
    confirm(appointment, actor, now)
    offers.withdraw_open_slots(appointment.enquiry, actor, now)
    record_act(appointment.enquiry, f"Booked: {formatting.time_and_place(appointment)}", actor, now)
    settle(appointment.enquiry, actor, now)


def confirm(appointment: Appointment, actor: Actor, now: datetime) -> None:
    """Book the appointment, with its reminders. Raises SlotUnavailable."""
    with _conflicts_refused(appointment):
        change_appointment_status(appointment, Status.BOOKED, actor, now)
    schedule_reminders(appointment, now)


def call_off(appointment: Appointment, actor: Actor, now: datetime, *, is_late: bool = False) -> None:
    """Cancel a booked appointment, so that its next calendar file removes it."""
    appointment.sequence += 1
    change_appointment_status(appointment, Status.CANCELLED, actor, now, is_late=is_late)


def book_or_reschedule(open_appointment: Appointment, actor: Actor, now: datetime) -> Appointment:
    """Book what was requested or offered, or move the upcoming appointment there, so that nobody ends with two.

    Return the appointment that is booked. Raises SlotUnavailable.
    """
    booked = open_appointment.enquiry.appointments.booked()
    upcoming = booked.filter(appointment_type=open_appointment.appointment_type, starts_at__gt=now, series=None)
    appointment = upcoming.select_related("enquiry", "location", "appointment_type").order_by("starts_at").first()
    if appointment is None:
        if actor.is_therapist:  # an offer is held, a request is not
            ensure_clear(open_appointment.appointment_type, Slot.of(open_appointment), now)
        book(open_appointment, actor, now)
        return open_appointment
    offers.withdraw_open_slots(open_appointment.enquiry, actor, now)
    reschedule(appointment, Slot.of(open_appointment), actor, now)
    return appointment


def reschedule(
    appointment: Appointment, slot: Slot, actor: Actor, now: datetime, *, minutes: int | None = None
) -> None:
    """Give the same appointment another slot, as long as before or `minutes`. Raises SlotUnavailable."""
    before, expected = formatting.time_and_place(appointment), appointment.appointment_type
    minutes = minutes or appointment.minutes
    ensure_clear(expected, slot, now, without=appointment, minutes=minutes)
    put(appointment, slot, now, minutes=minutes)
    text = f"Moved from {before} to {formatting.time_and_place(appointment)}"
    record_act(appointment.enquiry, text, actor, now)
    settle(appointment.enquiry, actor, now)


def put(appointment: Appointment, slot: Slot, now: datetime, *, minutes: int) -> None:
    """Save the appointment at the slot, that long, with new reminders. Raises SlotUnavailable."""
    expected = appointment.appointment_type
    appointment.starts_at, appointment.location = slot.starts_at, slot.location
    appointment.ends_at = slot.starts_at + timedelta(minutes=minutes)
    appointment.minutes_before, appointment.minutes_after = expected.minutes_before, expected.minutes_after
    appointment.sequence += 1
    _note_absence(appointment)
    with _conflicts_refused(appointment):
        appointment.save()
    schedule_reminders(appointment, now)


def settle(enquiry: Enquiry, actor: Actor, now: datetime) -> None:
    """Let an enquiry with an appointment to come be one that is agreed."""
    if enquiry.status != Enquiry.Status.BOOKED:
        change_enquiry_status(enquiry, Enquiry.Status.BOOKED, actor, now)


def answer_after_cancelling(enquiry: Enquiry, actor: Actor, now: datetime) -> None:
    """Let an enquiry be answered that has no appointment to come any more."""
    if enquiry.status == Enquiry.Status.BOOKED and not enquiry.appointments.booked().filter(starts_at__gt=now).exists():
        change_enquiry_status(enquiry, Enquiry.Status.ANSWERED, actor, now)


def ensure_version(appointment: Appointment, version: int | None) -> None:
    """Raise NotAllowed where the appointment is no longer the one of that sequence, which the therapist saw."""
    if version not in (None, appointment.sequence):
        raise NotAllowed("This appointment has been changed meanwhile. Look at it again before you answer.")


def notify_of_change(appointment: Appointment, change: str, now: datetime) -> None:
    """Tell the therapist what the person did themselves, and confirm it to the person."""
    notify_therapist(appointment.enquiry, change, now)
    definition = CANCELLED if appointment.status == Status.CANCELLED else CONFIRM
    about = f"{appointment.sequence}:{change}"
    enqueue(definition, now, enquiry=appointment.enquiry, appointment=appointment, about=about)


def notify_therapist(enquiry: Enquiry, change: str, now: datetime) -> None:
    """Tell the therapist of a change at once; of others within ten minutes after it, in one notice at their end."""
    earlier = Message.objects.filter(kind=TELL_CHANGE.kind, enquiry=enquiry)
    if due_at := joined_due_at(earlier, JOINED_WITHIN, now):
        enqueue(TELL_CHANGE, due_at, enquiry=enquiry, about=f"{change}:{due_at:%Y-%m-%dT%H:%M:%S.%f}")


def _note_absence(appointment: Appointment) -> None:
    """Note whether it is made for a day away: a person cannot choose one, and the therapist was asked."""
    appointment.despite_absence = False
    appointment.despite_absence = appointment.falls_into(practice_row().absence)


def schedule_reminders(appointment: Appointment, now: datetime) -> None:
    """Enqueue the reminders of the appointment as it is now."""
    settings = BookingSettings.load()
    hours = [settings.remind_hours, settings.remind_again_hours]
    for due_at in reminder_times(appointment.starts_at, hours, settings.quiet_from, settings.quiet_until, now):
        about = f"{appointment.sequence}:{due_at:%Y-%m-%dT%H:%M}"
        enqueue(REMIND, due_at, enquiry=appointment.enquiry, appointment=appointment, about=about)


@contextmanager
def _conflicts_refused(appointment: Appointment) -> Iterator[None]:
    """Turn the refusal of the database, which only code without the lock can cause, into SlotUnavailable."""
    try:
        yield
    except SlotConflict as conflict:
        raise SlotUnavailable(f"{formatting.time_and_place(appointment)}, is taken.") from conflict
