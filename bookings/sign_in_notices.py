"""Tells the therapist, or the holder of an account, what happens to the sign-in. Each function receives a signal."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from bookings.messages.about_sign_in import (
    RESET_PASSWORD,
    TELL_NEW_ACCOUNT,
    TELL_NEW_ADDRESS,
    TELL_NEW_DEVICE,
    TELL_NEW_PASSWORD,
    TELL_RESET_ON_SERVER,
    TELL_SECOND_FACTOR,
    TELL_WRONG_CODES,
    TELL_WRONG_PASSWORDS,
)
from bookings.messages.definitions import MessageDefinition
from bookings.models import Message
from bookings.outbox import enqueue
from practice import sign_in_limit
from practice.clock import localdate
from practice.sign_in import signals

DAY = timedelta(days=1)
BETWEEN_LINKS = timedelta(minutes=10)


def connect() -> None:
    """Have each signal of a sign-in call its function here."""
    sign_in_limit.rush_of_wrong_passwords.connect(notify_of_wrong_passwords)
    sign_in_limit.rush_of_wrong_codes.connect(notify_of_wrong_codes)
    signals.completed.connect(notify_of_new_device)
    signals.password_changed.connect(notify_of_new_password)
    signals.second_factor_changed.connect(notify_of_second_factor)
    signals.account_added.connect(notify_of_new_account)
    signals.address_changed.connect(notify_of_new_address)
    signals.reset_asked.connect(send_reset_link)
    signals.reset_on_server.connect(notify_of_reset_on_server)


def notify_of_wrong_passwords(*, now: datetime, **signal: object) -> None:
    _once_a_day(TELL_WRONG_PASSWORDS, now)


def notify_of_wrong_codes(*, now: datetime, **signal: object) -> None:
    _once_a_day(TELL_WRONG_CODES, now)


def notify_of_new_device(*, user: User, is_new_device: bool, **signal: object) -> None:
    if is_new_device:
        _tell(TELL_NEW_DEVICE, user)


def notify_of_new_password(*, user: User, **signal: object) -> None:
    _tell(TELL_NEW_PASSWORD, user)


def notify_of_reset_on_server(*, user: User, **signal: object) -> None:
    _tell(TELL_RESET_ON_SERVER, user)


def notify_of_second_factor(*, user: User, **signal: object) -> None:
    _tell(TELL_SECOND_FACTOR, user)


def notify_of_new_account(*, user: User, **signal: object) -> None:
    enqueue(TELL_NEW_ACCOUNT, timezone.now(), about=f"{user.pk}")


def notify_of_new_address(*, before: str, **signal: object) -> None:
    """Write to the address before: whoever has taken the account over reads the one after."""
    now = timezone.now()
    enqueue(TELL_NEW_ADDRESS, now, about=now.isoformat(), recipient=before)


def send_reset_link(*, user: User, **signal: object) -> None:
    """Enqueue one link within ten minutes, however often it is asked for."""
    now = timezone.now()
    span = int(now.timestamp() // BETWEEN_LINKS.total_seconds())
    enqueue(RESET_PASSWORD, now, about=f"{user.pk}:{span}", recipient=user.email)


def _tell(definition: MessageDefinition, user: User) -> None:
    """Tell the holder of the account, or the therapist if the account has no address."""
    now = timezone.now()
    enqueue(definition, now, about=f"{user.pk}:{now.isoformat()}", recipient=user.email)


def _once_a_day(definition: MessageDefinition, now: datetime) -> None:
    if not Message.objects.filter(kind=definition.kind, due_at__gt=now - DAY).exists():
        enqueue(definition, now, about=localdate(now).isoformat())
