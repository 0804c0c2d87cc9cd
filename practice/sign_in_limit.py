"""How many wrong passwords may be tried, whatever asks for the password.

A sign-in calls `password_attempt` around its look at the password. Failures are counted in the database for the account
and for the networks of the connection, so the count is one for all processes. Too many of them make further attempts
wait, ever longer up to a maximum, and nobody is locked out for good. A device on which somebody has signed in to the
account before has a count of its own instead, so that strangers can't make it wait.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from practice import hashers, keys, known_devices
from practice.keys import KeyLabel
from practice.models import FailedSignIns
from practice.rate_limits import Origin

FORGOTTEN_AFTER = timedelta(hours=1)  # without another failure
RUSH = 10  # failures for an account, of which its owner is told

# Sent with `now`, once for each failure from the tenth on. Whoever tries codes knows the password.
rush_of_wrong_passwords = Signal()
rush_of_wrong_codes = Signal()


@dataclass(frozen=True)
class FailureLimit:
    """How many failures are free, and how long the next attempt waits after more of them."""

    free: int
    first_delay: timedelta
    longest_delay: timedelta

    def delay(self, failures: int) -> timedelta:
        """Return the time until the next attempt, which doubles with each failure."""
        if failures < self.free:
            return timedelta()
        return min(self.first_delay * 2 ** min(failures - self.free, 20), self.longest_delay)


# Short, because strangers can make it run; that of a connection is longer, so that a few clients can't keep it running.
ACCOUNT = FailureLimit(10, timedelta(seconds=5), timedelta(minutes=1))
DEVICE = FailureLimit(10, timedelta(seconds=5), timedelta(minutes=5))
CODE = FailureLimit(10, timedelta(seconds=5), timedelta(minutes=15))  # of an account; six digits are soon guessed
NETWORKS = tuple(  # the narrowest first; a wider one may hold several people
    FailureLimit(free, timedelta(minutes=1), timedelta(minutes=15)) for free in (10, 20, 40)
)


@dataclass(frozen=True)
class TooManyFailuresError(Exception):
    """Too many passwords were wrong, so this one was not looked at."""

    wait: timedelta
    is_known: bool


@dataclass
class PasswordAttempt:
    """One look at a password or a code. Whoever looks at it sets `is_right`."""

    username: str
    counted_by: dict[str, FailureLimit]  # the digest of what failures are counted for, and its limit
    own_digest: str  # of the account or the known device
    is_known: bool = False  # the device is known, or somebody is signed in
    is_right: bool = False
    rush: Signal = rush_of_wrong_passwords

    @property
    def digests(self) -> list[str]:
        return sorted(self.counted_by)  # always in the same order, so that no two transactions wait for each other

    def count(self, now: datetime) -> timedelta:
        """Count a failure in advance, and return nothing, or count nothing and return how long to wait.

        It is counted before the password is looked at, because otherwise attempts at the same moment would all be let
        through.
        """
        if wait := _longest_wait(self._failures(), now):
            return wait
        with transaction.atomic():
            rows = [FailedSignIns(digest=digest, last_at=now, next_try=now) for digest in self.digests]
            FailedSignIns.objects.bulk_create(rows, ignore_conflicts=True)
            failures = self._failures(lock=True)
            if wait := _longest_wait(failures, now):
                return wait
            for row in failures:
                row.count = 1 if now - row.last_at > FORGOTTEN_AFTER else row.count + 1
                row.last_at, row.next_try = now, now + self.counted_by[row.digest].delay(row.count)
            FailedSignIns.objects.bulk_update(failures, ["count", "last_at", "next_try"])
        return timedelta()

    def succeed(self) -> None:
        """Forget the failures before it."""
        FailedSignIns.objects.filter(digest__in=self.digests).delete()

    def take_back(self) -> None:
        """Take back what was counted in advance."""
        failures = FailedSignIns.objects.filter(digest__in=self.digests, count__gt=0)
        failures.update(count=F("count") - 1, next_try=F("last_at"))

    def fail(self, now: datetime) -> None:
        """Tell whoever wants to know of a rush of wrong passwords or codes for an account."""
        row = FailedSignIns.objects.filter(digest=self.own_digest, count__gte=RUSH).first()
        if row and User.objects.filter(username__iexact=self.username, is_active=True).exists():
            self.rush.send(sender=PasswordAttempt, now=now)

    def _failures(self, *, lock: bool = False) -> list[FailedSignIns]:
        rows = FailedSignIns.objects.filter(digest__in=self.digests).order_by("digest")
        return list(rows.select_for_update() if lock else rows)


@contextmanager
def password_attempt(request: HttpRequest, username: str) -> Iterator[PasswordAttempt]:
    """Let a sign-in look at one password, and count it as wrong unless `is_right` of the attempt is set within.

    Raises TooManyFailuresError if it has to wait, and HashingBusyError if the site is busy with other passwords.
    Neither counts as a failure.
    """
    device = known_devices.device_for(request, username)
    if device:
        with _counted(_attempt_on_device(username, device)) as attempt:
            yield attempt
    else:
        with _counted(_attempt_of_stranger(request, username)) as attempt, hashers.for_stranger():
            yield attempt


@contextmanager
def own_password_attempt(user: AbstractBaseUser) -> Iterator[PasswordAttempt]:
    """Let somebody who is signed in confirm their own password, as `password_attempt` does for a sign-in."""
    digest = _digest("own password", str(user.pk))
    with _counted(PasswordAttempt(user.get_username(), {digest: DEVICE}, digest, is_known=True)) as attempt:
        yield attempt


@contextmanager
def code_attempt(request: HttpRequest, user: User) -> Iterator[PasswordAttempt]:
    """Let somebody whose password was right try one code, as `password_attempt` does for a password.

    Codes are counted apart, because otherwise the right password would take back the wrong codes before it.
    """
    username = user.get_username()
    device = known_devices.device_for(request, username)
    attempt = (
        _attempt_on_device(username, device, "code ")
        if device
        else _attempt_of_stranger(request, username, "code ", limit=CODE)
    )
    attempt.rush = rush_of_wrong_codes
    with _counted(attempt):
        yield attempt


@contextmanager
def recovery_key_attempt(user: AbstractBaseUser) -> Iterator[PasswordAttempt]:
    """Let somebody who is signed in type the recovery key, as `own_password_attempt` does for a password."""
    digest = _digest("recovery key", str(user.pk))
    with _counted(PasswordAttempt(user.get_username(), {digest: DEVICE}, digest, is_known=True)) as attempt:
        yield attempt


@contextmanager
def former_password_attempt(user: AbstractBaseUser) -> Iterator[PasswordAttempt]:
    """Let somebody who is signed in type a former password. The present one doesn't take back wrong ones."""
    digest = _digest("former password", str(user.pk))
    with _counted(PasswordAttempt(user.get_username(), {digest: DEVICE}, digest, is_known=True)) as attempt:
        yield attempt


