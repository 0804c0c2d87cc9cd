"""Encryption of personal text in the database.

A row with encrypted text has a random `row_id` and says with `text_keys` which keys open its texts, the first of which
encrypts: those of a person under the key of that person (bookings/models/person_key.py), those of nobody under keys
derived from FIELD_KEY. What an instance doesn't know when a row is read, its keys, it asks for when the text is used;
so a text is decrypted only where somebody reads it.

A row without a key of its own, as the previous release writes it, is encrypted with Fernet under FIELD_KEY itself.
"""

import re
from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import pre_save

from practice import aead, keys
from practice.keys import KeyLabel
from practice.models import PracticeKey
from practice.sealing import opened, practice_keys
from practice.tiers import Tier

# Of Fernet: version 0x80, a time, and at least 57 more bytes; of ours: a nonce, 64 padded bytes and a tag.
STORED = re.compile(rf"gAAAA[\w-]{{90,}}={{0,2}}|(?:{aead.PREFIX}|{aead.SEALED_PREFIX})[\w-]{{120,}}={{0,2}}")


@cache
def _fernet(field_keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in field_keys])


def fernet() -> MultiFernet:
    """Return the cipher of the previous release, which encrypts with the newest FIELD_KEY and decrypts with any."""
    return _fernet(tuple(settings.FIELD_KEYS))


class Ciphertext:
    """A text as it is stored. An instance shows the text in its place; `values()` can't, and no template shows it."""

    __slots__ = ("stored",)

    def __init__(self, stored: str) -> None:
        self.stored = stored

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ciphertext) and other.stored == self.stored

    def __hash__(self) -> int:
        return hash(self.stored)

    def __repr__(self) -> str:
        return "<encrypted>"

    def __str__(self) -> str:
        raise TypeError("Read encrypted text through an instance of its model, not by values().")


class FixtureCiphertext(Ciphertext):
    """Ciphertext of a fixture, which is stored as it is and not read before."""

    __slots__ = ()


class UnreadableText(str):
    """Shown in place of text that no current key decrypts. Saving it stores the original ciphertext again."""

    stored: str
    sentence = "(can’t be read: its key is missing from FIELD_KEY)"

    def __new__(cls, stored: str) -> "UnreadableText":
        text = super().__new__(cls, cls.sentence)
        text.stored = stored
        return text

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same ciphertext; it equals no text, not even its own sentence."""
        return isinstance(other, UnreadableText) and other.stored == self.stored

    def __ne__(self, other: object) -> bool:
        return not self == other  # the one of `str` would compare the sentences

    def __hash__(self) -> int:
        return hash(self.stored)


class SealedText(UnreadableText):
    """Shown in place of text that only a signed-in therapist can read. Saving it stores the original again."""

    sentence = "(sealed: a therapist’s password opens it)"


class EncryptedRow(models.Model):
    """A row with encrypted text. Its id is part of what each text is bound to."""

    # The release before knows nothing of it, and its rows have none until rotate_field_key was run.
    row_id = models.UUIDField(null=True, default=uuid4, editable=False)

    class Meta:
        abstract = True

    @property
    def text_keys(self) -> list[bytes]:
        """Return the keys of the row's texts, the newest first; none: FIELD_KEY itself encrypts them."""
        raise NotImplementedError

    @property
    def is_needed_unsealed(self) -> bool:
        """Return whether the worker has to read the row's texts, so that they can't be sealed yet."""
        return False


def derived_keys() -> list[bytes]:
    """Return the keys of texts that are nobody's."""
    return [keys.derive(KeyLabel.STORED_TEXT, field_key) for field_key in settings.FIELD_KEYS]


