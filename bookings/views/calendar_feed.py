"""The therapist's appointments as an address their own calendar can subscribe to.

Who knows the address reads them, so it can be replaced, and it shows no name unless the therapist wants it to."""

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

from bookings import formatting, locking
from bookings.ical.feed import FeedEntry, lines
from bookings.models import Appointment, BookingSettings

SHOWN_AFTER = timedelta(days=90)
AT_ONCE = 200


def new_address() -> str:
    """Replaces the former one, which opens nothing from now on. Only a digest is kept, so it is shown this once."""
    locking.booking_settings()
    token = secrets.token_urlsafe(24)
    BookingSettings.objects.update(feed_digest=_digest(token))
    return settings.SITE_URL + reverse("bookings:feed", args=[token])


def end() -> None:
    BookingSettings.objects.update(feed_digest="")


@cache_control(no_store=True, private=True)
@require_safe
def feed(request: HttpRequest, token: str) -> StreamingHttpResponse:
    rules = BookingSettings.objects.filter(feed_digest=_digest(token)).first()
    if rules is None:
        raise Http404
    now = timezone.now()
    name = rules.calendar_title
    return StreamingHttpResponse(lines(_entries(rules, now), name, now), content_type="text/calendar; charset=utf-8")


def _entries(rules: BookingSettings, now: datetime) -> Iterator[FeedEntry]:
    shown = Appointment.objects.holding().filter(ends_at__gt=now - SHOWN_AFTER)
    shown = shown.exclude(status=Appointment.Status.PROPOSED, held_until__lte=now)
    for appointment in shown.select_related("enquiry", "location").iterator(chunk_size=AT_ONCE):
        yield FeedEntry(
            uid=appointment.uid,
            sequence=appointment.sequence,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=_title(appointment, rules),
            where=appointment.location.name if rules.feed_details else "",
            tentative=appointment.status == Appointment.Status.PROPOSED,
        )


def _title(appointment: Appointment, rules: BookingSettings) -> str:
    if rules.feed_details:
        return f"{formatting.contact_name(appointment.enquiry)}: {appointment.get_kind_display()}"
    return f"{rules.calendar_title}, ref {appointment.enquiry.reference}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
