"""What happens to an appointment: asked for, offered, booked, moved, cancelled, kept. Each act is one transaction that
first locks the diary; desk, form and private link all come through here."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Subquery, Value
from django.db.models.functions import Coalesce

from bookings import availability, enquiries, formatting, locking
from bookings.enquiries import NotAllowed, ReplyDraft
from bookings.events import record
from bookings.models import Appointment, AppointmentType, Enquiry, Event, Notification, Purpose, SlotConflict
from bookings.outbox import enqueue
from bookings.scheduling import cells
from bookings.scheduling.reminders import reminder_times
from practice.models import Location

MAX_PREFERENCES = MAX_OFFERS = 3
ASKED_BACK_WITHIN = timedelta(hours=1)
NOT_FREE = "This time is not free, or no longer."
By = Appointment.By
Status = Appointment.Status


class SlotUnavailable(NotAllowed):
    """The time is not to be had, or no longer."""


@dataclass(frozen=True)
class Slot:
    """A moment to begin (aware, kept in UTC) at a place."""

    starts_at: datetime
    location: Location

    def __post_init__(self) -> None:
        """Of the hour that comes twice, London’s clock and UTC never compare as equal (PEP 495)."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))


# What the person asks for ------------------------------------------------------------------------


def ask_for(enquiry: Enquiry, times: Iterable[Slot], now: datetime, *, or_fewer: bool = False) -> list[Appointment]:
    """The times they would like, the best first; nothing is held.

    If one is gone, raises SlotUnavailable and keeps none, or keeps those that are still free.
    """
    with locking.diary_locked(now):
        kind = _kind(enquiry)
        rules = availability.rules_for(kind, now)
        wanted = list(dict.fromkeys(times))[:MAX_PREFERENCES]
        free = [time for time in wanted if _is_published(kind, time, rules, now)]
        if len(free) < len(wanted) and not or_fewer:
            raise SlotUnavailable(NOT_FREE)
        locking.withdraw_open_times(enquiry, By.PERSON, now)
        asked = [_new(enquiry, kind, time, Status.PENDING, now, rank=rank) for rank, time in enumerate(free, 1)]
        for appointment in asked:
            appointment.save()
    return asked


def take_up(offer: Appointment, now: datetime) -> Appointment:
    """They accept one of the offered times; the others are free again. Raises SlotUnavailable."""
    with locking.diary_locked(now):
        current = _current(offer)
        if given := _given(current.enquiry, _time(current)):
            return given  # a second click
        if current.status != Status.PROPOSED:
            raise SlotUnavailable("This offer has ended.")
        given = _give(current, now, who=None)
        _tell_of_change(given, "booked" if given is current else "moved", now)
    return given


def move(
    appointment: Appointment,
    to: Slot,
    now: datetime,
    *,
    who: User | None = None,
    letter: ReplyDraft | None = None,
    seen: int | None = None,
) -> Appointment:
    """To another time: by the person (no `who`) among those that are published, by the therapist to any that is clear.

    It stays the same appointment, in their calendar too. `seen` is the sequence of what the therapist looked at.
    """
    with locking.diary_locked(now):
        current = _current(appointment)
        is_there = (current.starts_at, current.location) == (to.starts_at, to.location)
        if letter.is_sent_already() if letter else is_there:
            return current
        _must_be_as_seen(current, seen)
        if is_there:
            raise NotAllowed("It is at this time and place already.")
        if current.status != Status.BOOKED or current.starts_at <= now:
            raise NotAllowed("Only an appointment that is still to come can be moved.")
        if who is None:
            kind = current.appointment_type
            if not _is_published(kind, to, availability.rules_for(kind, now, without=current), now):
                raise SlotUnavailable(NOT_FREE)
        _put(current, to, now, who=who)
        _answer(current, letter, Purpose.MOVE, who, now) if who else _tell_of_change(current, "moved", now)
    return current


def cancel(
    appointment: Appointment,
    now: datetime,
    *,
    who: User | None = None,
    letter: ReplyDraft | None = None,
    seen: int | None = None,
) -> Appointment:
    """By the therapist (`who`) or by the person. `seen` as in `move`."""
    with locking.diary_locked(now):
        current = _current(appointment)
        if letter.is_sent_already() if letter else current.status == Status.CANCELLED:
            return current
        _must_be_as_seen(current, seen)
        if current.status != Status.BOOKED or current.starts_at <= now:
            raise NotAllowed("Only an appointment that is still to come can be cancelled.")
        current.sequence += 1
        locking.release(current, By.THERAPIST if who else By.PERSON, now, is_news=False)
        _note(current, f"Cancelled: {formatting.time_and_place(current)}", now, who)
        _after_cancelling(current.enquiry, who, now)
        _answer(current, letter, Purpose.CANCEL, who, now) if who else _tell_of_change(current, "cancelled", now)
    return current


