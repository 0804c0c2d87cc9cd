"""What `/health/` and `manage.py doctor` say of the worker and of the messages (see practice/health.py)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from bookings import formatting
from bookings.models import Message
from bookings.worker import delivery
from practice import checks
from practice.health import HealthFinding
from practice.models import SiteState

RELEASE = "`python manage.py release_messages` lets them go"
NEVER_ACCEPTED = (
    "No message has been accepted by the mail server yet, so nobody knows whether mail works: "
    "`python manage.py doctor --test-message ADDRESS` sends one."
)
MAX_SILENCE = timedelta(minutes=5)  # of the worker; one conversation with the mail server takes at most 90 seconds


def worker(now: datetime) -> HealthFinding:
    """Say when the worker was last seen: at the beginning of a round, or by a message that was sent since."""
    seen = SiteState.objects.values_list("worker_seen_at", flat=True).first()
    sent = Message.objects.aggregate(last=Max("sent_at"))["last"]
    last = max((moment for moment in (seen, sent) if moment), default=None)
    if last is None:
        sentence = "The worker has never run: start `python manage.py run_worker --watch`."
        return HealthFinding("worker", sentence, is_fine=False)
    sentence = f"The worker was last seen on {formatting.moment(last)}, London time."
    return HealthFinding("worker", sentence, is_fine=now - last <= MAX_SILENCE)


def mail(now: datetime) -> Iterator[HealthFinding]:
    """Say whether a mail server has ever accepted a message. Only `manage.py doctor` says so."""
    if any(name in settings.EMAIL_BACKEND for name in checks.LOCAL_MAIL):
        return
    accepted_at = delivery.health(now).last_accepted
    if accepted_at is None:
        yield HealthFinding("mail", NEVER_ACCEPTED, is_fine=False)
        return
    sentence = f"The mail server accepted the last message on {formatting.moment(accepted_at)}, London time."
    yield HealthFinding("mail", sentence)


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
