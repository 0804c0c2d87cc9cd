"""What happens to a person: they are recorded, corrected and erased."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import outstanding, search
from bookings.actor import Actor
from bookings.events import record
from bookings.models import Appointment, Enquiry, Event, Person
from practice.backups import erasures

CONTACT_FIELDS = [field.name for field in Person._meta.concrete_fields if field.name != "id"]


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

    Whether it is a referral may have changed; then new people take the place of the former ones.
    """
    initials = details.get("person_initials", "")
    if is_referral == enquiry.is_referral:
        _update(enquiry.contact, contact_details(details))
        if is_referral:
            _update(enquiry.person, {"name": initials})
        return
    former = [key for key in (enquiry.person_id, enquiry.referrer_id) if key]
    enquiry.person, enquiry.referrer = create(
        contact_details(details), person_initials=initials, is_referral=is_referral
    )
    enquiry.save(update_fields=["person", "referrer", "on_behalf"])
    enquiry.appointments.update(person=enquiry.person)
    Person.objects.filter(pk__in=former).unused().delete()


def _update(person: Person, details: Mapping[str, Any]) -> None:
    for name, value in details.items():
        setattr(person, name, value)
    person.save()
    search.index_again(person)


@transaction.atomic
def correct(
    enquiry: Enquiry, details: Mapping[str, Any], changed: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Give the one who wrote these details (UK GDPR Art. 16). The history names what `changed`, without its values."""
    _update(enquiry.contact, contact_details(details))
    record(enquiry, Event.Kind.DIARY, now, actor=actor, text=f"Corrected: {', '.join(changed)}")


@transaction.atomic
def erase(person: Person, now: datetime) -> None:
    """Delete the person with everything that belongs to them (UK GDPR Art. 17). Exceptions as in `erase_enquiries`."""
    erase_enquiries(Enquiry.objects.filter(Q(person=person) | Q(referrer=person)), now)
    person.delete()


@transaction.atomic
def erase_enquiries(enquiries: QuerySet[Enquiry], now: datetime) -> None:
    """Delete the enquiries with everything that belongs to them, and the people to whom nothing else belongs.

    That they were erased is remembered, in case a backup brings them back. Raises NotAllowed where an appointment is to
    come or an offer is held: those are ended first, so that both sides know and the time becomes free only then.
    """
    locked = list(enquiries.order_by("pk").select_for_update())
    outstanding.ensure_none(locked, now)
    keys = {key for enquiry in locked for key in (enquiry.person_id, enquiry.referrer_id) if key}
    Appointment.objects.filter(enquiry__in=locked).delete()
    Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in locked]).delete()
    Person.objects.filter(pk__in=keys).unused().delete()
    erasures.record(map(identity_digest, locked), now)


def identity_digest(enquiry: Enquiry) -> str:
    """Return what recognises the enquiry in a backup and says nothing about it.

    No key is in it: it must still be recognised after FIELD_KEY was changed. The moment to the microsecond is part of
    it, so that nobody finds the reference by trying all of them.
    """
    received_at = enquiry.received_at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{enquiry.reference} {received_at}".encode()).hexdigest()
