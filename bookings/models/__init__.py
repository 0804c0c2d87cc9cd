from bookings.models.appointment import Appointment, AppointmentQuerySet, Cell, Taken, new_uid
from bookings.models.arrival import Arrival
from bookings.models.diary import AppointmentKind, BusySpan, Diary, HoursException, WeeklyHours
from bookings.models.enquiry import (
    REFERENCE_LETTERS,
    Enquiry,
    EnquiryQuerySet,
    Event,
    SearchToken,
    new_reference,
    urgency,
)
from bookings.models.letter import Purpose, Reply, ReplyTemplate
from bookings.models.link import PrivateLink
from bookings.models.notification import Notification, NotificationQuerySet, new_message_id

__all__ = [
    "REFERENCE_LETTERS",
    "Appointment",
    "AppointmentKind",
    "AppointmentQuerySet",
    "Arrival",
    "BusySpan",
    "Cell",
    "Diary",
    "Enquiry",
    "EnquiryQuerySet",
    "Event",
    "HoursException",
    "Notification",
    "NotificationQuerySet",
    "PrivateLink",
    "Purpose",
    "Reply",
    "ReplyTemplate",
    "SearchToken",
    "Taken",
    "WeeklyHours",
    "new_message_id",
    "new_reference",
    "new_uid",
    "urgency",
]