def ask_back(appointment: Appointment, now: datetime) -> Appointment:
    """They cancelled by mistake: within an hour it is theirs again, if nobody else has it. Raises SlotUnavailable."""
    with locking.diary_locked(now):
        current = _current(appointment)
        if current.status == Status.BOOKED:
            return current
        if not may_ask_back(current, now):
            raise SlotUnavailable("An appointment can be taken back within an hour, and before it begins.")
        kind = current.appointment_type
        _must_be_clear(kind, _time(current), now, without=current)
        current.sequence += 1
        _book(current, now, who=None)
        _tell_of_change(current, "booked", now)
    return current


def may_ask_back(appointment: Appointment, now: datetime) -> bool:
    return (
        appointment.status == Status.CANCELLED
        and appointment.cancelled_by == By.PERSON
        and appointment.booked_at is not None
        and appointment.cancelled_at is not None
        and now <= appointment.cancelled_at + ASKED_BACK_WITHIN
        and now < appointment.starts_at
    )


# What the therapist answers -----------------------------------------------------------------------


def accept(preference: Appointment, now: datetime, *, who: User, letter: ReplyDraft | None) -> Appointment:
    """One of the times they asked for; an appointment they have is moved to it. Raises SlotUnavailable."""
    with locking.diary_locked(now):
        current = _current(preference)
        given = _given(current.enquiry, _time(current))
        if letter.is_sent_already() if letter else given:
            return given or current
        if current.status != Status.PENDING:
            raise NotAllowed(f"This time is “{current.get_status_display()}” already.")
        given = _give(current, now, who=who)
        _answer(given, letter, Purpose.ACCEPT, who, now)
    return given


def offer(
    enquiry: Enquiry,
    times: Iterable[Slot],
    held_until: datetime,
    now: datetime,
    *,
    who: User,
    letter: ReplyDraft | None,
    appointment_type: AppointmentType | None = None,
) -> list[Appointment]:
    """Up to three times, kept free for them until then; what was offered before is free again."""
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        kind, wanted = appointment_type or _kind(current), list(dict.fromkeys(times))
        open_offers = list(current.appointments.filter(status=Status.PROPOSED).select_related("location"))
        offered = {(Slot(one.starts_at, one.location), one.held_until) for one in open_offers}
        is_offered = offered == {(time, min(held_until, time.starts_at)) for time in wanted}
        is_offered &= all(one.appointment_type_id == kind.pk for one in open_offers)
        if letter.is_sent_already() if letter else is_offered:
            return open_offers
        if held_until <= now:
            raise NotAllowed("Choose a day to come until which the offer is held.")
        if not 0 < len(wanted) <= MAX_OFFERS:
            raise NotAllowed(f"Offer one to {MAX_OFFERS} times.")
        locking.withdraw_open_times(current, By.THERAPIST, now)
        offers = []
        for time in wanted:
            _must_be_clear(kind, time, now)
            offers.append(_new(current, kind, time, Status.PROPOSED, now, held_until=min(held_until, time.starts_at)))
            _save(offers[-1])
        listed = "; ".join(formatting.time_and_place(one) for one in offers)
        record(current, Event.Kind.DIARY, now, who=who, text=f"Offered: {listed}")
        if current.status != Enquiry.Status.ANSWERED:
            enquiries.must_lead(current, Enquiry.Status.ANSWERED)
            enquiries.change_status(current, Enquiry.Status.ANSWERED, who, now)
        _answer(offers[0], letter, Purpose.OFFER, who, now)
    return offers


def agree(
    enquiry: Enquiry,
    time: Slot,
    now: datetime,
    *,
    who: User,
    letter: ReplyDraft | None = None,
    appointment_type: AppointmentType | None = None,
) -> Appointment | None:
    """What was agreed by phone, or in the room; None on a second click."""
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if letter.is_sent_already() if letter else _given(current, time):
            return None
        kind = appointment_type or _kind(current)
        locking.withdraw_open_times(current, By.THERAPIST, now)  # one of these times may be what they agreed on
        _must_be_clear(kind, time, now)
        appointment = _new(current, kind, time, Status.PENDING, now)
        _book(appointment, now, who=who)
        _answer(appointment, letter, Purpose.AGREED, who, now)
    return appointment


