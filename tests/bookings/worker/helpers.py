"""Subjects and addresses that the tests of the worker share."""

from bookings.models import Enquiry

NUDGE, REPLY_DELAYED, CHECK_IN, DAILY_SUMMARY = (
    "Still waiting for you",
    "Your message is not forgotten",
    "As you asked",
    "Today: ",
)


PHONE = {"channel": "phone", "email": "", "phone": "07700 900 982"}


THERAPIST = "therapist@example.org"


Status = Enquiry.Status
