"""Bring everything that is encrypted under the newest FIELD_KEY, and each person's words under a key of their own.

Each person is one transaction, and what is done already is passed over: whoever is interrupted starts it once more. The
site goes on meanwhile. `undo` is the way back for the previous release, which knows no keys of people.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from bookings import search
from bookings.encryption import (
    Ciphertext,
    EncryptedRow,
    UnreadableText,
    derived_keys,
    encrypted_fields,
    fernet,
    is_sealed,
    pks_stored_as,
    read_texts,
    write_texts,
)
from bookings.models import Appointment, BookingSettings, Enquiry, Event, Invoice, Person, PersonKey, Reply
from bookings.models.person_key import unwrap, wrap
from practice import aead
from practice.models import SiteState
from practice.sealing import opened
from practice.sealing.practice_keys import ClosedError

ROWS: dict[type[EncryptedRow], str] = {  # the models with a person's words, and how each leads to the person
    Person: "pk",
    Enquiry: "person",
    Event: "enquiry__person",
    Reply: "enquiry__person",
    Appointment: "enquiry__person",
    Invoice: "enquiry__person",
}
Progress = Callable[[int, int], None]  # how many people are done, and of how many


@dataclass
class Rotated:
    """What a rotation has done."""

    people: int = 0  # who have another key, or the same one encrypted anew
    rows: int = 0  # that were encrypted anew
    unreadable: int = 0  # rows, or keys of people, that no key of FIELD_KEY opens


def rotate(progress: Progress) -> Rotated:
    """Move everything, and return what was done."""
    SiteState.load()
    SiteState.objects.update(has_person_keys=True)
    done = Rotated()
    outdated = list(_outdated_people())
    for number, pk in enumerate(outdated, start=1):
        _rotate_person(pk, done)
        progress(number, len(outdated))
    for model in ROWS:
        # FIELD_KEY itself encrypts these; the previous release may have written them meanwhile
        for pk in pks_stored_as(model, encrypted_fields(model), "gAAAA"):
            _rewrite(model, pk, done)
    for booking_settings in BookingSettings.objects.all():
        _rewrite(BookingSettings, booking_settings.pk, done)
    if done.people:  # what older keys of FIELD_KEY open is to leave the disk too
        SiteState.objects.update(person_keys_deleted_at=timezone.now())
    return done


def _outdated_people() -> Iterator[int]:
    """Yield the people without a key, and those whose key the newest FIELD_KEY doesn't open."""
    for person in Person.objects.only("row_id", "key__wrapped").select_related("key").order_by("pk"):
        if not (person.key and person.row_id and unwrap(person.key.wrapped, person.row_id, settings.FIELD_KEYS[:1])):
            yield person.pk


@transaction.atomic
def _rotate_person(pk: int, done: Rotated) -> None:
    """Lock whatever else is locked before a person, then them. Somebody may have been faster, or have erased them."""
    enquiries = list(Enquiry.objects.filter(Q(person=pk) | Q(referrer=pk)).order_by("pk").select_for_update())
    person = Person.objects.select_for_update().filter(pk=pk).first()
    if person and person.key_id:
        _wrap_again(person, done)
    elif person:
        _give_key(person, [enquiry for enquiry in enquiries if enquiry.person_id == pk], done)


def _give_key(person: Person, enquiries: list[Enquiry], done: Rotated) -> None:
    """Give the person a key, and write everything of theirs under it."""
    rows = list(_rows_of(person, enquiries))
    for row in rows:
        read_texts(row)
        row.row_id = row.row_id or uuid4()
    person.key = PersonKey.new(cast(Any, person.row_id))
    person.key.save(force_insert=True)
    Person.objects.filter(pk=person.pk).update(key=person.key)
    for row in rows:
        _write(row, done)
    done.people += 1


def _rows_of(person: Person, enquiries: list[Enquiry]) -> Iterator[EncryptedRow]:
    """Yield everything that is encrypted under the person's key; each row leads to this one instance of the person."""
    yield person
    for enquiry in enquiries:
        enquiry.person = person
        yield enquiry
        for related in (enquiry.events, enquiry.replies, enquiry.appointments, enquiry.invoices):
            yield from related.all()


