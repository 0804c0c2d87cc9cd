"""The keys of the practice, to which what people write is sealed, and who holds them.

Making a new key needs no secret, since it is sealed to public halves only;
so the key is replaced at once, whoever takes the access of an account away.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from practice import accounts, aead
from practice.models import AccountKey, HeldKey, PracticeKey, RecoveryKey
from practice.sealing import account_keys, envelopes, recovery_key

CHECK_EVERY = timedelta(days=182)  # twice a year
Keys = Mapping[int, bytes]  # the private half by the number of the practice key


class WrongRecoveryKeyError(Exception):
    """It is a recovery key, but not the one in use."""


class ClosedError(Exception):
    """Nobody has opened the keys that are needed."""


def newest() -> PracticeKey | None:
    """Return the key that seals; None where nobody has set up sealing."""
    return PracticeKey.objects.order_by("pk").last()


def is_on() -> bool:
    return PracticeKey.objects.exists()


def seal(text: str, practice_key: PracticeKey, place: aead.Place) -> str:
    sealed = envelopes.seal(text.encode(), envelopes.to_bytes(practice_key.public), place)
    return f"{practice_key.pk}:{sealed}"


def unseal(sealed: str, keys: Keys, place: aead.Place) -> str:
    """Return the text. Raises CannotBeOpenedError where its key isn't among these."""
    number, _, content = sealed.partition(":")
    private_key = keys.get(int(number)) if number.isdecimal() else None
    if private_key is None:
        raise aead.CannotBeOpenedError
    return envelopes.open_sealed(content, private_key, place).decode()


# Setting up ---------------------------------------------------------------------------------------


def new_recovery_key() -> str:
    """Return a new recovery key to print. It comes into use once it is typed back; see `confirm`."""
    typed = recovery_key.new()
    with transaction.atomic():
        RecoveryKey.objects.filter(confirmed_at=None).delete()
        RecoveryKey.objects.create(public=_public(recovery_key.private_half(typed)), made_at=timezone.now())
    return typed


def awaited_recovery_key() -> RecoveryKey | None:
    """Return the one that was printed and not typed back yet."""
    return RecoveryKey.objects.filter(confirmed_at=None).order_by("pk").last()


def recovery_key_in_use() -> RecoveryKey | None:
    return RecoveryKey.objects.exclude(confirmed_at=None).order_by("pk").last()


@transaction.atomic
def confirm(typed: str, user: User, password: str, opened: Keys) -> bytes | None:
    """Begin to seal, now that the new recovery key was typed back, or put it in place of the former one.

    Return the private half of the account's key where it was made for this. Raises MistypedError,
    WrongRecoveryKeyError, and ClosedError where not every key of the practice is open.
    """
    awaited = RecoveryKey.objects.select_for_update().filter(confirmed_at=None).order_by("pk").last()
    if awaited is None or _public(recovery_key.private_half(typed)) != awaited.public:
        raise WrongRecoveryKeyError
    _lock()
    practice_keys = list(PracticeKey.objects.all())
    if any(practice_key.pk not in opened for practice_key in practice_keys):
        raise ClosedError
    RecoveryKey.objects.exclude(pk=awaited.pk).delete()
    awaited.confirmed_at = timezone.now()
    awaited.save(update_fields=["confirmed_at"])
    for practice_key in practice_keys:
        practice_key.sealed_to_recovery_key = _seal_key(opened[practice_key.pk], awaited.public, "recovery")
        practice_key.save(update_fields=["sealed_to_recovery_key"])
    if practice_keys:
        return None
    private_key = account_keys.create(user, password)
    _new_practice_key()
    return private_key


def check_awaited(typed: str) -> None:
    """Raise MistypedError or WrongRecoveryKeyError unless it is the key that was printed last and not typed back."""
    public, awaited = _public(recovery_key.private_half(typed)), awaited_recovery_key()
    if awaited is None or awaited.public != public:
        raise WrongRecoveryKeyError


def check_in_use(typed: str) -> None:
    """Raise MistypedError or WrongRecoveryKeyError unless it is the key in use."""
    _check(recovery_key.private_half(typed))


def confirm_again() -> None:
    """Note that the recovery key in use is still there."""
    RecoveryKey.objects.exclude(confirmed_at=None).update(confirmed_at=timezone.now())


def is_check_due(now: datetime) -> bool:
    """Return whether the recovery key was typed so long ago that its paper may be lost."""
    in_use = recovery_key_in_use()
    return in_use is not None and in_use.confirmed_at is not None and now - in_use.confirmed_at > CHECK_EVERY


# Who holds them -----------------------------------------------------------------------------------


def held_by(user: User, private_key: bytes) -> dict[int, bytes]:
    """Return the keys of the practice that the account holds, opened with the private half of its own key."""
    keys = {}
    for row in HeldKey.objects.filter(account_key__user=user).select_related("account_key"):
        with suppress(aead.CannotBeOpenedError):  # sealed to a key pair that the account had before
            keys[row.practice_key_id] = _open_key(row.sealed, private_key, _holder(row.account_key))
    return keys


