"""The therapist's screens in the admin. They call the rest of the app and are never called by it."""

from bookings.admin import enquiry, message_templates

__all__ = ["enquiry", "message_templates"]
