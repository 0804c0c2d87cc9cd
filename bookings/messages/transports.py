"""How a message leaves the site: a transport for each channel."""

from datetime import datetime
from typing import Protocol

from bookings.messages.definitions import MessageChannel
from bookings.messages.emails import EmailTransport
from bookings.models import Message
from practice.models import Practice


class Transport(Protocol):
    def deliver(self, message: Message, practice: Practice, now: datetime) -> None:
        """Compose the message and hand it over. Raises whatever goes wrong; the worker then tries it again later."""

    def describe(self, problem: Exception) -> tuple[str, bool]:
        """What went wrong, in words without an address, and whether it was refused for good."""


TRANSPORTS: dict[str, Transport] = {MessageChannel.EMAIL: EmailTransport()}
