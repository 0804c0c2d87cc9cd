"""The acts on appointments: request, offer, book, move, cancel.

Each act is one transaction that first locks the diary. Admin, form and private page all call these.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bookings import availability, enquiries, fees, formatting, locking, offers, person_permissions
from bookings.actor import Actor
from bookings.booking import (
    answer_after_cancelling,
    book,
    book_or_reschedule,
    booked_at_slot,
    call_off,
    create,
    ensure_clear,
    ensure_version,
    get_type,
    is_published,
    lock_appointment,
    notify_of_change,
    reschedule,
)
from bookings.encryption import for_row
from bookings.enquiries import ReplyDraft, is_repeated
from bookings.events import record_act
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.models import Appointment, AppointmentType, Enquiry, Purpose
from bookings.outcomes import record_outcome as record_outcome  # one of the acts, in a module of its own
from bookings.slot import Slot
from bookings.status import change_enquiry_status
from practice.facts import practice_row

MAX_PREFERENCES = MAX_OFFERS = 3
NOT_FREE = "This time is not free, or no longer."
Status = Appointment.Status

# Acts of the person ------------------------------------------------------------------------------


def request_slots(enquiry: Enquiry, slots: Iterable[Slot], now: datetime) -> list[Appointment]:
    """Save the published slots that the person requests, the first choice first; nothing is held.

    Raises SlotUnavailable where one is gone, and saves none.
    """
    slots = list(dict.fromkeys(slots))[:MAX_PREFERENCES]
    with locking.diary_locked(now):
        requested = request_free_slots(enquiry, slots, now)
        if len(requested) < len(slots):
            raise SlotUnavailable(NOT_FREE)
    return requested


def request_free_slots(enquiry: Enquiry, slots: Iterable[Slot], now: datetime) -> list[Appointment]:
    """Save those of the published slots that are free, the first choice first. The caller has locked the diary.

    None is that begins before the enquiry's answer is due. All of them stay on the enquiry as what was asked for.
    """
    slots, appointment_type = list(slots), get_type(enquiry)
    enquiry.requested_times = [[slot.starts_at.isoformat(), slot.location.name] for slot in slots]
    enquiry.save(update_fields=["requested_times"])
    rules = availability.rules_for(appointment_type, now)
    free = [slot for slot in slots if is_published(appointment_type, slot, rules, now, enquiry.reply_due)]
    offers.withdraw_open_slots(enquiry, Actor.PERSON, now)
    return [create(enquiry, appointment_type, slot, now, rank=rank) for rank, slot in enumerate(free, 1)]


def accept_offer(offer: Appointment, now: datetime) -> Appointment:
    """Book one of the offered slots for the person; the others are free again. Raises SlotUnavailable."""
    with locking.diary_locked(now):
        current = lock_appointment(offer)
        if earlier := booked_at_slot(current.enquiry, Slot.of(current)):
            return earlier
        if not person_permissions.may_accept(current, practice_row().absence, now):
            raise SlotUnavailable("This offer has ended.")
        booked = book_or_reschedule(current, Actor.PERSON, now)
        notify_of_change(booked, "booked" if booked is current else "moved", now)
    return booked


def take_back(appointment: Appointment, now: datetime) -> Appointment:
    """Book again what the person cancelled within the last hour, if nobody else has it. Raises SlotUnavailable."""
    with locking.diary_locked(now):
        current = lock_appointment(appointment)
        if current.status == Status.BOOKED:
            return current
        if not person_permissions.may_take_back(current, practice_row().absence, now):
            raise SlotUnavailable("An appointment can be taken back within an hour, and before it begins.")
        ensure_clear(current.appointment_type, Slot.of(current), now, without=current)
        current.sequence += 1
        book(current, Actor.PERSON, now)
        notify_of_change(current, "booked", now)
    return current


# Acts of either ----------------------------------------------------------------------------------


def move(
    appointment: Appointment,
    slot: Slot,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None = None,
    version: int | None = None,
    minutes: int | None = None,
) -> Appointment:
    """Give the appointment another slot: the person one that is published, the therapist any that is clear.

    It stays the same appointment, in the person's calendar too, and as long as before or `minutes`. `version` is the
    sequence of the appointment that the therapist saw. Raises SlotUnavailable, and NotAllowed where it has changed
    since or cannot be moved.
    """
    with locking.diary_locked(now):
        current = lock_appointment(appointment)
        is_there = (current.starts_at, current.location) == (slot.starts_at, slot.location)
        is_there = is_there and minutes in (None, current.minutes)
        if is_repeated(draft, is_done=is_there):
            return current
        ensure_version(current, version)
        if is_there:
            raise NotAllowed("It is at this time and place already.")
        if not person_permissions.may_move(current, now):
            raise NotAllowed("Only an appointment that is still to come can be moved.")
        if not actor.is_therapist:
            _ensure_published(current, slot, now)
        reschedule(current, slot, actor, now, minutes=minutes)
        _notify(current, "moved", Purpose.MOVE, draft, actor, now)
    return current


def cancel(
    appointment: Appointment,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None = None,
    version: int | None = None,
) -> Appointment:
    """Cancel an appointment that is still to come, which frees its time. `version` and exceptions as in `move`.

    The person may owe something where they cancel late; what the therapist cancels costs them nothing.
    """
    with locking.diary_locked(now) as rules:
        current = lock_appointment(appointment)
        if is_repeated(draft, is_done=current.status == Status.CANCELLED):
            return current
        ensure_version(current, version)
        if not person_permissions.may_move(current, now):
            raise NotAllowed("Only an appointment that is still to come can be cancelled.")
        is_late = not actor.is_therapist and fees.if_cancelled(current, rules, now).is_late
        call_off(current, actor, now, is_late=is_late)
        act = "Cancelled late" if is_late else "Cancelled"
        record_act(current.enquiry, f"{act}: {formatting.time_and_place(current)}", actor, now)
        answer_after_cancelling(current.enquiry, actor, now)
        _notify(current, "cancelled", Purpose.CANCEL, draft, actor, now)
    return current


# Acts of the therapist ---------------------------------------------------------------------------


def accept_request(preference: Appointment, now: datetime, *, actor: Actor, draft: ReplyDraft | None) -> Appointment:
    """Book a requested slot; an appointment to come is moved there instead. Raises SlotUnavailable, NotAllowed."""
    with locking.diary_locked(now):
        current = lock_appointment(preference)
        earlier = booked_at_slot(current.enquiry, Slot.of(current))
        if is_repeated(draft, is_done=earlier is not None):
            return earlier or current
        if current.status != Status.PENDING:
            raise NotAllowed(f"This time is “{current.get_status_display()}” already.")
        booked = book_or_reschedule(current, actor, now)
        _send(draft, booked, Purpose.ACCEPT, actor, now)
    return booked


def offer(
    enquiry: Enquiry,
    slots: Iterable[Slot],
    held_until: datetime,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None,
    appointment_type: AppointmentType | None = None,
) -> list[Appointment]:
    """Offer up to three slots, held until `held_until` or until they begin, and release earlier offers.

    Raises SlotUnavailable, NotAllowed.
    """
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        expected, slots = appointment_type or get_type(current), list(dict.fromkeys(slots))
        open_offers = list(current.appointments.filter(status=Status.PROPOSED).select_related("location"))
        held = {(Slot.of(offer), offer.held_until) for offer in open_offers}
        is_held = held == {(slot, min(held_until, slot.starts_at)) for slot in slots}
        is_same_type = all(offer.appointment_type_id == expected.pk for offer in open_offers)
        if is_repeated(draft, is_done=is_held and is_same_type):
            return open_offers
        if held_until <= now:
            raise NotAllowed("Choose a day to come until which the offer is held.")
        if not 0 < len(slots) <= MAX_OFFERS:
            raise NotAllowed(f"Offer one to {MAX_OFFERS} times.")
        offers.withdraw_open_slots(current, actor, now)
        offered = [_hold(current, expected, slot, held_until, now) for slot in slots]
        record_act(current, f"Offered: {'; '.join(map(formatting.time_and_place, offered))}", actor, now)
        if current.status != Enquiry.Status.ANSWERED:
            change_enquiry_status(current, Enquiry.Status.ANSWERED, actor, now)
        _send(draft, offered[0], Purpose.OFFER, actor, now)
    return offered


def withdraw_offers(enquiry: Enquiry, now: datetime, *, actor: Actor, draft: ReplyDraft | None) -> None:
    """End what is offered before it is taken up. Without a draft, the person was told by phone.

    Raises NotAllowed where there is nothing to write of, or another reply was sent from the same page.
    """
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if is_repeated(draft, is_done=not current.appointments.filter(status=Status.PROPOSED).exists()):
            return
        if not offers.withdraw_offers(current, actor, now):
            raise NotAllowed("Nothing is offered to them any more, so this was not sent.")
        if draft:
            enquiries.reply(current, draft, purpose=Purpose.WITHDRAW, actor=actor, now=now)
        else:
            told = formatting.told_without_message(current)
            record_act(current, f"Nothing is held for them any more; {told}", actor, now)


def book_agreed(
    enquiry: Enquiry,
    slot: Slot,
    now: datetime,
    *,
    actor: Actor,
    draft: ReplyDraft | None = None,
    appointment_type: AppointmentType | None = None,
    minutes: int | None = None,
) -> Appointment | None:
    """Book what was agreed by phone or in person; None on a second click. Raises SlotUnavailable, NotAllowed.

    It is as long as its type says, or `minutes`.
    """
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        expected, booked = appointment_type or get_type(current), booked_at_slot(current, slot)
        if is_repeated(draft, is_done=booked is not None and booked.appointment_type_id == expected.pk):
            return None
        offers.withdraw_open_slots(current, actor, now)  # one of these may be the slot they agreed on
        ensure_clear(expected, slot, now, minutes=minutes)
        appointment = create(current, expected, slot, now, minutes=minutes)
        book(appointment, actor, now)
        _send(draft, appointment, Purpose.AGREED, actor, now)
    return appointment


def tell_how_to_join(
    appointment: Appointment, now: datetime, *, actor: Actor, draft: ReplyDraft | None, version: int | None = None
) -> Appointment:
    """Send how to join an appointment to come; without a draft, record that the therapist tells them herself.

    `version` and exceptions as in `move`.
    """
    with locking.diary_locked(now):
        current = lock_appointment(appointment)
        told = f"You tell them how to join: {formatting.time_and_place(current)}"
        newest = current.enquiry.events.last()
        if is_repeated(draft, is_done=newest is not None and newest.text == told):
            return current
        ensure_version(current, version)
        if not current.is_to_come(now):
            raise NotAllowed("Only an appointment that is still to come can be joined.")
        if draft is None:
            record_act(current.enquiry, told, actor, now)
        _send(draft, current, Purpose.JOIN, actor, now)
    return current


def save_notes(appointment: Appointment, **texts: str) -> None:
    """Save the therapist's own `notes` and `video_link`, which change nothing in the diary."""
    if texts:
        with transaction.atomic():
            current = Appointment.objects.select_for_update().get(pk=appointment.pk)  # perhaps another person's by now
            Appointment.objects.filter(pk=current.pk).update(**for_row(current, **texts))


def _hold(enquiry: Enquiry, expected: AppointmentType, slot: Slot, held_until: datetime, now: datetime) -> Appointment:
    ensure_clear(expected, slot, now)
    return create(enquiry, expected, slot, now, status=Status.PROPOSED, held_until=min(held_until, slot.starts_at))


def _ensure_published(appointment: Appointment, slot: Slot, now: datetime) -> None:
    expected = appointment.appointment_type
    if not is_published(expected, slot, availability.rules_for(expected, now, without=appointment), now, None):
        raise SlotUnavailable(NOT_FREE)


def _notify(
    appointment: Appointment, change: str, purpose: Purpose, draft: ReplyDraft | None, actor: Actor, now: datetime
) -> None:
    if actor.is_therapist:
        _send(draft, appointment, purpose, actor, now)
    else:
        notify_of_change(appointment, change, now)


def _send(draft: ReplyDraft | None, appointment: Appointment, purpose: Purpose, actor: Actor, now: datetime) -> None:
    if draft:
        enquiries.reply(appointment.enquiry, draft, purpose=purpose, appointment=appointment, actor=actor, now=now)
