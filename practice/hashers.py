"""Django's password hashers, of which only a few work at once in this process.

Hashing is slow on purpose. Without a limit, a few clients at the sign-in page would take every thread of the site.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth import hashers

MAX_AT_ONCE = 2
MAX_STRANGERS_AT_ONCE = MAX_AT_ONCE - 1  # so that a known device and a signed-in user always get their turn

_slots = BoundedSemaphore(MAX_AT_ONCE)
_stranger_slots = BoundedSemaphore(MAX_STRANGERS_AT_ONCE)
_is_for_stranger: ContextVar[bool] = ContextVar("hashing for a stranger", default=False)


class HashingBusyError(Exception):
    """Other passwords of strangers are being hashed, so this one was not looked at."""


@contextmanager
def for_stranger() -> Iterator[None]:
    """Make hashing raise HashingBusyError instead of waiting for a turn."""
    before = _is_for_stranger.set(True)
    try:
        yield
    finally:
        _is_for_stranger.reset(before)


@contextmanager
def slot() -> Iterator[None]:
    is_for_stranger = _is_for_stranger.get()
    if is_for_stranger and not _stranger_slots.acquire(blocking=False):
        raise HashingBusyError
    try:
        with _slots:
            yield
    finally:
        if is_for_stranger:
            _stranger_slots.release()


class LimitedHasher(hashers.BasePasswordHasher):
    """Mixed into a hasher, lets it work only in one of the slots."""

    def encode(self, *args: Any, **kwargs: Any) -> str:
        with slot():
            return super().encode(*args, **kwargs)


class LimitedArgon2Hasher(LimitedHasher, hashers.Argon2PasswordHasher):
    def verify(self, password: str, encoded: str) -> bool:
        with slot():
            return super().verify(password, encoded)


class LimitedPBKDF2Hasher(LimitedHasher, hashers.PBKDF2PasswordHasher):
    """Its other methods call `encode`, which takes the slot."""