def close_with(appointment: Appointment, to: str, now: datetime, *, who: User) -> Appointment:
    """It took place, or they did not attend; each can be corrected into the other."""
    with locking.diary_locked(now):
        current = _current(appointment)
        if to == current.status:
            return current
        if to not in (Status.FULFILLED, Status.NOSHOW) or to not in Appointment.TRANSITIONS[Status(current.status)]:
            raise NotAllowed(f"This appointment is “{current.get_status_display()}”.")
        if current.starts_at > now:
            raise NotAllowed("This appointment is still to come.")
        current.status = to
        _save(current)
        _note(current, f"{current.get_status_display()}: {formatting.time_and_place(current)}", now, who)
    return current


def keep(appointment: Appointment, **words: str) -> None:
    """The therapist's own `notes` and `video_link`, which change nothing in the diary."""
    if words:
        Appointment.objects.filter(pk=appointment.pk).update(**words)


def type_for(enquiry: Enquiry) -> AppointmentType | None:
    """Return the type of their newest appointment, or else what they asked for; a complaint has none."""
    newest = enquiry.appointments.order_by("-made_at", "-pk").values("appointment_type")[:1]
    asked_for = Value(enquiry.appointment_type_id, output_field=BigIntegerField())
    return AppointmentType.objects.filter(pk=Coalesce(Subquery(newest), asked_for)).first()


def _kind(enquiry: Enquiry) -> AppointmentType:
    found = type_for(enquiry)
    if found is None:
        raise NotAllowed("Nobody is given an appointment for this.")
    return found


def _current(appointment: Appointment) -> Appointment:
    """As it is now that the diary is locked, with its enquiry locked too."""
    enquiry = Enquiry.objects.select_for_update().get(pk=appointment.enquiry_id)
    current = Appointment.objects.select_related("location", "appointment_type").get(pk=appointment.pk)
    current.enquiry = enquiry
    return current


def _new(
    enquiry: Enquiry, kind: AppointmentType, time: Slot, status: Status, now: datetime, **more: object
) -> Appointment:
    return Appointment(
        enquiry=enquiry,
        appointment_type=kind,
        location=time.location,
        starts_at=time.starts_at,
        ends_at=time.starts_at + timedelta(minutes=kind.minutes),
        minutes_before=kind.minutes_before,
        minutes_after=kind.minutes_after,
        status=status,
        made_at=now,
        **more,
    )


def _must_be_as_seen(appointment: Appointment, seen: int | None) -> None:
    if seen not in (None, appointment.sequence):
        raise NotAllowed("This appointment has been changed meanwhile. Look at it again before you answer.")


def _is_published(kind: AppointmentType, time: Slot, rules: availability.AvailabilityRules, now: datetime) -> bool:
    is_there = kind.shows_times and kind.locations.filter(pk=time.location.pk, is_active=True).exists()
    return is_there and time.starts_at in availability.free(kind, time.location, rules, now)


def _must_be_clear(kind: AppointmentType, time: Slot, now: datetime, without: Appointment | None = None) -> None:
    if time.starts_at <= now:
        raise SlotUnavailable(f"{_said(time)} is over. Choose a time to come.")
    if cells.begins(cells.cell(time.starts_at)) != time.starts_at:
        raise SlotUnavailable(f"Choose a time in steps of {cells.MINUTES} minutes, such as 10:00 or 10:05.")
    rules = availability.read_rules(time.starts_at, time.starts_at, now, without=without)
    if not availability.is_clear(kind, time.location, time.starts_at, rules):
        raise SlotUnavailable(f"{_said(time)} is taken, or too near to another appointment.")


def _time(appointment: Appointment) -> Slot:
    return Slot(appointment.starts_at, appointment.location)


def _said(time: Slot) -> str:
    return f"{formatting.moment(time.starts_at)}, {time.location.name},"


def _save(appointment: Appointment) -> None:
    try:
        appointment.save()
    except SlotConflict as problem:  # by code that forgot the lock
        raise SlotUnavailable(f"{formatting.time_and_place(appointment)}, is taken.") from problem


