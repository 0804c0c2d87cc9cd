"""A form that is sent again with other answers, as after Back: they are added to its enquiry, and nothing is lost.

The newest answers count, because a person may have corrected an address or withdrawn a permission. What they replace
stands in the history. Messages are kept one below the other. Once the therapist has answered, newer wishes for a place
or time change nothing that was agreed, and stand in the history too.
"""

from datetime import datetime
from typing import Any

from bookings import appointments, enquiries, events, formatting, locking, offers, people
from bookings.actor import Actor
from bookings.booking import JOINED_WITHIN
from bookings.encryption import UnreadableText
from bookings.exceptions import NotAllowed
from bookings.messages.to_therapist import TELL_ADDITION, TELL_THERAPIST
from bookings.models import Appointment, Enquiry, Event
from bookings.outbox import enqueue, joined_due_at
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot

SENT_AGAIN = "Their message, as they sent it again:"
MAX_ADDITIONS = 20  # of one form; more is a machine
ABOUT_THE_PERSON = ("on_behalf", "person_knows")
WISHES = ("appointment_type", "location", "days", "parts")


class TooManyAdditions(NotAllowed):
    """The form was sent again more often than a person does."""


def add(
    enquiry: Enquiry,
    details: dict[str, Any],
    slots: list[Slot],
    *,
    answers_digest: str,
    suspicion: str,
    policy: ReplyPolicy,
    now: datetime,
) -> Enquiry:
    """Add the answers to the enquiry and tell the therapist. The same answers add nothing. Raises TooManyAdditions."""
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        text = _change_answers(current, details, slots, now)
        current.answers_digest = answers_digest
        current.save()
        if text:
            _record(current, text, now)
        if text or current.set_aside_because:
            _continue(current, suspicion, policy, now)
    return current


def _change_answers(enquiry: Enquiry, details: dict[str, Any], slots: list[Slot], now: datetime) -> str:
    """Set the newest answers and return what the history says about them; nothing if they are the same."""
    before = _answers(enquiry)
    _set(enquiry, details, ABOUT_THE_PERSON)
    people.replace(enquiry, details, is_referral=details["on_behalf"] == Enquiry.Behalf.PROFESSIONAL)
    lines = [*_add_message(enquiry, details["message"], now), *_change_wishes(enquiry, details, slots, now)]
    after = _answers(enquiry)
    lines += [f"{label}, before: {answer or 'no answer'}" for label, answer in before.items() if answer != after[label]]
    return "\n".join(lines)


def _set(enquiry: Enquiry, details: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        setattr(enquiry, name, details[name])


def _add_message(enquiry: Enquiry, message: str, now: datetime) -> list[str]:
    if not message:
        return []
    if isinstance(enquiry.message, UnreadableText):  # as what is sealed is for a visitor: nothing can be compared
        return [f"{SENT_AGAIN}\n\n{message}\n"]
    if message in enquiry.message:
        return []
    if enquiry.message and enquiry.message not in message:
        message = f"{enquiry.message}\n\n[Added on {formatting.moment(now)}]\n\n{message}"
    enquiry.message = message
    return ["They added to their message."]


def _change_wishes(enquiry: Enquiry, details: dict[str, Any], slots: list[Slot], now: datetime) -> list[str]:
    """Set what they would like, unless it was answered or offered times meanwhile: then return it for the history."""
    if enquiry.is_complaint:
        return []
    if not _is_open(enquiry):
        return _later_wishes(enquiry, details, slots)
    pending = enquiry.appointments.filter(status=Appointment.Status.PENDING).order_by("rank")
    requested = [(appointment.starts_at, appointment.location_id) for appointment in pending]
    _set(enquiry, details, WISHES)
    if requested != [(slot.starts_at, slot.location.pk) for slot in slots]:
        if slots:
            appointments.request_free_slots(enquiry, slots, now)
        else:
            offers.withdraw_open_slots(enquiry, Actor.PERSON, now)
    return []


def _is_open(enquiry: Enquiry) -> bool:
    is_unanswered = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.SET_ASIDE)
    return is_unanswered and not enquiry.appointments.holding().exists()


def _later_wishes(enquiry: Enquiry, details: dict[str, Any], slots: list[Slot]) -> list[str]:
    """Return the wishes that are not those of the enquiry and name something."""
    wish = Enquiry(**{name: details[name] for name in WISHES})
    known = set(enquiry.appointments.values_list("starts_at", "location"))
    times = [str(slot) for slot in slots if (slot.starts_at, slot.location.pk) not in known]
    wishes = [
        ("What", wish.asked_for, enquiry.asked_for),
        ("Where", wish.where, enquiry.where),
        ("When", "; ".join(times), ""),
        ("When", formatting.days(wish), formatting.days(enquiry)),
    ]
    return [f"{label}, now: {new}" for label, new, former in wishes if new not in ("", former)]


def _answers(enquiry: Enquiry) -> dict[str, str]:
    """Return every answer but the message in words."""
    contact = enquiry.contact
    return {
        "What": enquiry.asked_for,
        "For": enquiry.get_on_behalf_display(),
        "Initials": enquiry.person.name if enquiry.is_referral else "",
        "Organisation": contact.organisation,
        "Does the person know": enquiry.get_person_knows_display(),
        "Where": enquiry.where,
        "When": "; ".join(formatting.wishes(enquiry)),
        "Name": contact.name,
        "Reach by": contact.get_channel_display(),
        "Email": contact.email,
        "Phone": contact.phone,
        "What is safe": "; ".join(words for _, words in formatting.safe_contact(enquiry)),
        "Good times": contact.good_times,
        "Time zone": contact.time_zone,
    }


def _record(enquiry: Enquiry, text: str, now: datetime) -> None:
    if enquiry.events.filter(kind=Event.Kind.ADDED).count() >= MAX_ADDITIONS:
        raise TooManyAdditions
    events.record(enquiry, Event.Kind.ADDED, now, actor=Actor.PERSON, text=text)


def _continue(enquiry: Enquiry, suspicion: str, policy: ReplyPolicy, now: datetime) -> None:
    """Let the enquiry wait for an answer to what was added, and tell the therapist.

    What was set aside by itself waits like any other once a form comes that is not suspicious.
    """
    if enquiry.status == Enquiry.Status.SET_ASIDE:
        if enquiry.set_aside_because and not suspicion:
            enquiries.change_status(enquiry, Enquiry.Status.WAITING, actor=Actor.PERSON, policy=policy, now=now)
            enqueue(TELL_THERAPIST, now, enquiry=enquiry)
        return
    enquiries.wait_again(enquiry, policy=policy, actor=Actor.PERSON, now=now)
    enquiries.acknowledge(enquiry, now)
    if due_at := joined_due_at(enquiry.messages.filter(kind=TELL_ADDITION.kind), JOINED_WITHIN, now):
        enqueue(TELL_ADDITION, due_at, enquiry=enquiry, about=f"added:{due_at:%Y-%m-%dT%H:%M:%S.%f}")