@transaction.atomic
def give(account_key: AccountKey, opened: Keys) -> None:
    """Let another account hold every key that is open here."""
    _lock()
    for practice_key in PracticeKey.objects.filter(pk__in=list(opened)):
        _hold(account_key, practice_key, opened[practice_key.pk])


def without_key() -> list[AccountKey]:
    """Return the keys of therapists who wait to be given those of the practice."""
    therapists = accounts.therapists().values("pk")
    waiting = AccountKey.objects.filter(user__in=therapists).exclude(held_keys__practice_key=newest())
    return list(waiting.select_related("user").order_by("user__username"))


def opened_by_recovery_key(typed: str) -> dict[int, bytes]:
    """Return every key of the practice. Raises MistypedError and WrongRecoveryKeyError."""
    private_key = recovery_key.private_half(typed)
    _check(private_key)
    return {
        practice_key.pk: _open_key(practice_key.sealed_to_recovery_key, private_key, "recovery")
        for practice_key in PracticeKey.objects.all()
    }


@transaction.atomic
def recover(typed: str, user: User, password: str) -> bytes:
    """Give the account a new key pair under its present password, and the keys of the practice with it.

    Return the private half. Raises MistypedError and WrongRecoveryKeyError.
    """
    opened = opened_by_recovery_key(typed)
    private_key = account_keys.create(user, password)
    give(AccountKey.objects.get(user=user), opened)
    return private_key


def remove_former_therapists(now: object = None) -> bool:
    """Take the keys from accounts that are no therapists any more, and seal to a new key from now on.

    Return whether there was any. RETENTION_TASKS calls this too, for what the previous release or a shell has changed.
    """
    if not _former().exists():
        return False
    with transaction.atomic():
        _lock()
        held_any = HeldKey.objects.filter(account_key__in=_former()).exists()
        _former().delete()
        if held_any:
            _new_practice_key()
    return held_any


def has_other_holder(user: User) -> bool:
    """Return whether another therapist holds the newest key, and could give it."""
    return HeldKey.objects.filter(practice_key=newest()).exclude(account_key__user=user).exists()


@transaction.atomic
def stop_sealing() -> None:
    """Forget every key, once nothing is sealed any more."""
    for model in (HeldKey, AccountKey, PracticeKey, RecoveryKey):
        model.objects.all().delete()


def _former() -> Any:
    return AccountKey.objects.exclude(user__in=User.objects.filter(**dict.fromkeys(accounts.THERAPIST_COLUMNS, True)))


def _new_practice_key() -> None:
    """Make a key pair, for the recovery key and for every account that has a key of its own."""
    private_key = envelopes.new_private_key()
    in_use = recovery_key_in_use()
    if in_use is None:
        raise ClosedError
    practice_key = PracticeKey.objects.create(
        public=_public(private_key),
        sealed_to_recovery_key=_seal_key(private_key, in_use.public, "recovery"),
        made_at=timezone.now(),
    )
    holders = AccountKey.objects.all()
    if practice_key_before := PracticeKey.objects.exclude(pk=practice_key.pk).order_by("pk").last():
        holders = holders.filter(held_keys__practice_key=practice_key_before)
    for account_key in holders:
        _hold(account_key, practice_key, private_key)


def _hold(account_key: AccountKey, practice_key: PracticeKey, private_key: bytes) -> None:
    sealed = _seal_key(private_key, account_key.public, _holder(account_key))
    HeldKey.objects.update_or_create(account_key=account_key, practice_key=practice_key, defaults={"sealed": sealed})


def _check(private_key: bytes) -> RecoveryKey:
    in_use = recovery_key_in_use()
    if in_use is None or in_use.public != _public(private_key):
        raise WrongRecoveryKeyError
    return in_use


def _lock() -> None:
    """Let nobody else change who holds the keys until the end of the transaction."""
    list(RecoveryKey.objects.select_for_update().values_list("pk"))


def _public(private_key: bytes) -> str:
    return envelopes.to_text(envelopes.public_half(private_key))


def _holder(account_key: AccountKey) -> str:
    return f"account {account_key.user_id}"


def _place(holder: str) -> aead.Place:
    return aead.Place(PracticeKey._meta.db_table, "private", holder)


def _seal_key(private_key: bytes, public: str, holder: str) -> str:
    return envelopes.seal(private_key, envelopes.to_bytes(public), _place(holder))


def _open_key(sealed: str, private_key: bytes, holder: str) -> bytes:
    return envelopes.open_sealed(sealed, private_key, _place(holder))


@dataclass(frozen=True)
class Holding:
    """What an account has of the keys, for the desk."""

    has_key: bool  # an account key of its own
    is_holder: bool  # it holds the newest practice key


def holding(user: User) -> Holding:
    account_key = AccountKey.objects.filter(user=user).first()
    is_holder = account_key is not None and account_key.held_keys.filter(practice_key=newest()).exists()
    return Holding(account_key is not None, is_holder)