def _wrap_again(person: Person, done: Rotated) -> None:
    """Encrypt the person's key under the newest FIELD_KEY, and make with it what they are found by."""
    key = cast(PersonKey, person.key)
    person_key = key.opened(cast(Any, person.row_id))
    if person_key is None:
        done.unreadable += 1
        return
    key.wrapped = wrap(person_key, cast(Any, person.row_id))
    key.save(update_fields=["wrapped"])
    search.index_again(person)
    done.people += 1


@transaction.atomic
def _rewrite(model: type[EncryptedRow], pk: int, done: Rotated) -> None:
    if row := model._base_manager.select_for_update().filter(pk=pk).first():
        read_texts(row)
        row.row_id = row.row_id or uuid4()
        _write(row, done)


def _write(row: EncryptedRow, done: Rotated) -> None:
    """Store the row's texts under its keys, or leave it as it is where one can't be read."""
    texts = [row.__dict__[field.attname] for field in encrypted_fields(row)]
    if any(isinstance(text, UnreadableText) and not is_sealed(text) for text in texts):  # what is sealed stays so
        done.unreadable += 1
        return
    write_texts(row)
    done.rows += any(row.__dict__[field.attname] for field in encrypted_fields(row))
    if isinstance(row, Person):
        search.index_again(row)


def undo(registry: Any, progress: Progress) -> int:
    """Write everything as the previous release does, and return how many keys of people can't be opened.

    Those people stay as they are. The models come from the registry, so that a migration can be taken back; nothing
    else may write meanwhile. Where words are sealed, the caller has opened them (`opened.lent`). Raises ClosedError.
    """
    _ensure_opened(registry)
    person_model, key_model = registry.get_model("bookings.Person"), registry.get_model("bookings.PersonKey")
    registry.get_model("practice.SiteState").objects.update(has_person_keys=False)
    unopened = 0
    people = list(person_model.objects.exclude(key=None).select_related("key").order_by("pk"))
    for number, person in enumerate(people, start=1):
        person_key = unwrap(person.key.wrapped, person.row_id, settings.FIELD_KEYS)
        if person_key is None:
            unopened += 1
            continue
        with transaction.atomic():
            for model, path in _rows_in(registry):
                for row in model.objects.filter(**{path: person.pk}):
                    _write_with_fernet(row, [person_key])
            person_model.objects.filter(pk=person.pk).update(key=None)
            key_model.objects.filter(pk=person.key_id).delete()
        progress(number, len(people))
    settings_model = registry.get_model("bookings.BookingSettings")
    for row in settings_model.objects.all():
        _write_with_fernet(row, derived_keys())
    settings_model.objects.update(row_id=None)
    return unopened


def _rows_in(registry: Any) -> Iterator[tuple[Any, str]]:
    """Yield the models of ROWS; a migration that is taken back knows only those that there were before."""
    for model, path in ROWS.items():
        with suppress(LookupError):
            yield registry.get_model(model._meta.label), path


def _ensure_opened(registry: Any) -> None:
    try:
        practice_keys = registry.get_model("practice.PracticeKey").objects.values_list("pk", flat=True)
    except LookupError:  # a migration is taken back, and that of these keys was before
        return
    if set(practice_keys) - set(opened.keys()):
        raise ClosedError


def _write_with_fernet(row: models.Model, keys: list[bytes]) -> None:
    """Write what these keys open with Fernet under FIELD_KEY, and leave everything else as it is."""
    texts = {}
    for field in encrypted_fields(row):
        value = row.__dict__[field.attname]
        if isinstance(value, Ciphertext) and (text := _opened(value.stored, keys, field.place(row))) is not None:
            texts[field.name] = Ciphertext(fernet().encrypt(text.encode()).decode())
    if texts:
        type(row)._base_manager.filter(pk=row.pk).update(**texts)


def _opened(stored: str, keys: list[bytes], place: aead.Place) -> str | None:
    try:
        if stored.startswith(aead.SEALED_PREFIX):
            return opened.read(aead.decrypt(stored, keys, place, aead.SEALED_PREFIX), place)
        return aead.decrypt(stored, keys, place) if stored.startswith(aead.PREFIX) else None
    except aead.CannotBeOpenedError:
        return None
