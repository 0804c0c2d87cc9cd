from bookings.models.appointment import Appointment, AppointmentQuerySet, OccupiedCell, SlotConflict, new_uid
from bookings.models.appointment_type import AppointmentType, AppointmentTypeQuerySet
from bookings.models.booking_settings import BookingSettings
from bookings.models.busy_span import BusySpan
from bookings.models.enquiry import (
    REFERENCE_LETTERS,
    Enquiry,
    EnquiryQuerySet,
    Event,
    new_reference,
    urgency,
)
from bookings.models.invoice import Invoice
from bookings.models.message import DeliveryPause, Message, MessageQuerySet, new_message_id
from bookings.models.message_template import MAX_SUBJECT_LENGTH, MessageTemplate
from bookings.models.opening_hours import OpeningException, WeeklyHours
from bookings.models.person import DismissedMatch, Person, PersonQuerySet, SearchToken
from bookings.models.person_key import PersonKey
from bookings.models.private_link import PrivateLink
from bookings.models.reply import Purpose, Reply, ReplyTemplate
from bookings.models.series import MAX_WEEKS_BETWEEN, Series, SkippedDay

__all__ = [
    "MAX_SUBJECT_LENGTH",
    "MAX_WEEKS_BETWEEN",
    "REFERENCE_LETTERS",
    "Appointment",
    "AppointmentQuerySet",
    "AppointmentType",
    "AppointmentTypeQuerySet",
    "BookingSettings",
    "BusySpan",
    "DeliveryPause",
    "DismissedMatch",
    "Enquiry",
    "EnquiryQuerySet",
    "Event",
    "Invoice",
    "Message",
    "MessageQuerySet",
    "MessageTemplate",
    "OccupiedCell",
    "OpeningException",
    "Person",
    "PersonKey",
    "PersonQuerySet",
    "PrivateLink",
    "Purpose",
    "Reply",
    "ReplyTemplate",
    "SearchToken",
    "Series",
    "SkippedDay",
    "SlotConflict",
    "WeeklyHours",
    "new_message_id",
    "new_reference",
    "new_uid",
    "urgency",
]
