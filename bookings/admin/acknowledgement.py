"""What the screen of an enquiry says about its acknowledgement: when it went, or why there is none."""

from collections.abc import Iterable

from bookings import formatting
from bookings.messages.to_person import ACKNOWLEDGE
from bookings.models import Enquiry, Event, Message


def describe(enquiry: Enquiry, events: Iterable[Event], outbox: Iterable[Message], *, may_read: bool) -> str:
    """Say what the person was sent when they wrote, from the history and the messages; nothing where they didn’t.

    Why nothing was sent stands in the words of the history, which not everybody `may_read`.
    """
    if enquiry.is_by_hand:
        return ""
    message = next((message for message in outbox if message.kind == ACKNOWLEDGE.kind), None)
    if message and message.sent_at:
        return f"Sent {formatting.moment(message.sent_at)}."
    if message and message.stopped_at:
        return f"No longer tried. {message.last_error}"
    if message:
        return f"Not sent yet. {message.last_error}".strip()
    if not enquiry.contact.may_email:
        return "None is sent, because they chose phone only."
    if enquiry.set_aside_because:
        waits = enquiry.status == Enquiry.Status.SET_ASIDE
        later = (
            " If you put the message back, it’s sent then, unless one went to the same address less than a day before."
        )
        return "No acknowledgement was sent, because the message was set aside." + (later if waits else "")
    silences = [event for event in events if event.kind == Event.Kind.NOT_SENT]
    if silences:
        return silences[-1].text if may_read else "None was sent."
    return "None was sent, because this had changed before it could go."
