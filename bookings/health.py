"""What `/health/` and `manage.py doctor` say of the worker and of the messages (see practice/health.py)."""

from datetime import datetime, timedelta

from django.db.models import Max

from bookings import formatting
from bookings.models import Message
from bookings.worker import delivery
from practice.health import HealthFinding
from practice.models import SiteState

RELEASE = "`python manage.py release_messages` lets them go"
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
