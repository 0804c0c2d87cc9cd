"""Delivers what is due in the outbox. Run by `manage.py run_worker`; several may run at once.

Claim in a short transaction, send outside any, write down how it went. A sender that dies in between leaves a
lease that runs out, and the message goes again with the same Message-ID.
"""

import logging
import random
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q

from bookings import locking
from bookings.messages import emails
from bookings.models import Appointment, Enquiry, Notification
from bookings.scheduling.reminders import after_quiet, before_quiet
from practice.clock import localdate
from practice.facts import practice_row

Kind = Notification.Kind
COMPOSED_OF = (
    "enquiry",
    "reply__enquiry",
    "reply__appointment__location",
    "appointment__enquiry",
    "appointment__location",
)
INTO_THE_NIGHT = timedelta(minutes=10)  # for what was due as the quiet hours began

logger = logging.getLogger(__name__)


class NoNotificationAddress(Exception):
    """There is no address to send to."""


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
    clock: Callable[[], datetime], patience: RetryPolicy = RetryPolicy(), is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Tries everything that is due once, until told to stop, and returns how many messages were delivered."""
    delivered = 0
    while not is_stopped() and (notification := _claim(clock(), patience)):
        delivered += _try(notification, clock, patience)
    return delivered


def _claim(now: datetime, patience: RetryPolicy) -> Notification | None:
    """The next one due, leased to this sender. What fails is due later, so nothing poisonous holds up the rest."""
    due = Notification.objects.due(now)
    while due.exists():
        with transaction.atomic():
            candidates = due.order_by("next_try", "pk")
            if database.features.has_select_for_update_skip_locked:
                candidates = candidates.select_for_update(skip_locked=True)
            candidate = candidates.first()
            # The condition decides where there are no row locks: only one sender's update finds it still due.
            won = candidate and due.filter(pk=candidate.pk).update(
                leased_until=now + timedelta(seconds=patience.lease), attempts=F("attempts") + 1
            )
        if candidate is None:
            return None
        if won:
            claimed = Notification.objects.select_related(*COMPOSED_OF).filter(pk=candidate.pk).first()
            if claimed:  # else it was erased with its enquiry a moment ago
                return claimed
    return None


def _try(notification: Notification, clock: Callable[[], datetime], patience: RetryPolicy) -> bool:
    if _is_pointless(notification, clock()):
        notification.delete()
        return False
    if _waits_for_the_morning(notification, clock()):
        return False
    try:
        if not emails.compose(notification, practice_row(), clock()).send():
            raise NoNotificationAddress
    except Exception as problem:
        _postpone(notification, problem, clock(), patience)
        return False
    Notification.objects.filter(pk=notification.pk).update(
        sent_at=clock(), leased_until=None, last_error="", refused=False
    )
    return True


def _is_pointless(notification: Notification, now: datetime) -> bool:
    """Late news, such as that an enquiry arrived which is already answered; or nobody may be written to any more."""
    enquiry, appointment = notification.enquiry, notification.appointment
    if enquiry is None:
        return notification.kind == Kind.DIGEST and _is_of_another_day(notification, now)
    if notification.kind in Notification.TO_THE_PERSON and not enquiry.may_email:
        return True
    if appointment:
        return _has_changed_since(notification, appointment, now)
    match notification.kind:
        case Kind.TELL_THERAPIST | Kind.ACKNOWLEDGE:
            return enquiry.status != Enquiry.Status.WAITING
        case Kind.NUDGE:
            return enquiry.status != Enquiry.Status.WAITING or enquiry.nudge_at is None or enquiry.nudge_at > now
        case Kind.HOLDING:
            return enquiry.status != Enquiry.Status.WAITING or enquiry.reply_due > now
        case Kind.CHECK_IN:
            return enquiry.status != Enquiry.Status.PAUSED
        case Kind.TELL_SET_ASIDE:
            return not Enquiry.objects.set_aside().exists()
    return False


def _is_of_another_day(digest: Notification, now: datetime) -> bool:
    """Held up until tomorrow has its own; or nobody wants one any more."""
    return locking.booking_settings().digest_at is None or digest.about != localdate(now).isoformat()


def _has_changed_since(notification: Notification, appointment: Appointment, now: datetime) -> bool:
    """What it would tell of an appointment is no longer so; the therapist is told of every change all the same."""
    if notification.kind == Kind.TELL_CHANGE:
        return False
    if notification.about.split(":")[0] != str(appointment.sequence):
        return True
    is_off = appointment.status == Appointment.Status.CANCELLED
    return (is_off or appointment.starts_at <= now) if notification.kind == Kind.REMIND else False


def _waits_for_the_morning(notification: Notification, now: datetime) -> bool:
    """What mail trouble has held up until the quiet hours is put off to their end, which is no failure."""
    if notification.kind not in Notification.UNASKED:
        return False
    rules = locking.booking_settings()
    if now <= before_quiet(now, rules.quiet_from, rules.quiet_until) + INTO_THE_NIGHT:
        return False
    morning = after_quiet(now, rules.quiet_from, rules.quiet_until)
    Notification.objects.filter(pk=notification.pk).update(
        leased_until=None,
        attempts=F("attempts") - 1,
        due_at=morning,
        next_try=morning,
        last_error="",
        refused=False,
    )
    return True


def try_now(now: datetime) -> int:
    """The therapist does not want to wait for the next try; what a sender has in hand is left to it."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Notification.objects.overdue(now).filter(free, next_try__gt=now).update(next_try=now)


