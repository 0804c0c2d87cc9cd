"""The key pair of a therapist's account, which only the password and FIELD_KEY open together."""

import os

from argon2 import profiles
from argon2.low_level import Type, hash_secret_raw
from django.conf import settings
from django.contrib.auth.models import User
from django.views.decorators.debug import sensitive_variables

from practice import aead, hashers, keys
from practice.keys import KeyLabel
from practice.models import AccountKey
from practice.sealing import envelopes

SALT_BYTES = 16
COSTS = profiles.RFC_9106_LOW_MEMORY  # what a row was stretched with stands in it, so this may change


@sensitive_variables()
def create(user: User, password: str) -> bytes:
    """Give the account a new key pair, in place of any that it has, and return the private half."""
    AccountKey.objects.filter(user=user).delete()
    private_key = envelopes.new_private_key()
    account_key = AccountKey(user=user, public=envelopes.to_text(envelopes.public_half(private_key)))
    _wrap(account_key, private_key, password)
    account_key.save(force_insert=True)
    return private_key


@sensitive_variables()
def open_with(user: User, password: str) -> bytes | None:
    """Return the private half; None if the account has none, or this password or FIELD_KEY doesn't open it."""
    account_key = AccountKey.objects.filter(user=user).first()
    if account_key is None:
        return None
    place = _place(account_key)
    try:
        inner = aead.decrypt(account_key.wrapped, _wrapping_keys(), place)
        return envelopes.to_bytes(aead.decrypt(inner, [_stretched(password, account_key.stretching)], place))
    except aead.CannotBeOpenedError:
        return None


def stretching_of(user: User) -> str:
    """Return how the password that opens the account's key is stretched, which every wrapping changes; no secret."""
    return AccountKey.objects.filter(user=user).values_list("stretching", flat=True).first() or ""


@sensitive_variables()
def wrap_again(user: User, private_key: bytes, password: str) -> None:
    """Let a new password open the key pair, and the former one no longer.

    An account that was given another key pair meanwhile keeps that.
    """
    public = envelopes.to_text(envelopes.public_half(private_key))
    if account_key := AccountKey.objects.filter(user=user, public=public).first():
        _wrap(account_key, private_key, password)
        changes = {"stretching": account_key.stretching, "wrapped": account_key.wrapped}
        AccountKey.objects.filter(pk=account_key.pk).update(**changes)


def encrypt_again() -> int:
    """Bring the outer layer of every account's key under the newest FIELD_KEY, which needs no password.

    Return how many no key of FIELD_KEY could open.
    """
    unreadable = 0
    for account_key in AccountKey.objects.all():
        place = _place(account_key)
        try:
            inner = aead.decrypt(account_key.wrapped, _wrapping_keys(), place)
        except aead.CannotBeOpenedError:
            unreadable += 1
            continue
        wrapped = aead.encrypt(inner, _wrapping_keys()[0], place)
        # The condition passes over a password that was changed meanwhile.
        AccountKey.objects.filter(pk=account_key.pk, wrapped=account_key.wrapped).update(wrapped=wrapped)
    return unreadable


@sensitive_variables()
def _wrap(account_key: AccountKey, private_key: bytes, password: str) -> None:
    salt = envelopes.to_text(os.urandom(SALT_BYTES))
    account_key.stretching = f"argon2id {COSTS.time_cost} {COSTS.memory_cost} {COSTS.parallelism} {salt}"
    place = _place(account_key)
    inner = aead.encrypt(envelopes.to_text(private_key), _stretched(password, account_key.stretching), place)
    account_key.wrapped = aead.encrypt(inner, _wrapping_keys()[0], place)


@sensitive_variables()
def _stretched(password: str, stretching: str) -> bytes:
    """Return the 32 bytes that Argon2id (RFC 9106) makes of the password."""
    _, passes, memory, lanes, salt = stretching.split(" ")
    with hashers.slot():
        return hash_secret_raw(
            password.encode(),
            envelopes.to_bytes(salt),
            time_cost=int(passes),
            memory_cost=int(memory),  # KiB
            parallelism=int(lanes),
            hash_len=32,
            type=Type.ID,
        )


def _wrapping_keys() -> list[bytes]:
    return [keys.derive(KeyLabel.ACCOUNT_KEY, field_key) for field_key in settings.FIELD_KEYS]


def _place(account_key: AccountKey) -> aead.Place:
    return aead.Place(AccountKey._meta.db_table, "wrapped", str(account_key.user_id))
