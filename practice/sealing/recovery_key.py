"""The recovery key, as it stands on paper: nine groups of four letters and digits, the last of which is a checksum.

It opens what is sealed when no password does. The site knows only the public half of the key pair made from it.
"""

import os
from base64 import b32decode, b32encode
from binascii import Error
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 20
GROUP = 4
LENGTH = 36
# Digits that the alphabet of RFC 4648 leaves out, because they are taken for these letters.
MISREAD = str.maketrans("018", "OIB", " -–.\t\r\n")


class MistypedError(ValueError):
    """What was typed isn't a recovery key: it is too short or too long, or the checksum doesn't fit."""


def new() -> str:
    """Return a new recovery key in groups, as it is printed."""
    secret = os.urandom(SECRET_BYTES)
    letters = b32encode(secret).decode() + _checksum(secret)
    return " ".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def private_half(typed: str) -> bytes:
    """Return the private key of 32 bytes that a recovery key stands for, however it was typed. Raises MistypedError."""
    letters = typed.upper().translate(MISREAD)
    if len(letters) != LENGTH:
        raise MistypedError
    try:
        secret = b32decode(letters[:-GROUP])
    except (Error, ValueError) as problem:
        raise MistypedError from problem
    if _checksum(secret) != letters[-GROUP:]:
        raise MistypedError
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"recovery key").derive(secret)


def is_one(typed: str) -> bool:
    """Return whether this is a recovery key, of whatever site."""
    try:
        private_half(typed)
    except MistypedError:
        return False
    return True


def _checksum(secret: bytes) -> str:
    return b32encode(sha256(secret).digest()).decode()[:GROUP]
