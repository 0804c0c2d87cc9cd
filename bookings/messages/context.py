"""What the placeholders of one message are made from."""

from datetime import datetime
from functools import cached_property
from typing import cast

from django.conf import settings
from django.urls import reverse

from bookings import private_links
from bookings.encryption import UnreadableText
from bookings.messages.daily_summary import DailySummary, sum_up
from bookings.models import Appointment, Enquiry, Message


class UnreadableMessageError(Exception):
    """A word of the message is encrypted with a key that is not there; nothing may be sent in its place."""


class UnwritableMessageError(Exception):
    """This message cannot be composed, whatever the cause. Others can, so mail as a whole is not failing."""


class MessageContext:
    """A message as it is composed now. Only the placeholders in its words are asked for their values."""

    def __init__(self, message: Message, now: datetime) -> None:
        self.message, self.now = message, now

    @property
    def enquiry(self) -> Enquiry:
        return cast(Enquiry, self.message.enquiry)

    @property
    def appointment(self) -> Appointment:
        return cast(Appointment, self.message.appointment)

    @cached_property
    def private_link(self) -> str:
        """Return nothing for a complaint: it is answered as the law says, whatever happens to it meanwhile."""
        return "" if self.enquiry.is_complaint else private_links.address(self.enquiry, self.now)

    @property
    def enquiry_link(self) -> str:
        return settings.SITE_URL + reverse("admin:bookings_enquiry_change", args=[self.enquiry.pk])

    @cached_property
    def summary(self) -> DailySummary:
        return sum_up(self.now, without=self.message)


def readable(text: str) -> str:
    """Return the same text. Raises UnreadableMessageError."""
    if isinstance(text, UnreadableText):
        raise UnreadableMessageError
    return text
