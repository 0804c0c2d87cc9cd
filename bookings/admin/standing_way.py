"""After a change of the standing way to join a place: the appointments whose people haven't been told."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from bookings import formatting
from bookings.admin import texts
from bookings.models import Appointment, Purpose
from practice.models import Location


def offer_to_send(request: HttpRequest, location: Location) -> None:
    """List the appointments to come there that have no link of their own, each with a link to send it."""
    affected = [each for each in _to_come(location) if not each.video_link]
    if affected:
        rows = format_html_join("; ", '<a href="{}">{}, ref {}</a>', map(_row, affected))
        messages.warning(request, format_html("{} {}.", texts.STANDING_WAY_CHANGED, rows))


def _to_come(location: Location) -> QuerySet[Appointment]:
    booked = Appointment.objects.booked().filter(location=location, starts_at__gt=timezone.now())
    return booked.select_related("location", "enquiry__person__key").order_by("starts_at")


def _row(appointment: Appointment) -> tuple[str, str, str]:
    url = reverse("admin:bookings_enquiry_reply", args=[appointment.enquiry_id, Purpose.JOIN.value, appointment.pk])
    return url, formatting.time_and_place(appointment), appointment.enquiry.reference
