"""A preview, inside the consultation form, of the messages that the person would receive."""

from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from bookings.forms.consultation import SAFE
from bookings.messages import emails
from bookings.messages.automatic_words import MessageWords, current_words, default_words, fill, values_in
from bookings.messages.context import MessageContext
from bookings.messages.to_person import ACKNOWLEDGE
from bookings.models import Enquiry, Message, Purpose, ReplyTemplate
from bookings.reply_deadline import ReplyPolicy
from practice.models import Practice

REFERENCE = "(eight letters and digits)"
LINK = "(a link that is yours alone)"


@dataclass(frozen=True)
class MessagePreview:
    sender: str
    subject: str
    body: str
    reply_subject: str  # empty if the therapist has no template to start from
    permissions: dict[str, str]  # the label of each checkbox


def preview(practice: Practice, policy: ReplyPolicy, now: datetime, *, is_complaint: bool = False) -> MessagePreview:
    """Write the acknowledgement of an enquiry that arrives now, with the code that writes the real one."""
    kind = Enquiry.Kind.COMPLAINT if is_complaint else Enquiry.Kind.REQUEST
    reply_due = policy.deadline(now, is_complaint=is_complaint)
    enquiry = Enquiry(kind=kind, reference=REFERENCE, reply_due=reply_due)
    context = MessageContext(Message(kind=ACKNOWLEDGE.kind, enquiry=enquiry), now)
    context.private_link = "" if is_complaint else LINK  # there is no real link before the enquiry is stored
    words = _current_words()
    acknowledgement = fill(words, values_in(ACKNOWLEDGE, words, context))
    return MessagePreview(
        emails.sender(practice), acknowledgement.subject, acknowledgement.body, _reply_subject(), SAFE
    )


def _current_words() -> MessageWords:
    try:
        return current_words(ACKNOWLEDGE)
    except Error:  # the form is shown all the same
        return default_words(ACKNOWLEDGE)


def _reply_subject() -> str:
    try:
        letters = ReplyTemplate.objects.filter(purpose=Purpose.REPLY)
        return letters.values_list("subject", flat=True).first() or ""
    except Error:  # the form is shown all the same
        return ""
