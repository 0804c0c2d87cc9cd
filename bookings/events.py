"""The history of an enquiry: a row for each thing that happens to it."""

from datetime import datetime

from django.contrib.auth.models import User

from bookings.models import Enquiry, Event


def record(
    enquiry: Enquiry,
    kind: Event.Kind,
    now: datetime,
    *,
    who: User | None = None,
    text: str = "",
    moved_to: str = "",
) -> None:
    Event.objects.create(enquiry=enquiry, kind=kind, at=now, who=who, text=text, moved_to=moved_to)