def _postpone(notification: Notification, problem: Exception, now: datetime, patience: RetryPolicy) -> None:
    error, refused = describe(problem)
    logger.warning("Notification %s was not sent: %s", notification.pk, error)
    Notification.objects.filter(pk=notification.pk).update(
        leased_until=None,
        next_try=now + patience.wait(notification.attempts),
        last_error=error,
        refused=refused,
    )


def describe(problem: Exception) -> tuple[str, bool]:
    """What went wrong in words without an address in them, and whether the mail server said "never" (5xx)."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code = max(code for code, _ in problem.recipients.values())
            return f"The mail server refused the receiver’s address ({code}).", code >= 500
        case smtplib.SMTPAuthenticationError():
            return f"The mail server refused our user name or password ({problem.smtp_code}).", False
        case smtplib.SMTPSenderRefused():
            return f"The mail server refused our own address ({problem.smtp_code}).", False
        case smtplib.SMTPResponseException():
            return f"The mail server refused the message ({problem.smtp_code}).", problem.smtp_code >= 500
        case emails.UnreadableMessageError():
            return "Its words cannot be read: their key is missing from FIELD_KEY.", False
        case NoNotificationAddress():
            return "There is no address to send it to: fill in “where to tell you”.", False
        case TimeoutError():
            return "The mail server did not answer in time.", False
        case smtplib.SMTPException() | OSError():
            return "The mail server could not be reached.", False
        case _:
            return f"The message could not be written ({type(problem).__name__}).", False


@dataclass(frozen=True)
class Health:
    """How mail is doing, for the desk."""

    unsent: int
    oldest_due: datetime | None
    last_error: str
    last_sent: datetime | None
    refused: int
    is_tried: bool  # something was tried, or is just now

    def is_failing(self, now: datetime) -> bool:
        """Something that was due two minutes ago has still not gone."""
        return self.oldest_due is not None and now - self.oldest_due > timedelta(minutes=2)


def health(now: datetime) -> Health:
    """What one person's address refuses is counted apart."""
    unsent = Notification.objects.overdue(now)
    waiting = unsent.not_refused()
    oldest = waiting.order_by("due_at").first()
    trouble = waiting.exclude(last_error="").order_by("-next_try").first()
    sent = Notification.objects.filter(~Q(sent_at=None)).order_by("-sent_at").first()
    return Health(
        unsent=waiting.count(),
        oldest_due=oldest.due_at if oldest else None,
        last_error=trouble.last_error if trouble else "",
        last_sent=sent.sent_at if sent else None,
        refused=unsent.refused_for_good().count(),
        is_tried=waiting.filter(attempts__gt=0).exists(),
    )
