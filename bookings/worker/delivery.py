"""Deliver what is due in the outbox. Run by `manage.py run_worker`; several workers may run at once.

A message is claimed in a short transaction, sent outside any, and its result is saved. If a worker dies in between,
its lease runs out and the message goes again with the same Message-ID.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, F, Q

from bookings import outbox
from bookings.messages.conversation import TimeLimit
from bookings.messages.transports import TRANSPORTS
from bookings.models import BookingSettings, Message
from bookings.scheduling.quiet_hours import after_quiet, before_quiet
from bookings.worker.retries import DEFAULT_POLICY, RetryPolicy, record_delivery, record_failure
from practice import mail_account
from practice.facts import practice_row
from practice.models import SiteState

RELATED = (
    "enquiry__person__key",
    "enquiry__referrer__key",
    "reply__enquiry__person__key",
    "reply__enquiry__referrer__key",
    "reply__appointment__location",
    "appointment__enquiry__person__key",
    "appointment__enquiry__referrer__key",
    "appointment__location",
)
MAX_MINUTES_INTO_QUIET_HOURS = 10  # for what was due as they began


def send_due(
    clock: Callable[[], datetime], policy: RetryPolicy = DEFAULT_POLICY, is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Try each due message once, until `is_stopped`, and return how many were delivered.

    Once the server has failed, the rest wait instead of each finding it out. After a backup was restored, all of them
    wait until somebody lets them go.
    """
    delivered = 0
    while not is_stopped() and (message := _claim(clock(), policy)):
        delivered += _try(message, clock, policy, is_stopped)
    return delivered


def held_since() -> datetime | None:
    """Return since when all messages are held back; see practice/backups/restoring.py."""
    return SiteState.objects.values_list("messages_held_at", flat=True).first()


def _claim(now: datetime, policy: RetryPolicy) -> Message | None:
    """Lease the next message that is due. One that fails is due again later, so it never delays the rest."""
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
            claimed = Message.objects.select_related(*RELATED).filter(pk=candidate.pk).first()
            if claimed:  # else it was erased with its enquiry a moment ago
                return claimed
    return None


def _try(message: Message, clock: Callable[[], datetime], policy: RetryPolicy, is_stopped: Callable[[], bool]) -> bool:
    if _is_obsolete(message, clock()):
        message.delete()
        return False
    if _postpone_to_morning(message, clock()):
        return False
    limit = TimeLimit(min(policy.conversation, policy.lease / 2), is_stopped=is_stopped)
    try:
        TRANSPORTS[message.channel].deliver(message, practice_row(), clock(), limit)
    except Exception as problem:
        record_failure(message, problem, clock(), policy)
        return False
    record_delivery(message, clock())
    return True


def _is_obsolete(message: Message, now: datetime) -> bool:
    """Return whether the person may no longer be written to, or the message is out of date."""
    return not outbox.is_wanted(message.definition, message.enquiry) or message.definition.is_obsolete(message, now)


def _postpone_to_morning(message: Message, now: datetime) -> bool:
    """Postpone to the end of the quiet hours a message that mail trouble delayed until they began.

    This doesn't count as a failed attempt. Return whether the message was postponed.
    """
    if not message.definition.respects_quiet_hours:
        return False
    settings = BookingSettings.load()
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
        unwritable=False,
    )
    return True


@dataclass(frozen=True)
class Health:
    """Figures that tell the therapist whether messages are being delivered."""

    unsent: int
    oldest_due: datetime | None
    last_error: str
    last_accepted: datetime | None  # by the mail server, also as a test
    is_account_changed: bool  # since then; see practice/mail_account.py
    refused: int
    stopped: int  # of those
    is_tried: bool  # something was tried, or is being tried
    held_since: datetime | None  # when a backup was restored, after which messages wait until somebody lets them go

    def is_failing(self, now: datetime) -> bool:
        """Return whether a message that was due two minutes ago has still not been sent."""
        return self.oldest_due is not None and now - self.oldest_due > timedelta(minutes=2)


def health(now: datetime) -> Health:
    """Count the unsent messages; those that one person's address refuses are counted apart."""
    unsent = Message.objects.overdue(now)
    waiting = unsent.not_refused()
    oldest = waiting.order_by("due_at").first()
    trouble = waiting.exclude(last_error="").order_by("-next_try").first()
    sent = Message.objects.filter(~Q(sent_at=None)).order_by("-sent_at").first()
    state = SiteState.objects.first()
    accepted = (sent.sent_at if sent else None, state.test_message_at if state else None)
    refused = unsent.refused_for_good().aggregate(all=Count("pk"), stopped=Count("stopped_at"))
    return Health(
        unsent=waiting.count(),
        oldest_due=oldest.due_at if oldest else None,
        last_error=trouble.last_error if trouble else "",
        last_accepted=max((moment for moment in accepted if moment), default=None),
        is_account_changed=mail_account.is_changed(),
        refused=refused["all"],
        stopped=refused["stopped"],
        is_tried=waiting.filter(attempts__gt=0).exists(),
        held_since=state.messages_held_at if state else None,
    )
