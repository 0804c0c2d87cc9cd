"""What the form shows before it is sent: the messages a person would receive, made by the code that sends them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from bookings.forms.consultation import SAFE
from bookings.messages import emails
from bookings.models import Enquiry, Purpose, ReplyTemplate
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
    unsaved = Enquiry(kind=kind, reference=REFERENCE, reply_due=reply_due)
    first = emails.acknowledge(unsaved, practice, now, link=LINK if unsaved.is_bookable else "")
    return MessagePreview(first.from_email, str(first.subject), str(first.body), _reply_subject(), SAFE)


def _reply_subject() -> str:
    try:
        letters = ReplyTemplate.objects.filter(purpose=Purpose.LETTER)
        return letters.values_list("subject", flat=True).first() or ""
    except Error:  # the form is shown all the same
        return ""
