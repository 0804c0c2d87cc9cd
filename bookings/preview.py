"""What the form shows before it is sent: the messages a person would receive, made by the code that sends them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from bookings import emails
from bookings.forms import SAFE
from bookings.models import Enquiry, ReplyTemplate
from practice.models import Practice

REFERENCE = "(eight letters and digits)"


@dataclass(frozen=True)
class Receiving:
    sender: str
    subject: str
    body: str
    reply_subject: str  # empty where the therapist has no template to start from
    ticks: dict[str, str]  # the words beside each box


def would_receive(practice: Practice, reply_due: datetime, now: datetime) -> Receiving:
    first = emails.acknowledge(Enquiry(reference=REFERENCE, reply_due=reply_due), practice, now)
    return Receiving(first.from_email, first.subject, first.body, _reply_subject(), SAFE)


def _reply_subject() -> str:
    try:
        return ReplyTemplate.objects.values_list("subject", flat=True).first() or ""
    except Error:  # the form is shown all the same
        return ""
