"""What happens to a person: they are recorded, corrected and erased. Two who are one are merged in merging.py."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings import outstanding, person_keys, search
from bookings.actor import Actor
from bookings.encryption import EncryptedRow, texts_under
from bookings.events import record
from bookings.models import Appointment, Enquiry, Event, Invoice, Person, Reply, Series
from practice import aead, audit
from practice.backups import erasures

OF_AN_ENQUIRY = (Event, Reply, Appointment, Invoice)  # what holds more of its person's words
OF_THE_ROW = ("id", "row_id", "key")
CONTACT_FIELDS = [field.name for field in Person._meta.concrete_fields if field.name not in OF_THE_ROW]


def create(details: Mapping[str, Any], *, person_initials: str, is_referral: bool) -> tuple[Person, Person | None]:
    """Save the person and, of a referral, the referrer, who is the one whom the details describe.

    Each form makes new people: only the therapist can know that two of them are the same.
    """
    contact = Person.objects.create(**details)
    search.index(contact)
    if not is_referral:
        return contact, None
    return Person.objects.create(name=person_initials), contact


def contact_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the answers of a form describes the one who wrote it."""
    return {name: details[name] for name in CONTACT_FIELDS if name in details}


def replace(enquiry: Enquiry, details: Mapping[str, Any], *, is_referral: bool) -> None:
    """Give the people of the enquiry these details. The caller saves the enquiry, and locks it.

    Whether it is a referral may have changed. The person stays the same row even then, because their key opens what is
    written in the enquiry: they become the one who was referred, or who writes themselves. Only somebody who has other
    enquiries too is left as they are, and the enquiry becomes that of a new person.
    """
    initials = details.get("person_initials", "")
    person, referrer, contact = enquiry.person, enquiry.referrer, contact_details(details)
    if is_referral and referrer is None:
        enquiry.referrer, _ = create(contact, person_initials="", is_referral=False)
        if _has_other_enquiries(person, enquiry):
            hand_over(enquiry, Person.objects.create(name=initials))
        else:
            update(person, _blank() | {"name": initials})
    elif is_referral and referrer:
        update(referrer, contact)
        update(person, {"name": initials})
    else:
        update(person, contact)
        enquiry.referrer = None
    if enquiry.referrer != referrer:
        enquiry.save(update_fields=["referrer", "on_behalf"])
    if referrer and enquiry.referrer is None:
        _delete_unused([referrer.pk])


def _has_other_enquiries(person: Person, enquiry: Enquiry) -> bool:
    return enquiries_of(person).exclude(pk=enquiry.pk).exists()


def enquiries_of(person: Person) -> QuerySet[Enquiry]:
    """Return the enquiries that are about the person, or in which they refer somebody."""
    return Enquiry.objects.filter(Q(person=person) | Q(referrer=person))


def hand_over(enquiry: Enquiry, person: Person) -> None:
    """Give the locked enquiry to another person, with everything that was written in it under their key.

    Nothing is opened by it, so sealed words stay sealed. Raises CannotBeOpenedError where a key is missing.
    """
    before, after = enquiry.person, person.text_keys
    if before.key_id and not after:
        raise aead.CannotBeOpenedError
    models: list[tuple[type[EncryptedRow], str]] = [(Enquiry, "pk"), *((model, "enquiry") for model in OF_AN_ENQUIRY)]
    for model, path in models:
        for row in model._base_manager.filter(**{path: enquiry.pk}).select_for_update():
            texts = texts_under(row, before.text_keys, after[0]) if after else {}
            if texts:
                model._base_manager.filter(pk=row.pk).update(**texts)
            if model is Enquiry:
                enquiry.__dict__.update(texts)
    Enquiry.objects.filter(pk=enquiry.pk).update(person=person)
    Appointment.objects.filter(enquiry=enquiry).update(person=person)
    enquiry.person = person


def _blank() -> dict[str, Any]:
    """Return what nobody has said yet."""
    return {field.name: field.get_default() for field in Person._meta.concrete_fields if field.name in CONTACT_FIELDS}


def update(person: Person, details: Mapping[str, Any]) -> None:
    for name, value in details.items():
        setattr(person, name, value)
    person.save()
    search.index_again(person)


@transaction.atomic
def correct(
    enquiry: Enquiry, details: Mapping[str, Any], changed: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Give the one who wrote these details (UK GDPR Art. 16). The history names what `changed`, without its values."""
    current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)  # whose contact may be another person by now
    update(current.contact, contact_details(details))
    record(current, Event.Kind.DIARY, now, actor=actor, text=f"Corrected: {', '.join(changed)}")


@transaction.atomic
def erase(person: Person, now: datetime) -> None:
    """Delete the person with everything that belongs to them (UK GDPR Art. 17). Exceptions as in `erase_enquiries`."""
    erase_enquiries(enquiries_of(person), now)
    _delete_unused([person.pk])


@transaction.atomic
def erase_enquiries(enquiries: QuerySet[Enquiry], now: datetime) -> int:
    """Delete the enquiries with everything that belongs to them, and the people to whom nothing else belongs.

    Return how many enquiries that were. Of their invoices, numbers, days and amounts stay (docs/adr/0075).

    That they were erased is remembered, in case a backup brings them back. Raises NotAllowed where an appointment is to
    come or an offer is held: those are ended first, so that both sides know and the time becomes free only then.
    """
    locked = list(enquiries.order_by("pk").select_for_update())
    outstanding.ensure_none(locked, now)
    keys = {key for enquiry in locked for key in (enquiry.person_id, enquiry.referrer_id) if key}
    theirs = Invoice.objects.filter(Q(enquiry__in=locked) | Q(appointments__enquiry__in=locked))
    Invoice.objects.filter(pk__in=list(theirs.values_list("pk", flat=True))).erase_names()
    Appointment.objects.filter(enquiry__in=locked).delete()
    Series.objects.filter(enquiry__in=locked).delete()
    pks = [enquiry.pk for enquiry in locked]
    Enquiry.objects.filter(pk__in=pks).delete()
    audit.forget(Enquiry, locked)
    _delete_unused(keys)
    erasures.record(map(identity_digest, locked), now)
    return len(locked)


def clear_orphaned_invoices(now: datetime) -> None:
    """Take the names from invoices whose enquiry the release before has erased, since it knows of no invoices.

    RETENTION_TASKS calls this.
    """
    is_there = Exists(Enquiry.objects.filter(pk=OuterRef("enquiry_id")))
    Invoice.objects.filter(~is_there, enquiry__isnull=False).erase_names()


def _delete_unused(people: Iterable[int]) -> None:
    """Delete those of the people to whom nothing belongs, and with their keys what is left of their words anywhere."""
    unused = Person.objects.filter(pk__in=people).unused()
    keys = list(unused.exclude(key=None).values_list("key", flat=True))
    unused.delete()
    person_keys.delete(keys)


def identity_digest(enquiry: Enquiry) -> str:
    """Return what recognises the enquiry in a backup and says nothing about it.

    No key is in it: it must still be recognised after FIELD_KEY was changed. The moment to the microsecond is part of
    it, so that nobody finds the reference by trying all of them.
    """
    received_at = enquiry.received_at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{enquiry.reference} {received_at}".encode()).hexdigest()
