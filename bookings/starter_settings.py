"""The booking settings and appointment types that a new site begins with."""

from django.utils.text import slugify

from bookings.models import AppointmentType, BookingSettings
from practice import schema
from practice.models import Location

APPOINTMENT_TYPES = [
    {
        "name": "Complimentary consultation",
        "explanation": "A first conversation, without charge and without obligation.",
        "minutes": 30,
    },
    {"name": "Private session", "minutes": 50},
]


@schema.if_complete
def create_booking_settings(**kwargs: object) -> None:
    """Create the booking settings after migrating, and appointment types if there are none, for all locations."""
    BookingSettings.load()
    if AppointmentType.objects.exists():
        return
    for position, fields in enumerate(APPOINTMENT_TYPES, start=1):
        slug = slugify(str(fields["name"]))
        appointment_type = AppointmentType.objects.create(slug=slug, position=position * 10, **fields)
        appointment_type.locations.set(Location.objects.active())
