"""What is written down as something happens: a line of the enquiry's history, and the messages that are due."""

from datetime import datetime

from django.contrib.auth.models import User

from bookings.models import Appointment, Enquiry, Event, Notification


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


def due(
    kind: Notification.Kind,
    at: datetime,
    *,
    enquiry: Enquiry | None = None,
    appointment: Appointment | None = None,
    about: str = "",
) -> None:
    """One message of a kind about one thing, however often it is asked for."""
    thing = {"kind": kind, "enquiry": enquiry, "appointment": appointment, "about": about}
    Notification.objects.get_or_create(**thing, reply=None, defaults={"due_at": at, "next_try": at})
