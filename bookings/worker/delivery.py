"""Deliver what is due in the outbox. Run by `manage.py run_worker`; several workers may run at once.

A message is claimed in a short transaction, sent outside any, and its result is saved. If a worker dies in between,
its lease runs out and the message goes again with the same Message-ID.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q

from bookings import locking, outbox
from bookings.messages.transports import TRANSPORTS
from bookings.models import Message
from bookings.scheduling.reminders import after_quiet, before_quiet
from practice.facts import practice_row

COMPOSED_OF = (
    "enquiry",
    "reply__enquiry",
    "reply__appointment__location",
    "appointment__enquiry",
    "appointment__location",
)
MAX_MINUTES_INTO_QUIET_HOURS = 10  # for what was due as they began

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """Seconds. The lease must be far longer than a mail server may take to answer."""

    lease: float = 1800
    first_retry: float = 60
    longest_retry: float = 3600

    def wait(self, attempts: int) -> timedelta:
        """Doubles with each attempt, give or take a fifth so that messages do not come back in step."""
        seconds = min(self.first_retry * 2 ** min(attempts - 1, 20), self.longest_retry)
        return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 (no secret hangs on it)


def send_due(
    clock: Callable[[], datetime], policy: RetryPolicy = RetryPolicy(), is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Try everything that is due once, until told to stop, and return how many messages were delivered."""
    delivered = 0
    while not is_stopped() and (message := _claim(clock(), policy)):
        delivered += _try(message, clock, policy)
    return delivered


def _claim(now: datetime, policy: RetryPolicy) -> Message | None:
    """Lease the next one that is due. What fails is due later, so one bad message never holds up the rest."""
    due = Message.objects.due(now)
    while due.exists():
        with transaction.atomic():
            candidates = due.order_by("next_try", "pk")
            if database.features.has_select_for_update_skip_locked:
                candidates = candidates.select_for_update(skip_locked=True)
            candidate = candidates.first()
            # The condition decides where there are no row locks: only one worker's update finds it still due.
            is_ours = candidate and due.filter(pk=candidate.pk).update(
                leased_until=now + timedelta(seconds=policy.lease), attempts=F("attempts") + 1
            )
        if candidate is None:
            return None
        if is_ours:
            claimed = Message.objects.select_related(*COMPOSED_OF).filter(pk=candidate.pk).first()
            if claimed:  # else it was erased with its enquiry a moment ago
                return claimed
    return None


def _try(message: Message, clock: Callable[[], datetime], policy: RetryPolicy) -> bool:
    if _is_pointless(message, clock()):
        message.delete()
        return False
    if _waits_for_the_morning(message, clock()):
        return False
    try:
        TRANSPORTS[message.channel].deliver(message, practice_row(), clock())
    except Exception as problem:
        _postpone(message, problem, clock(), policy)
        return False
    Message.objects.filter(pk=message.pk).update(sent_at=clock(), leased_until=None, last_error="", refused=False)
    return True


def _is_pointless(message: Message, now: datetime) -> bool:
    """The person may no longer be written to, or the message says that its news is late."""
    return not outbox.is_wanted(message.definition, message.enquiry) or message.definition.is_pointless(message, now)


def _waits_for_the_morning(message: Message, now: datetime) -> bool:
    """Put off to the end of the quiet hours what mail trouble has held up until they began. This is no failure."""
    if not message.definition.respects_quiet_hours:
        return False
    settings = locking.booking_settings()
    began = before_quiet(now, settings.quiet_from, settings.quiet_until)
    if now <= began + timedelta(minutes=MAX_MINUTES_INTO_QUIET_HOURS):
        return False
    morning = after_quiet(now, settings.quiet_from, settings.quiet_until)
    Message.objects.filter(pk=message.pk).update(
        leased_until=None,
        attempts=F("attempts") - 1,
        due_at=morning,
        next_try=morning,
        last_error="",
        refused=False,
    )
    return True


def try_now(now: datetime) -> int:
    """Make everything that waits for another try due now, except what a worker is sending."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Message.objects.overdue(now).filter(free, next_try__gt=now).update(next_try=now)


def _postpone(message: Message, problem: Exception, now: datetime, policy: RetryPolicy) -> None:
    error, is_refused = TRANSPORTS[message.channel].describe(problem)
    logger.warning("Message %s was not sent: %s", message.pk, error)
    Message.objects.filter(pk=message.pk).update(
        leased_until=None,
        next_try=now + policy.wait(message.attempts),
        last_error=error,
        refused=is_refused,
    )


@dataclass(frozen=True)
class Health:
    """Whether messages are being delivered, for the desk."""

    unsent: int
    oldest_due: datetime | None
    last_error: str
    last_sent: datetime | None
    refused: int
    is_tried: bool  # something was tried, or is being tried

    def is_failing(self, now: datetime) -> bool:
        """Whether something that was due two minutes ago has still not gone."""
        return self.oldest_due is not None and now - self.oldest_due > timedelta(minutes=2)


def health(now: datetime) -> Health:
    """Count what waits. What one person's address refuses is counted apart."""
    unsent = Message.objects.overdue(now)
    waiting = unsent.not_refused()
    oldest = waiting.order_by("due_at").first()
    trouble = waiting.exclude(last_error="").order_by("-next_try").first()
    sent = Message.objects.filter(~Q(sent_at=None)).order_by("-sent_at").first()
    return Health(
        unsent=waiting.count(),
        oldest_due=oldest.due_at if oldest else None,
        last_error=trouble.last_error if trouble else "",
        last_sent=sent.sent_at if sent else None,
        refused=unsent.refused_for_good().count(),
        is_tried=waiting.filter(attempts__gt=0).exists(),
    )
