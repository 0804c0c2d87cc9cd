"""Somebody who rings or comes by is entered by hand. The rows are those of the form; nobody was promised a reply."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import enquiries
from bookings.actor import Actor
from bookings.events import record
from bookings.exceptions import NotAllowed
from bookings.messages.to_person import PRIVATE_PAGE
from bookings.models import Enquiry, Event
from bookings.outbox import enqueue


@dataclass(frozen=True)
class Caller:
    """The content of the valid screen “New person”, and what tells whether it comes twice."""

    details: dict[str, Any]  # the fields of the person and the enquiry
    note: str
    sends_link: bool
    form_digest: str
    answers_digest: str


class EnteredBeforeError(NotAllowed):
    """Somebody else was entered from the same screen, such as after Back; nothing is stored."""

    def __init__(self, enquiry: Enquiry) -> None:
        super().__init__(f"{enquiry.person.name} was entered from this page already.")
        self.enquiry = enquiry


def enter(caller: Caller, *, actor: Actor, now: datetime) -> Enquiry:
    """Store the person with what they ask for, as answered. A second click returns what the first one has stored.

    Nothing is sent but their private page, where that was asked for. Raises EnteredBeforeError.
    """
    enquiry = Enquiry(
        **enquiries.own_details(caller.details),
        source=Enquiry.Source.HAND,
        form_digest=caller.form_digest,
        answers_digest=caller.answers_digest,
        status=Enquiry.Status.ANSWERED,
        received_at=now,
        reply_due=now,
    )
    try:
        with transaction.atomic():
            enquiries.insert(enquiry, caller.details)
            record(enquiry, Event.Kind.ENTERED, now, actor=actor)
            if caller.note:
                enquiries.note(enquiry, caller.note, actor=actor, now=now)
            if caller.sends_link:
                enqueue(PRIVATE_PAGE, now, enquiry=enquiry)
    except enquiries.SecondCopyError as second:
        if second.first.answers_digest != caller.answers_digest:
            raise EnteredBeforeError(second.first) from None
        return second.first
    return enquiry