class EncryptedAttribute(DeferredAttribute):
    """The text of an instance, decrypted when it is read for the first time."""

    field: "EncryptedTextField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and type(value) is Ciphertext:
            value = instance.__dict__[self.field.attname] = self.field.decrypted(instance, value.stored)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text of one tier that is stored only encrypted, so it can't be used in lookups.

    A fixture holds the ciphertext too, so `dumpdata` and `loaddata` move a site without revealing a word, and with any
    key or none.
    """

    descriptor_class = EncryptedAttribute

    def __init__(self, *args: Any, tier: Tier | str = "", **kwargs: Any) -> None:
        self.tier = tier
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"tier": str(self.tier)}

    def decrypted(self, instance: models.Model, stored: str) -> str:
        """Return the text, or UnreadableText."""
        try:
            if stored.startswith(aead.SEALED_PREFIX):
                place = self.place(instance)
                sealed = aead.decrypt(stored, _text_keys(instance), place, aead.SEALED_PREFIX)
                text = opened.read(sealed, place)
                return SealedText(stored) if text is None else text
            if stored.startswith(aead.PREFIX):
                return aead.decrypt(stored, _text_keys(instance), self.place(instance))
            return fernet().decrypt(stored).decode()
        except (aead.CannotBeOpenedError, InvalidToken):
            return UnreadableText(stored)

    def encrypted(self, instance: models.Model, text: str) -> str:
        """Return what is stored of this text in the row of the instance."""
        if getattr(instance, "row_id", None) and (text_keys := _text_keys(instance)):
            place = self.place(instance)
            if practice_key := self.sealing_key(instance):
                sealed = practice_keys.seal(text, practice_key, place)
                return aead.encrypt(sealed, text_keys[0], place, aead.SEALED_PREFIX)
            return aead.encrypt(text, text_keys[0], place)
        return fernet().encrypt(text.encode()).decode()

    def sealing_key(self, instance: models.Model) -> PracticeKey | None:
        """Return the key to which a text of this row is sealed before it is encrypted, if it is."""
        if self.tier != Tier.SEALED or getattr(instance, "is_needed_unsealed", False):
            return None
        return practice_keys.newest()

    def ciphertext(self, instance: models.Model) -> Any:
        """Return what is to be stored of the instance's value. Text that nobody has read stays as it is."""
        value = instance.__dict__.get(self.attname)
        if not value or isinstance(value, Ciphertext):
            return value
        if isinstance(value, UnreadableText):
            return Ciphertext(value.stored)
        return Ciphertext(self.encrypted(instance, str(value)))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return self.ciphertext(model_instance)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, (Ciphertext, UnreadableText)):
            return value.stored
        if value:
            raise FieldError(f"{self.name} is encrypted for one row: save an instance, or update with `for_row()`.")
        return super().get_prep_value(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Ciphertext | str | None:
        return Ciphertext(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be looked up; see bookings/search.py.")

    def value_to_string(self, obj: models.Model) -> str:
        """Return what a fixture holds: the ciphertext."""
        return self.get_prep_value(self.ciphertext(obj)) or ""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            pre_save.connect(self._take_ciphertext, sender=cls)

    def place(self, instance: models.Model) -> aead.Place:
        row_id: UUID | None = getattr(instance, "row_id", None)
        return aead.Place(self.model._meta.db_table, str(self.column), str(row_id or ""))

    def _take_ciphertext(self, instance: models.Model, raw: bool, **kwargs: Any) -> None:
        """Signal handler: keep ciphertext that comes from a fixture, and from nowhere else, as it is.

        Other text of a fixture is encrypted with FIELD_KEY itself, since the rows around it may not be there yet.
        """
        if raw and (value := instance.__dict__.get(self.attname)):
            stored = value if STORED.fullmatch(str(value)) else fernet().encrypt(str(value).encode()).decode()
            setattr(instance, self.attname, FixtureCiphertext(stored))


def _text_keys(instance: models.Model) -> list[bytes]:
    """Return the keys of the row; none for the models of a migration, which know only their columns."""
    return getattr(instance, "text_keys", [])


def is_sealed(text: str) -> bool:
    """Return whether this stands for a text that nobody has opened, about which nothing else is known."""
    return isinstance(text, SealedText)


def encrypted_fields(model: type[models.Model] | models.Model) -> list[EncryptedTextField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def pks_stored_as(model: type[models.Model], fields: Iterable[EncryptedTextField], prefix: str) -> list[int]:
    """Return the rows of which one of these texts is stored with the prefix."""
    stored = {f"stored_{field.name}": Cast(field.name, models.TextField()) for field in fields}
    is_so = reduce(or_, (models.Q(**{f"{name}__startswith": prefix}) for name in stored))
    return list(model._base_manager.alias(**stored).filter(is_so).order_by("pk").values_list("pk", flat=True))


def for_row(row: models.Model, **texts: str) -> dict[str, Any]:
    """Return these texts, encrypted for this row, as `update()` takes them."""
    fields = {field.name: field for field in encrypted_fields(row)}
    return {name: Ciphertext(fields[name].encrypted(row, text)) if text else text for name, text in texts.items()}


def texts_under(row: EncryptedRow, keys: Iterable[bytes], new_key: bytes) -> dict[str, Any]:
    """Return what of the row is encrypted under one of the keys, under the new key, as `update()` takes it.

    No text is opened by this: what is sealed stays sealed within. The row is as it was read.

    Raises CannotBeOpenedError.
    """
    keys, texts = list(keys), {}
    for field in encrypted_fields(row):
        value = row.__dict__[field.attname]
        prefix = next((each for each in (aead.PREFIX, aead.SEALED_PREFIX) if _is_stored_as(value, each)), "")
        if prefix:  # else it is empty, or FIELD_KEY itself encrypts it, whoever's it is
            text = aead.decrypt(value.stored, keys, field.place(row), prefix)
            texts[field.name] = Ciphertext(aead.encrypt(text, new_key, field.place(row), prefix))
    return texts


def _is_stored_as(value: Any, prefix: str) -> bool:
    return isinstance(value, Ciphertext) and value.stored.startswith(prefix)


def read_texts(row: models.Model) -> None:
    """Decrypt every text of the row, before its keys change."""
    for field in encrypted_fields(row):
        getattr(row, field.attname)


def write_texts(row: EncryptedRow) -> None:
    """Store every text that `read_texts` has read, under the keys that the row has now, and nothing else."""
    texts = {field.name: field.ciphertext(row) for field in encrypted_fields(row)}
    row._meta.model._base_manager.filter(pk=row.pk).update(row_id=row.row_id, **texts)
