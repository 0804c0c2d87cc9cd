"""The acts of a person on their own request: they request other slots, pause it or erase it.

Each act is one transaction that first locks the diary, and done twice does nothing the second time. Raises NotAllowed
where it is not open, and Enquiry.DoesNotExist where the request has been erased meanwhile.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.utils.formats import date_format

from bookings import appointments, enquiries, formatting, locking, offers, people, person_permissions
from bookings.actor import Actor
from bookings.booking import notify_therapist
from bookings.events import record_act
from bookings.exceptions import NotAllowed
from bookings.messages.to_therapist import TELL_ERASED, erased_with
from bookings.models import Appointment, Enquiry, Event
from bookings.outbox import enqueue
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.status import change_enquiry_status

MAX_ACTS_AN_HOUR = 20

logger = logging.getLogger(__name__)


def too_many(enquiry: Enquiry, now: datetime) -> bool:
    """Return whether the person did so much within an hour that a further act has to wait.

    Their own events are counted, so that what changed nothing counts for nothing.
    """
    done = enquiry.events.filter(kind=Event.Kind.PERSON, at__gt=now - timedelta(hours=1))
    return done.count() >= MAX_ACTS_AN_HOUR


def request_other_slots(
    enquiry: Enquiry,
    slots: Iterable[Slot],
    *,
    days: list[int],
    parts: list[str],
    policy: ReplyPolicy,
    now: datetime,
) -> None:
    """Replace what was requested or offered by published slots in order, or by days and parts of the day.

    Raises SlotUnavailable where a slot is gone.
    """
    slots = list(dict.fromkeys(slots))
    with locking.diary_locked(now):
        current = _current(enquiry)
        if not person_permissions.may_request_slots(current):
            raise NotAllowed("This request is not open.")
        if _is_requested_already(current, slots, days, parts):
            return
        current.days, current.parts, current.requested_times, current.check_in_on = days, parts, [], None
        current.save(update_fields=["days", "parts", "requested_times", "check_in_on"])
        enquiries.wait_again(current, policy=policy, actor=Actor.PERSON, now=now)  # its deadline limits the slots
        if slots:
            appointments.request_slots(current, slots, now)
        else:
            offers.withdraw_open_slots(current, Actor.PERSON, now)
        _record_change(current, "asked", f"They asked for another time: {_preferences(current, slots)}", now)


def pause(enquiry: Enquiry, now: datetime, *, check_in_on: date | None = None) -> None:
    """Write nothing to the person until they come back, but for one question on the day they allow by email."""
    with locking.diary_locked(now):
        current = _current(enquiry)
        if not person_permissions.may_pause(current, current.appointments.all(), now):
            raise NotAllowed("This request cannot be paused.")
        check_in_on = check_in_on if current.contact.may_email else None
        is_paused = current.status == Enquiry.Status.PAUSED
        if is_paused and current.check_in_on == check_in_on:
            return
        offers.withdraw_open_slots(current, Actor.PERSON, now)
        current.check_in_on = check_in_on
        current.save(update_fields=["check_in_on"])
        if not is_paused:
            change_enquiry_status(current, Enquiry.Status.PAUSED, Actor.PERSON, now)
        question = (
            f"you may ask once on {date_format(check_in_on, 'j F Y')}" if check_in_on else "no question is wanted"
        )
        _record_change(current, "paused", f"They paused their request; {question}", now)


def erase(enquiry: Enquiry, now: datetime, *, cancels: Collection[int] = ()) -> None:
    """Delete the enquiry with everything that belongs to it, and tell the therapist its reference (UK GDPR Art. 17).

    An appointment to come is cancelled first, if it is among those that the person was asked about, and the therapist
    is told of it.
    """
    with locking.diary_locked(now):
        current = _current(enquiry)
        if not person_permissions.may_erase(current.appointments.all(), now):
            raise NotAllowed("There was an appointment, so this request is not erased here.")
        reference = current.reference
        to_come = list(current.appointments.booked())
        if any(appointment.pk not in cancels for appointment in to_come):
            raise NotAllowed("An appointment has been booked since they were asked.")
        for appointment in to_come:
            appointments.cancel(appointment, now, actor=Actor.PERSON)
        offers.withdraw_open_slots(current, Actor.PERSON, now)
        for about in [erased_with(reference, appointment) for appointment in to_come] or [reference]:
            enqueue(TELL_ERASED, now, about=about)
        people.erase_enquiries(Enquiry.objects.filter(pk=current.pk), now)
    logger.info("Erased an enquiry: the person asked for it.")


def _current(enquiry: Enquiry) -> Enquiry:
    return Enquiry.objects.select_for_update().get(pk=enquiry.pk)


def _is_requested_already(enquiry: Enquiry, slots: list[Slot], days: list[int], parts: list[str]) -> bool:
    """Return whether the enquiry waits with exactly these preferences, as after a second click."""
    if (enquiry.status, enquiry.days, enquiry.parts) != (Enquiry.Status.WAITING, days, parts):
        return False
    open_statuses = [Appointment.Status.PENDING, Appointment.Status.PROPOSED]
    still_open = enquiry.appointments.filter(status__in=open_statuses).order_by("rank", "pk")
    present = [(appointment.status, appointment.starts_at, appointment.location_id) for appointment in still_open]
    return present == [(Appointment.Status.PENDING, slot.starts_at, slot.location.pk) for slot in slots]


def _preferences(enquiry: Enquiry, slots: list[Slot]) -> str:
    preferences = [*map(str, slots), *([formatting.days(enquiry)] if enquiry.days else [])]
    return "; ".join(preferences)


def _record_change(enquiry: Enquiry, change: str, text: str, now: datetime) -> None:
    record_act(enquiry, text, Actor.PERSON, now)
    notify_therapist(enquiry, change, now)
