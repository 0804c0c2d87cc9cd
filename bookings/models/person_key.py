from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models

from practice import aead, keys
from practice.keys import KeyLabel


class PersonKey(models.Model):
    """The key under which everything of one person is encrypted, itself encrypted under a key derived from FIELD_KEY.

    It is deleted with the person, and the little table is rewritten within the hour (bookings/person_keys.py); then
    nothing that is left anywhere of what they wrote can be read.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wrapped = models.CharField(max_length=200, editable=False)

    open_fields = ("wrapped",)  # a key, encrypted

    def __str__(self) -> str:
        return "key of a person"

    @classmethod
    def new(cls, row_id: UUID) -> "PersonKey":
        """Return a new key, not saved yet, for the person with this row_id and for nobody else."""
        return cls(wrapped=wrap(aead.new_key(), row_id))

    def opened(self, row_id: UUID) -> bytes | None:
        """Return the key itself; None if it is another person's, or no key of FIELD_KEY opens it."""
        return unwrap(self.wrapped, row_id, settings.FIELD_KEYS)


def wrap(key: bytes, row_id: UUID) -> str:
    """Return a person's key, encrypted under the newest FIELD_KEY."""
    wrapping_key = keys.derive(KeyLabel.PERSON_KEY, settings.FIELD_KEYS[0])
    return aead.encrypt(urlsafe_b64encode(key).decode(), wrapping_key, _place(row_id))


def unwrap(wrapped: str, row_id: UUID, field_keys: Sequence[str]) -> bytes | None:
    """Return the key itself, or None if none of these keys opens it."""
    wrapping_keys = [keys.derive(KeyLabel.PERSON_KEY, field_key) for field_key in field_keys]
    try:
        return urlsafe_b64decode(aead.decrypt(wrapped, wrapping_keys, _place(row_id)))
    except aead.CannotBeOpenedError:
        return None


def _place(row_id: UUID) -> aead.Place:
    return aead.Place(PersonKey._meta.db_table, "wrapped", str(row_id))
