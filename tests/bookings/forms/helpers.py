from datetime import UTC, datetime

from bookings.models import Appointment, Enquiry

URL = "/consultation/"
TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday


def requested_slots(enquiry=None):
    """Return the location and moment of each requested slot, the first choice first."""
    requested = Appointment.objects.filter(enquiry=enquiry or Enquiry.objects.get(), status="pending").order_by("rank")
    return [(appointment.location.slug, appointment.starts_at) for appointment in requested]
