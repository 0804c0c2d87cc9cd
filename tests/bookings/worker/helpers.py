"""By hand: whom it is about."""

from bookings.models import Enquiry, Notification

NUDGE, HOLDING, CHECK_IN, DIGEST = "Still waiting for you", "Your message is not forgotten", "As you asked", "Today: "


PHONE = {"channel": "phone", "email": "", "phone": "07700 900 982"}


THERAPIST = "therapist@example.org"


Kind, Status = Notification.Kind, Enquiry.Status
