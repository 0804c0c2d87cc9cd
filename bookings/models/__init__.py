from bookings.models.arrival import Arrival
from bookings.models.enquiry import (
    REFERENCE_LETTERS,
    Enquiry,
    EnquiryQuerySet,
    Event,
    SearchToken,
    new_reference,
    urgency,
)
from bookings.models.letter import Reply, ReplyTemplate
from bookings.models.notification import Notification, NotificationQuerySet, new_message_id

__all__ = [
    "REFERENCE_LETTERS",
    "Arrival",
    "Enquiry",
    "EnquiryQuerySet",
    "Event",
    "Notification",
    "NotificationQuerySet",
    "Reply",
    "ReplyTemplate",
    "SearchToken",
    "new_message_id",
    "new_reference",
    "urgency",
]
