"""Decides what becomes of a message after an attempt: when it is tried again, and when it is given up."""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from bookings import sealing
from bookings.messages.context import UnwritableMessageError
from bookings.messages.definitions import Audience
from bookings.messages.failures import Failure, FailureKind
from bookings.messages.transports import TRANSPORTS
from bookings.models import DeliveryPause, Message
from practice import mail_account

HOUR = 3600
REFUSED_WAITS = (1 * HOUR, 5 * HOUR, 10 * HOUR, 20 * HOUR)  # seconds; five tries within two days
MAX_REFUSALS = len(REFUSED_WAITS) + 1
UNCONFIRMED_WAITS = (HOUR / 4, 4 * HOUR)
MAX_COPIES = len(UNCONFIRMED_WAITS) + 1

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait, in seconds. One conversation with a server takes less than the lease of its message."""

    lease: float = 1800
    conversation: float = 90
    first_retry: float = 60
    longest_retry: float = 3600
    first_pause: float = 15
    longest_pause: float = 300  # short, because one attempt for all messages costs little

    def wait(self, attempts: int) -> timedelta:
        """Return the time until the next attempt at one message, which doubles each time."""
        return _about(min(self.first_retry * 2 ** min(attempts - 1, 20), self.longest_retry))

    def pause(self, failures: int) -> timedelta:
        """Return the time until the next attempt at anything after the server has failed, which doubles each time."""
        return _about(min(self.first_pause * 2 ** min(failures - 1, 20), self.longest_pause))


DEFAULT_POLICY = RetryPolicy()


def _about(seconds: float) -> timedelta:
    """Return the time give or take a fifth, so that messages and workers don't retry in step."""
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (no secret hangs on it)


def record_delivery(message: Message, now: datetime) -> None:
    """Note that the message was delivered. If something had failed before, the rest need not wait any longer."""
    Message.objects.filter(pk=message.pk).update(
        sent_at=now, leased_until=None, last_error="", refused=False, unwritable=False
    )
    if message.reply_id:
        sealing.seal_reply(message.reply_id)
    mail_account.remember()
    was_paused, _ = DeliveryPause.objects.filter(channel=message.channel).delete()
    if was_paused or message.attempts > 1:
        _wake_others(message.channel, now)


def _wake_others(channel: str, now: datetime) -> None:
    """Make those due that wait only because the server or their receiver had no time for them."""
    waiting = Message.objects.overdue(now).free(now).filter(channel=channel, attempts__gt=0, next_try__gt=now)
    waiting.filter(refused=False, unwritable=False, unconfirmed=0, stopped_at=None).update(next_try=now)


def record_failure(message: Message, problem: Exception, now: datetime, policy: RetryPolicy) -> None:
    """Note why the message was not delivered, and when it or the whole channel is tried again."""
    failure = TRANSPORTS[message.channel].describe(problem)
    logger.warning("Message %s was not sent: %s", message.pk, failure.sentence)
    if failure.kind is FailureKind.STOPPED:
        # The next worker tries it at once; this was no attempt.
        Message.objects.filter(pk=message.pk).update(leased_until=None, next_try=now, attempts=F("attempts") - 1)
        return
    _count(message, failure)
    is_given_up = _is_given_up(message, failure)
    if is_given_up and message.enquiry is None:
        message.delete()  # a notice about the practice, such as a daily summary; no screen would show it
    Message.objects.filter(pk=message.pk).update(
        leased_until=None,
        next_try=now + _wait(message, failure, policy),
        last_error=failure.sentence,
        refused=failure.kind is FailureKind.REFUSED,
        refusals=message.refusals,
        unconfirmed=message.unconfirmed,
        unwritable=isinstance(problem, UnwritableMessageError),
        stopped_at=now if is_given_up else None,
    )
    if failure.kind in (FailureKind.SERVER, FailureKind.UNCONFIRMED):
        _pause(message.channel, now, policy)


def _count(message: Message, failure: Failure) -> None:
    message.refusals += failure.kind is FailureKind.REFUSED
    message.unconfirmed += failure.kind is FailureKind.UNCONFIRMED


def _wait(message: Message, failure: Failure, policy: RetryPolicy) -> timedelta:
    match failure.kind:
        case FailureKind.REFUSED:
            return _about(REFUSED_WAITS[min(message.refusals, len(REFUSED_WAITS)) - 1])
        case FailureKind.UNCONFIRMED:
            return _about(UNCONFIRMED_WAITS[min(message.unconfirmed, len(UNCONFIRMED_WAITS)) - 1])
        case FailureKind.SERVER:  # it may be the only message, which no success of another would wake
            return min(policy.wait(message.attempts), timedelta(seconds=policy.longest_pause))
    return policy.wait(message.attempts)


def _is_given_up(message: Message, failure: Failure) -> bool:
    """Return whether the message is tried no more: its address is refused again and again, or it may have arrived.

    A refused notice to the therapist is tried on, because it goes to whichever address they have set by then.
    """
    match failure.kind:
        case FailureKind.REFUSED:
            return message.refusals >= MAX_REFUSALS and message.definition.audience == Audience.PERSON
        case FailureKind.UNCONFIRMED:
            return message.unconfirmed >= MAX_COPIES
    return False


def _pause(channel: str, now: datetime, policy: RetryPolicy) -> None:
    pause, _ = DeliveryPause.objects.get_or_create(channel=channel, defaults={"until": now})
    failures = pause.failures + 1
    DeliveryPause.objects.filter(pk=pause.pk).update(failures=failures, until=now + policy.pause(failures))


def try_now(now: datetime) -> int:
    """Make every unsent message due now, also one that was given up, except those a worker is sending."""
    DeliveryPause.objects.all().delete()
    free = Message.objects.overdue(now).free(now)
    free.filter(Q(next_try__gt=now) | Q(stopped_at__isnull=False)).update(next_try=now, stopped_at=None)
    return free.count()