@contextmanager
def _counted(attempt: PasswordAttempt) -> Iterator[PasswordAttempt]:
    if wait := attempt.count(timezone.now()):
        raise TooManyFailuresError(wait, attempt.is_known)
    try:
        yield attempt
    except hashers.HashingBusyError:
        attempt.take_back()
        raise
    except Exception:
        attempt.fail(timezone.now())
        raise
    if attempt.is_right:
        attempt.succeed()
    else:
        attempt.fail(timezone.now())


def _attempt_on_device(username: str, device: str, prefix: str = "") -> PasswordAttempt:
    digest = _digest(f"{prefix}device", device)
    return PasswordAttempt(username, {digest: DEVICE}, digest, is_known=True)


def _attempt_of_stranger(
    request: HttpRequest, username: str, prefix: str = "", *, limit: FailureLimit = ACCOUNT
) -> PasswordAttempt:
    account = _digest(f"{prefix}account", username.casefold())  # whether or not there is one
    connection = [_digest(f"{prefix}network", network) for network in Origin.connection(request).networks]
    return PasswordAttempt(username, {account: limit, **dict(zip(connection, NETWORKS, strict=False))}, account)


def _digest(kind: str, name: str) -> str:
    return keys.digest(KeyLabel.SIGN_IN, f"{kind} {name}")


def _longest_wait(failures: Sequence[FailedSignIns], now: datetime) -> timedelta:
    return max((row.next_try - now for row in failures if row.next_try > now), default=timedelta())


def forget_failures(now: datetime) -> None:
    FailedSignIns.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
