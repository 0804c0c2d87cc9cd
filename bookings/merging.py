"""Two people who are one: joined into one `Person` by somebody at the desk, or said to be two. Never automatically."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from bookings import locking, people, person_keys
from bookings.actor import Actor
from bookings.encryption import UnreadableText
from bookings.events import record
from bookings.exceptions import NotAllowed
from bookings.models import DismissedMatch, Enquiry, EnquiryQuerySet, Event, Message, Person
from practice import aead

TEXTS = ("name", "organisation", "email", "phone", "good_times", "time_zone")
WHAT_IS_SAFE = ("channel", "voicemail_ok", "text_ok", "calendar_ok", "name_practice_ok")
LABELS = {name: name.replace("_", " ").capitalize() for name in TEXTS}

GONE = "One of the two is no longer there."
REFERRED = "One of the two has referred the other, so they are two people."
UNREADABLE = "What is stored about one of the two can’t be read: a key is missing from FIELD_KEY."
BEING_SENT = "A message to one of the two is being sent just now. Try it again in a minute."


@dataclass(frozen=True)
class Merge:
    """What becomes of two people: one goes into the other, who then has these details."""

    kept: Person
    gone: Person
    details: dict[str, Any]
    enquiries: list[Enquiry]  # of both


def prepare(one: Person, other: Person) -> Merge:
    """Return what merging the two would make of them. Raises NotAllowed."""
    return _merge([one, other], list(_enquiries_of([one, other]).with_people().order_by("pk")))


def merge(enquiry: Enquiry, other: Enquiry, *, actor: Actor, now: datetime) -> None:
    """Make one person of those who wrote the two enquiries. Both histories stay, and say so.

    What was written is encrypted anew under the key of the one who stays, without being opened; the other key is
    deleted. Raises NotAllowed. Done twice, it does nothing the second time.
    """
    with locking.diary_locked(now):
        pks = [enquiry.contact.pk, other.contact.pk]
        # Whoever locks an enquiry and its person locks them in this order.
        enquiries = list(_enquiries_of(pks).order_by("pk").select_for_update())
        both = list(Person.objects.filter(pk__in=pks).order_by("pk").select_for_update())
        current = {each.pk: each for each in enquiries}
        if enquiry.pk not in current or other.pk not in current:
            raise NotAllowed(GONE)
        pair = current[enquiry.pk], current[other.pk]
        if pair[0].contact == pair[1].contact:
            return
        if len(both) != len(set(pks)):
            raise NotAllowed(GONE)
        _ensure_nothing_is_being_sent(enquiries, now)
        planned = _merge(both, enquiries)
        _record(pair, planned.details, actor, now)
        _move(planned)


def dismiss(one: Person, other: Person) -> None:
    """Remember that the two are not the same."""
    first, second = sorted([one.pk, other.pk])
    DismissedMatch.objects.get_or_create(first_id=first, second_id=second)


def restore(one: Person, other: Person) -> None:
    """Forget that they are not the same, so that it is suggested again."""
    DismissedMatch.objects.filter(first__in=[one, other], second__in=[one, other]).delete()


def dismissed(person: Person) -> set[int]:
    """Return the people who are not the same as this one."""
    pairs = DismissedMatch.objects.filter(Q(first=person) | Q(second=person)).values_list("first_id", "second_id")
    return {pk for pair in pairs for pk in pair} - {person.pk}


def forget_orphans(now: datetime) -> None:
    """Delete the dismissed matches of people whom the previous release has erased, since it knows nothing of them.

    RETENTION_TASKS calls this.
    """
    people_there = Person.objects.values("pk")
    DismissedMatch.objects.exclude(first__in=people_there, second__in=people_there).delete()


def _enquiries_of(people_or_pks: Iterable[Any]) -> EnquiryQuerySet:
    both = list(people_or_pks)
    return Enquiry.objects.filter(Q(person__in=both) | Q(referrer__in=both))


def _ensure_nothing_is_being_sent(enquiries: list[Enquiry], now: datetime) -> None:
    """Keep the worker, which composes outside any transaction, from reading half of what is written anew."""
    leases = Message.objects.unsent().filter(enquiry__in=enquiries).select_for_update(of=("self",))
    if any(until and until > now for until in leases.values_list("leased_until", flat=True)):
        raise NotAllowed(BEING_SENT)


def _merge(both: list[Person], enquiries: list[Enquiry]) -> Merge:
    """Plan the merge. The details of whoever wrote last count, as when a form is sent again."""
    pks = {person.pk for person in both}
    if any({enquiry.person_id, enquiry.referrer_id} == pks for enquiry in enquiries):
        raise NotAllowed(REFERRED)
    _ensure_readable(both)
    last = max(enquiries, key=lambda enquiry: (enquiry.received_at, enquiry.pk))
    newer, older = sorted(both, key=lambda person: person.pk not in (last.person_id, last.referrer_id))
    # Nothing can be encrypted under the key of somebody without one, as before rotate_field_key was run.
    kept, gone = sorted(both, key=lambda person: (person.key_id is None, person.pk))
    return Merge(kept, gone, _details(newer, older), enquiries)


def _ensure_readable(both: list[Person]) -> None:
    for person in both:
        is_key_missing = person.key_id is not None and not person.text_keys
        if is_key_missing or any(isinstance(getattr(person, name), UnreadableText) for name in TEXTS):
            raise NotAllowed(UNREADABLE)


def _details(newer: Person, older: Person) -> dict[str, Any]:
    """Return the newer details, with the older ones where nothing was said since."""
    texts = {name: getattr(newer, name) or getattr(older, name) for name in TEXTS}
    source = newer if newer.channel else older
    return texts | {name: getattr(source, name) for name in WHAT_IS_SAFE}


def _record(pair: tuple[Enquiry, Enquiry], details: dict[str, Any], actor: Actor, now: datetime) -> None:
    for enquiry, other in (pair, pair[::-1]):
        before = [
            f"{label}, before: {text}"
            for name, label in LABELS.items()
            if (text := getattr(enquiry.contact, name)) and text != details[name]
        ]
        text = "\n".join([f"The same person as in {other.reference}", *before])
        record(enquiry, Event.Kind.DIARY, now, actor=actor, text=text)


def _move(planned: Merge) -> None:
    """Give everything of the one to the other, then delete what is left of the one."""
    kept, gone, key = planned.kept, planned.gone, planned.gone.key_id
    try:
        for enquiry in planned.enquiries:
            if enquiry.person_id == gone.pk:
                people.hand_over(enquiry, kept)
    except aead.CannotBeOpenedError:
        raise NotAllowed(UNREADABLE) from None
    Enquiry.objects.filter(referrer=gone).update(referrer=kept)
    for pk in dismissed(gone) - {kept.pk}:
        dismiss(kept, Person(pk=pk))
    people.update(kept, planned.details)
    Person.objects.filter(pk=gone.pk).unused().delete()
    if key:
        person_keys.delete([key])
