"""A clock that is driven by hand, with the worker’s turn at each of its steps."""

from datetime import UTC, datetime, timedelta

from django.core import mail

from bookings.worker import delivery, timed_messages
from practice.clock import LONDON


def london_time(text):
    """Such as “2026-12-24 15:00”, as London's clock shows it; what it shows twice is the first time."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def format_time(moment):
    """Such as “Thu 24 Dec 15:00”."""
    return f"{moment.astimezone(LONDON):%a %d %b %H:%M}"


class DrivenClock:
    """Remembers when each message left, to whom and under which subject."""

    def __init__(self, starts, minutes=15):
        self.now, self.step = starts.astimezone(UTC), timedelta(minutes=minutes)
        self.deliveries = []
        self.run_worker_turn()

    def run_worker_turn(self):
        timed_messages.enqueue_due(self.now)
        before = len(mail.outbox)
        delivery.send_due(lambda: self.now)
        self.deliveries += [(format_time(self.now), message.to[0], message.subject) for message in mail.outbox[before:]]

    def run_until(self, text):
        until = london_time(text)
        while self.now < until:
            self.now += self.step
            self.run_worker_turn()

    def delivered_at(self, subject, to=None):
        """When messages left whose subject begins so."""
        return [
            at
            for at, recipient, full_subject in self.deliveries
            if full_subject.startswith(subject) and to in (None, recipient)
        ]
