"""The history of an enquiry: a row for each thing that happens to it."""

from datetime import datetime

from bookings.actor import Actor
from bookings.models import Enquiry, Event


def record(
    enquiry: Enquiry, kind: Event.Kind, now: datetime, *, actor: Actor, text: str = "", moved_to: str = ""
) -> None:
    """Add an event of this kind, done by the actor at this moment."""
    Event.objects.create(
        enquiry=enquiry, kind=kind, at=now, role=actor.role, user=actor.user, text=text, moved_to=moved_to
    )


def record_act(enquiry: Enquiry, text: str, actor: Actor, now: datetime) -> None:
    """Add an event about the diary or the request, shown as the person's own where the person acted."""
    kind = Event.Kind.PERSON if actor == Actor.PERSON else Event.Kind.DIARY
    record(enquiry, kind, now, actor=actor, text=text)
