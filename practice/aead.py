"""Texts encrypted for one place in the database: AES-256-GCM, with the table, the column and the row authenticated.

A text that is copied into another row or column can't be opened there. Texts are padded to powers of two, so that the
length of what is stored doesn't tell a name from a long one.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v2:"
SEALED_PREFIX = "v3:"  # of a text that is sealed within; see practice/sealing
NONCE_BYTES = 12  # random, as NIST SP 800-38D (8.2.2) allows for up to 2**32 texts under one key
MIN_PADDED_BYTES = 64
END = b"\x80"  # of the text, before the zeros that pad it (ISO/IEC 7816-4)


class CannotBeOpenedError(Exception):
    """None of the keys opens it: it was encrypted with another key, for another place, or is damaged."""


@dataclass(frozen=True)
class Place:
    """Where a text is stored. The row has a random id, because its number is unknown before it is inserted."""

    table: str
    column: str
    row: str

    def bound(self, prefix: str) -> bytes:
        """Return what is authenticated of a text that is stored here in one format."""
        return "\0".join((prefix, self.table, self.column, self.row)).encode()


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def encrypt(text: str, key: bytes, place: Place, prefix: str = PREFIX) -> str:
    """Return the text encrypted with a key of 32 bytes, as it is stored."""
    nonce = os.urandom(NONCE_BYTES)
    encrypted = AESGCM(key).encrypt(nonce, _padded(text.encode()), place.bound(prefix))
    return prefix + urlsafe_b64encode(nonce + encrypted).decode()


def decrypt(stored: str, keys: Iterable[bytes], place: Place, prefix: str = PREFIX) -> str:
    """Return the text that one of the keys opens. Raises CannotBeOpenedError."""
    try:
        content = urlsafe_b64decode(stored.removeprefix(prefix))
    except ValueError as problem:
        raise CannotBeOpenedError from problem
    for key in keys:
        try:
            padded = AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.bound(prefix))
        except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
            continue
        return padded.rstrip(b"\0").removesuffix(END).decode()
    raise CannotBeOpenedError


def _padded(content: bytes) -> bytes:
    content += END
    size = max(MIN_PADDED_BYTES, 1 << (len(content) - 1).bit_length())
    return content.ljust(size, b"\0")
