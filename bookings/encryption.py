"""Encryption of personal data in the database, with the keys in FIELD_KEY, the newest first."""

import re
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.signals import pre_save

from practice.tiers import Tier

CIPHERTEXT = re.compile(r"gAAAA[\w-]{90,}={0,2}")  # version 0x80, a time, and at least 57 more bytes (Fernet)


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return a cipher that encrypts with the newest key and decrypts with any."""
    return _cipher(tuple(settings.FIELD_KEYS))


class UnreadableText(str):
    """Shown in place of text that no current key decrypts. Saving it stores the original ciphertext again."""

    stored: str

    def __new__(cls, stored: str) -> "UnreadableText":
        text = super().__new__(cls, "(can’t be read: its key is missing from FIELD_KEY)")
        text.stored = stored
        return text


class StoredText(str):
    """Text from a fixture, which is ciphertext already and is stored as it is."""

    @property
    def stored(self) -> str:
        return str(self)


class EncryptedTextField(models.TextField):
    """Text of one tier that is stored only encrypted, so it can't be used in lookups.

    A fixture holds the ciphertext too, so `dumpdata` and `loaddata` move a site without revealing a word, and with any
    key or none.
    """

    def __init__(self, *args: Any, tier: Tier | str = "", **kwargs: Any) -> None:
        self.tier = tier
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"tier": str(self.tier)}

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, (UnreadableText, StoredText)):
            return value.stored
        return cipher().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return cipher().decrypt(value).decode()
        except InvalidToken:
            return UnreadableText(value)

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be looked up; see bookings/search.py.")

    def value_to_string(self, obj: models.Model) -> str:
        """Return what a fixture holds: the ciphertext."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            pre_save.connect(self._take_ciphertext, sender=cls)

    def _take_ciphertext(self, instance: models.Model, raw: bool, **kwargs: Any) -> None:
        """Signal handler: keep ciphertext that comes from a fixture, and from nowhere else, as it is."""
        value = str(self.value_from_object(instance) or "")
        if raw and CIPHERTEXT.fullmatch(value):
            setattr(instance, self.attname, StoredText(value))
