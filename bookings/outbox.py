"""The outbox: writes the row for each message that is due. The worker delivers them."""

from datetime import datetime

from bookings.models import Appointment, Enquiry, Notification


def enqueue(
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
