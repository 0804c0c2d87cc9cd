"""How a message leaves the site: a transport for each channel."""

from datetime import datetime
from typing import Protocol

from bookings.messages.conversation import TimeLimit
from bookings.messages.definitions import MessageChannel
from bookings.messages.emails import EmailTransport
from bookings.messages.failures import Failure
from bookings.models import Message
from practice.models import Practice


class Transport(Protocol):
    def deliver(self, message: Message, practice: Practice, now: datetime, limit: TimeLimit) -> None:
        """Compose the message and hand it over within the time. Raises whatever goes wrong."""

    def describe(self, problem: Exception) -> Failure:
        """Return what went wrong and whom it concerns."""


TRANSPORTS: dict[str, Transport] = {MessageChannel.EMAIL: EmailTransport()}
