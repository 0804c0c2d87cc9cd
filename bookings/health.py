"""What `/health/` and `manage.py doctor` say of the worker and of the messages (see practice/health.py)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from bookings import formatting
from bookings.models import Message, Person
from bookings.worker import delivery
from practice import checks
from practice.command_line import command_line
from practice.health import HealthFinding
from practice.models import SiteState

RELEASE = f"`{command_line('release_messages')}` lets them go"
NEVER_ACCEPTED = (
    "No message has been accepted by the mail server yet, so nobody knows whether mail works: "
    f"`{command_line('doctor --test-message ADDRESS')}` sends one."
)
ACCOUNT_CHANGED = (
    "The mail account or the sender has changed since, so nobody knows whether mail works: "
    f"`{command_line('doctor --test-message ADDRESS')}` sends one."
)
NO_PERSON_KEYS = (
    "Not everybody’s words are encrypted under a key of their own yet. Once you don’t want to go back to the version "
    f"before this one, run `{command_line('rotate_field_key')}`."
)
ERASURE_FAILS = (
    "The key of somebody who was erased {} is still on the disk: the table of keys could not be rewritten. The log of "
    "the worker says more."
)
MAX_ERASING = timedelta(hours=2)  # it is tried each hour
MAX_SILENCE = timedelta(minutes=5)  # of the worker; one conversation with the mail server takes at most 90 seconds


def worker(now: datetime) -> HealthFinding:
    """Say when the worker was last seen: at the beginning of a round, or by a message that was sent since."""
    seen = SiteState.objects.values_list("worker_seen_at", flat=True).first()
    sent = Message.objects.aggregate(last=Max("sent_at"))["last"]
    last = max((moment for moment in (seen, sent) if moment), default=None)
    if last is None:
        sentence = f"The worker has never run: start `{command_line('run_worker --watch')}`."
        return HealthFinding("worker", sentence, is_fine=False)
    sentence = f"The worker was last seen on {formatting.moment(last)}, London time."
    return HealthFinding("worker", sentence, is_fine=now - last <= MAX_SILENCE)


def encryption(now: datetime) -> HealthFinding:
    """Say whether everybody's words are under a key of their own, without which an erasure can't reach every copy."""
    if SiteState.load().has_person_keys and not Person.objects.filter(key=None).exists():
        return HealthFinding("encryption", "Each person’s words are encrypted under a key of their own.")
    return HealthFinding("encryption", NO_PERSON_KEYS, is_fine=False, is_urgent=False)


def erasure(now: datetime) -> HealthFinding:
    """Say whether the keys of people who were erased have left the disk."""
    deleted_at = SiteState.load().person_keys_deleted_at
    if deleted_at is None or now - deleted_at <= MAX_ERASING:
        return HealthFinding("erasure", "The keys of erased people have left the disk, or do so within the hour.")
    since = f"on {formatting.moment(deleted_at)}, London time"
    return HealthFinding("erasure", ERASURE_FAILS.format(since), is_fine=False)


def mail(now: datetime) -> Iterator[HealthFinding]:
    """Say whether a mail server has accepted a message from the present account. Only `manage.py doctor` says so."""
    if any(name in settings.EMAIL_BACKEND for name in checks.LOCAL_MAIL):
        return
    health = delivery.health(now)
    if health.last_accepted is None:
        yield HealthFinding("mail", NEVER_ACCEPTED, is_fine=False)
        return
    sentence = f"The mail server accepted the last message on {formatting.moment(health.last_accepted)}, London time."
    if health.is_account_changed:
        sentence += f" {ACCOUNT_CHANGED}"
    yield HealthFinding("mail", sentence, is_known=not health.is_account_changed)


def messages(now: datetime) -> HealthFinding:
    """Name no receiver: who may ask for the health of the site is not always one who may read enquiries."""
    health = delivery.health(now)
    if health.held_since:
        since = f"since {formatting.moment(health.held_since)}, London time, when a backup was restored"
        return HealthFinding("messages", f"Messages are held back {since}: {RELEASE}.", is_fine=False)
    if not health.is_failing(now) or health.oldest_due is None:
        return HealthFinding("messages", "No message is late.")
    since = f"the oldest since {formatting.moment(health.oldest_due)}, London time."
    waiting = f"{health.unsent} message{'s' if health.unsent > 1 else ''} wait{'' if health.unsent > 1 else 's'}"
    return HealthFinding("messages", f"{waiting}, {since} {health.last_error}".strip(), is_fine=False)
