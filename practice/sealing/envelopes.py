"""Texts sealed to a public key: HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM, for one place.

Sealing needs no secret; only the private half of the key opens.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from practice.aead import SEALED_PREFIX, CannotBeOpenedError, Place

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def new_private_key() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def public_half(private_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def seal(content: bytes, public_key: bytes, place: Place) -> str:
    """Return the content sealed to a public key of 32 bytes, as base64."""
    key = X25519PublicKey.from_public_bytes(public_key)
    return to_text(SUITE.encrypt(content, key, info=place.bound(SEALED_PREFIX)))


def open_sealed(sealed: str, private_key: bytes, place: Place) -> bytes:
    """Return what was sealed to the public half of this key, for this place. Raises CannotBeOpenedError."""
    key = X25519PrivateKey.from_private_bytes(private_key)
    try:
        return SUITE.decrypt(to_bytes(sealed), key, info=place.bound(SEALED_PREFIX))
    except (InvalidTag, ValueError) as problem:
        raise CannotBeOpenedError from problem


def to_text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode()


def to_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text)
