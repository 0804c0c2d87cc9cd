"""The therapist's screens in the admin. They call the rest of the app and are never called by it."""

from bookings.admin import automatic_messages, enquiry

__all__ = ["automatic_messages", "enquiry"]
