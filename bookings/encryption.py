"""Encryption of personal data in the database, with the keys in FIELD_KEY, the newest first."""

from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from practice.tiers import Tier


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


class EncryptedTextField(models.TextField):
    """Text of one tier that is stored only encrypted, so it can't be used in lookups."""

    def __init__(self, *args: Any, tier: Tier | str = "", **kwargs: Any) -> None:
        self.tier = tier
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"tier": str(self.tier)}

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, UnreadableText):
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