def _book(appointment: Appointment, now: datetime, *, who: User | None) -> None:
    enquiry = appointment.enquiry
    appointment.status, appointment.booked_at = Status.BOOKED, now
    appointment.held_until = appointment.cancelled_at = None
    appointment.cancelled_by = ""
    _save(appointment)
    locking.withdraw_open_times(enquiry, By.THERAPIST if who else By.PERSON, now)
    _note(appointment, f"Booked: {formatting.time_and_place(appointment)}", now, who)
    _agreed(appointment, now, who)


def _given(enquiry: Enquiry, time: Slot) -> Appointment | None:
    """What they have at just this time and place."""
    same = enquiry.appointments.booked().filter(starts_at=time.starts_at, location=time.location)
    return same.select_related("location").first()


def _give(wanted: Appointment, now: datetime, *, who: User | None) -> Appointment:
    """Books it; whoever has an appointment to come has it moved there instead, so that nobody ends with two."""
    to_come = wanted.enquiry.appointments.booked().filter(appointment_type=wanted.appointment_type, starts_at__gt=now)
    standing = to_come.select_related("enquiry", "location", "appointment_type").order_by("starts_at").first()
    if standing is None:
        if who:
            _must_be_clear(wanted.appointment_type, _time(wanted), now)
        _book(wanted, now, who=who)
        return wanted
    locking.withdraw_open_times(wanted.enquiry, By.THERAPIST if who else By.PERSON, now)
    _put(standing, _time(wanted), now, who=who)
    return standing


def _put(appointment: Appointment, to: Slot, now: datetime, *, who: User | None) -> None:
    """The same appointment at another time."""
    before, kind = formatting.time_and_place(appointment), appointment.appointment_type
    appointment.starts_at, appointment.location = to.starts_at, to.location
    appointment.ends_at = to.starts_at + timedelta(minutes=kind.minutes)
    appointment.minutes_before, appointment.minutes_after = kind.minutes_before, kind.minutes_after
    appointment.sequence += 1
    _must_be_clear(kind, to, now, without=appointment)
    _save(appointment)
    _note(appointment, f"Moved from {before} to {formatting.time_and_place(appointment)}", now, who)
    _agreed(appointment, now, who)


def _agreed(appointment: Appointment, now: datetime, who: User | None) -> None:
    enquiry = appointment.enquiry
    if enquiry.status != Enquiry.Status.BOOKED:
        enquiries.must_lead(enquiry, Enquiry.Status.BOOKED)
        enquiries.change_status(enquiry, Enquiry.Status.BOOKED, who, now)
    _remind(appointment, now)


def _after_cancelling(enquiry: Enquiry, who: User | None, now: datetime) -> None:
    if enquiry.status == Enquiry.Status.BOOKED and not enquiry.appointments.booked().filter(starts_at__gt=now).exists():
        enquiries.change_status(enquiry, Enquiry.Status.ANSWERED, who, now)


def _remind(appointment: Appointment, now: datetime) -> None:
    if not appointment.enquiry.may_email:
        return
    rules = locking.booking_settings()
    hours = [rules.remind_hours, rules.remind_again_hours]
    for at in reminder_times(appointment.starts_at, hours, rules.quiet_from, rules.quiet_until, now):
        about = f"{appointment.sequence}:{at:%Y-%m-%dT%H:%M}"
        enqueue(Notification.Kind.REMIND, at, enquiry=appointment.enquiry, appointment=appointment, about=about)


def _tell_of_change(appointment: Appointment, what: str, now: datetime) -> None:
    """They did it themselves: the therapist hears of it, and they get it in writing."""
    kinds = [Notification.Kind.TELL_CHANGE]
    if appointment.enquiry.may_email:
        is_off = appointment.status == Status.CANCELLED
        kinds.append(Notification.Kind.CANCELLED if is_off else Notification.Kind.CONFIRM)
    for kind in kinds:
        about = f"{appointment.sequence}:{what}"
        enqueue(kind, now, enquiry=appointment.enquiry, appointment=appointment, about=about)


def _answer(appointment: Appointment, letter: ReplyDraft | None, purpose: Purpose, who: User, now: datetime) -> None:
    if letter:
        enquiry = appointment.enquiry
        enquiries.reply(enquiry, **asdict(letter), purpose=purpose, appointment=appointment, who=who, now=now)


def _note(appointment: Appointment, text: str, now: datetime, who: User | None) -> None:
    record(appointment.enquiry, Event.Kind.DIARY if who else Event.Kind.PERSON, now, who=who, text=text)
