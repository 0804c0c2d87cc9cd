"""The functions that the screens of one enquiry share."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings import formatting
from bookings.admin import texts
from bookings.models import Appointment, Enquiry
from practice import audit, phone_numbers


def get_enquiry(pk: int, user: User) -> Enquiry:
    """Return the enquiry with all that its screens show. Raises Http404, also where the user may not know of it."""
    enquiries = Enquiry.objects.visible_to(user).with_people().select_related("location", "appointment_type")
    return get_object_or_404(enquiries, pk=pk)


def may_read_sealed(user: User) -> bool:
    """Return whether the user may read what people wrote, letters and private notes."""
    return user.has_perm("bookings.read_sealed")


def get_appointment(enquiry: Enquiry, pk: int) -> Appointment:
    """Return an appointment of this enquiry and of no other. Raises Http404."""
    return get_object_or_404(enquiry.appointments.select_related("location", "appointment_type"), pk=pk)


def back_to_enquiry(enquiry: Enquiry) -> HttpResponse:
    return redirect("admin:bookings_enquiry_change", enquiry.pk)


def describe(enquiry: Enquiry, user: User) -> dict[str, Any]:
    """Return what every screen of an enquiry shows of it, and record that the user has opened it."""
    audit.record_opened(user, enquiry)
    contact = enquiry.contact
    return {
        "enquiry": enquiry,
        "message": enquiry.message if may_read_sealed(user) else "",
        "is_message_hidden": not may_read_sealed(user),
        "hidden_words": texts.ONLY_THE_THERAPIST,
        "contact": contact,
        "who": formatting.contact_name(enquiry),
        "wishes": formatting.wishes(enquiry),
        "safe": formatting.safe_contact(enquiry),
        "phone_links": _phone_links(contact.phone),
        "clock": formatting.city(contact.time_zone) if formatting.known_zone(contact.time_zone) else "",
    }


def _phone_links(text: str) -> SafeString:
    """Return the text with a link on each number in it."""
    pieces = phone_numbers.pieces(text)
    links = (
        (format_html('<a href="tel:{}">{}</a>', piece.dial, piece.text),) if piece.dial else (piece.text,)
        for piece in pieces
    )
    return format_html_join("", "{}", links)


def is_number(text: str) -> bool:
    """Return whether the text is a number of the size of a primary key."""
    return text.isascii() and text.isdecimal() and len(text) < 19
