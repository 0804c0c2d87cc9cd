"""The therapist's appointments at an address that their own calendar can subscribe to.

Anyone with the address can read them, so it can be replaced, and it shows names only if the therapist chooses to.
"""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings import formatting
from bookings.ical import FeedEntry, feed_lines
from bookings.models import Appointment, BookingSettings

MAX_AGE = timedelta(days=90)
CHUNK_SIZE = 200


def new_address() -> str:
    """Return a new address and end the former one. Only a digest is stored, so it can't be shown again."""
    BookingSettings.load()
    token = secrets.token_urlsafe(24)
    BookingSettings.objects.update(feed_digest=_digest(token))
    return settings.SITE_URL + reverse("bookings:feed", args=[token])


def end() -> None:
    BookingSettings.objects.update(feed_digest="")


@cache_control(no_store=True, private=True)
@require_safe
def feed(request: HttpRequest, token: str) -> StreamingHttpResponse:
    booking_settings = BookingSettings.objects.filter(feed_digest=_digest(token)).first()
    if booking_settings is None:
        raise Http404
    now = timezone.now()
    content = feed_lines(_entries(booking_settings, now), booking_settings.calendar_title, now)
    return StreamingHttpResponse(content, content_type="text/calendar; charset=utf-8")


def _entries(booking_settings: BookingSettings, now: datetime) -> Iterator[FeedEntry]:
    appointments = Appointment.objects.holding().filter(ends_at__gt=now - MAX_AGE)
    appointments = appointments.exclude(status=Appointment.Status.PROPOSED, held_until__lte=now)
    for appointment in appointments.select_related(
        "enquiry__person__key", "enquiry__referrer__key", "location", "appointment_type"
    ).iterator(chunk_size=CHUNK_SIZE):
        yield FeedEntry(
            uid=appointment.uid,
            sequence=appointment.sequence,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=_title(appointment, booking_settings),
            where=appointment.location.name if booking_settings.feed_details else "",
            tentative=appointment.status == Appointment.Status.PROPOSED,
        )


def _title(appointment: Appointment, booking_settings: BookingSettings) -> str:
    if booking_settings.feed_details:
        return f"{formatting.contact_name(appointment.enquiry)}: {appointment.appointment_type.name}"
    return f"{booking_settings.calendar_title}, ref {appointment.enquiry.reference}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
