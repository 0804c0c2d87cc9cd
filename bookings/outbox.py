"""The outbox: a row for each message that is due. Only this module writes them, and the worker delivers them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings.messages.definitions import Audience, MessageDefinition
from bookings.models import Appointment, Enquiry, Message, Reply


def enqueue(
    definitions: MessageDefinition | Sequence[MessageDefinition],
    due_at: datetime,
    *,
    enquiry: Enquiry | None = None,
    appointment: Appointment | None = None,
    reply: Reply | None = None,
    about: str = "",
    recipient: str = "",
) -> None:
    """Save one message of each definition. A second message about the same thing is not saved.

    Nor is a message that the person does not allow. A recipient is named for what doesn't go to the address of its
    audience, such as a link for the holder of one account.
    """
    messages = [
        Message(
            kind=definition.kind,
            channel=definition.channel,
            enquiry=enquiry,
            appointment=appointment,
            reply=reply,
            about=about,
            recipient=recipient,
            due_at=due_at,
            next_try=due_at,
        )
        for definition in ([definitions] if isinstance(definitions, MessageDefinition) else definitions)
        if is_wanted(definition, enquiry)
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True)  # the unique constraints know of earlier ones


def joined_due_at(earlier: QuerySet[Message], every: timedelta, now: datetime) -> datetime | None:
    """Return when the next of several joined notices is due, at most one in each span of time.

    The first is due at once, a later one at the end of the span. None means that one is waiting that covers this too.
    """
    last = earlier.order_by("due_at").last()
    if last is None:
        return now
    return max(now, last.due_at + every) if last.due_at <= now else None


def is_wanted(definition: MessageDefinition, enquiry: Enquiry | None) -> bool:
    """Return whether the message may be sent: to the therapist always, to the person if they allow its channel."""
    if definition.audience == Audience.THERAPIST:
        return True
    return enquiry is not None and bool(enquiry.contact.address_for(definition.channel))
