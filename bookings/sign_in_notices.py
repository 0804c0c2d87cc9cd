"""Tells the therapist of a rush of wrong passwords."""

from datetime import datetime, timedelta

from bookings.messages.to_therapist import TELL_WRONG_PASSWORDS
from bookings.models import Message
from bookings.outbox import enqueue
from practice.clock import localdate

DAY = timedelta(days=1)


def notify_of_wrong_passwords(*, now: datetime, **signal: object) -> None:
    """Enqueue a notice unless one was enqueued within a day. It receives `rush_of_wrong_passwords`."""
    if not Message.objects.filter(kind=TELL_WRONG_PASSWORDS.kind, due_at__gt=now - DAY).exists():
        enqueue(TELL_WRONG_PASSWORDS, now, about=localdate(now).isoformat())
