"""The keys that everything secret is made with, derived from FIELD_KEY by HKDF (RFC 5869) with a label for each use.

Nothing of ours is keyed by SECRET_KEY, which Django uses for sessions and its own tokens: whoever learns it, and has a
copy of the database, can neither test guesses against a digest nor make a link.
"""

import hmac
from base64 import urlsafe_b64encode
from enum import StrEnum
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class KeyLabel(StrEnum):
    """One label for each use, so that a digest made for one use tells nothing to another."""

    KNOWN_DEVICE = "known device"
    FORM_TOKEN = "form token"  # noqa: S105 (a label, no password)
    SUBMISSION = "submission"
    PRIVATE_LINK = "private link"
    RETURN_WORDS = "return words"
    RETURN_WORDS_STORED = "return words as they are stored"
    RECEIPT = "receipt"
    PRIVATE_PAGE = "private page"
    PRIVATE_PIN = "private pin"
    RATE_LIMIT = "rate limit"
    SEARCH = "search"
    SEARCH_TERM = "search term"
    SHARED_DRAFT = "shared draft"
    SIGN_IN = "sign-in"
    KEY_CHECK = "key check"
    PERSON_KEY = "person key"
    STORED_TEXT = "stored text"
    ACCOUNT_KEY = "account key"
    SECOND_FACTOR = "second factor"
    MAIL_ACCOUNT = "mail account"
    PASSWORD_RESET = "password reset"  # noqa: S105 (a label, no password)


@cache
def derive(label: KeyLabel, field_key: str) -> bytes:
    """Return the 32 bytes for one use that belong to this key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode()).derive(field_key.encode())


def digest(label: KeyLabel, text: str, field_key: str = "") -> str:
    """Return the HMAC-SHA256 of the text in hex, with the newest key unless another is given."""
    return hmac.new(derive(label, field_key or settings.FIELD_KEYS[0]), text.encode(), "sha256").hexdigest()


def digests(label: KeyLabel, text: str) -> list[str]:
    """Return the digest with every key, for looking up what an older key may have written."""
    return [digest(label, text, field_key) for field_key in settings.FIELD_KEYS]


def signing_keys(label: KeyLabel) -> tuple[str, list[str | bytes]]:
    """Return the newest key for a signature of django.core.signing, and the older ones, which still verify."""
    newest, *older = (derive(label, field_key).hex() for field_key in settings.FIELD_KEYS)
    return newest, [*older]


def cipher(label: KeyLabel) -> MultiFernet:
    """Return a cipher for one use, which encrypts with the newest key and decrypts with any."""
    return MultiFernet([Fernet(urlsafe_b64encode(derive(label, field_key))) for field_key in settings.FIELD_KEYS])
