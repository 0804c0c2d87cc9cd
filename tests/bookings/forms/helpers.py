"""By hand: what was asked for."""

from datetime import UTC, datetime

from bookings.models import Appointment, Enquiry

URL = "/consultation/"


TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday


NOT_LISTED = "That time is not on the list any more. Choose another"


def asked_for(enquiry=None):
    """(place, moment) in order of preference."""
    asked = Appointment.objects.filter(enquiry=enquiry or Enquiry.objects.get(), status="pending").order_by("rank")
    return [(one.location.slug, one.starts_at) for one in asked]
