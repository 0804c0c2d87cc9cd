"""What the form shows before it is sent: the messages a person would receive, made by the code that sends them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from bookings.forms.consultation import SAFE
from bookings.messages import emails
from bookings.messages.context import MessageContext
from bookings.messages.to_person import ACKNOWLEDGE
from bookings.messages.words import MessageWords, current_words, default_words, fill, values_in
from bookings.models import Enquiry, Message, Purpose, ReplyTemplate
from practice.models import Practice

REFERENCE = "(eight letters and digits)"
LINK = "(a link that is yours alone)"


@dataclass(frozen=True)
class MessagePreview:
    sender: str
    subject: str
    body: str
    reply_subject: str  # empty where the therapist has no template to start from
    ticks: dict[str, str]  # the words beside each box


def would_receive(
    practice: Practice, reply_due: datetime, now: datetime, *, is_complaint: bool = False
) -> MessagePreview:
    kind = Enquiry.Kind.COMPLAINT if is_complaint else Enquiry.Kind.REQUEST
    enquiry = Enquiry(kind=kind, reference=REFERENCE, reply_due=reply_due)
    context = MessageContext(Message(kind=ACKNOWLEDGE.kind, enquiry=enquiry), now)
    context.private_link = "" if is_complaint else LINK  # the enquiry has none before it is kept
    words = _current_words()
    filled = fill(words, values_in(ACKNOWLEDGE, words, context))
    return MessagePreview(emails.sender(practice), filled.subject, filled.body, _reply_subject(), SAFE)


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
