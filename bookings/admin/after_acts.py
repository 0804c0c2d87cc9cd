"""Where an act on an appointment leads back to, and how it is undone at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from bookings.admin.enquiry_pages import back_to_enquiry
from bookings.models import Appointment, Enquiry
from practice.requests import StaffRequest

LISTS = {  # what a form names in `back`, and the screen
    "desk": "admin:index",
    "due": "admin:bookings_enquiry_due",
    "unrecorded": "admin:bookings_enquiry_unrecorded_list",
}


def back(request: StaffRequest, enquiry: Enquiry) -> HttpResponse:
    """Return to the list from which something was done, or else to the enquiry."""
    name = LISTS.get(request.POST.get("back", ""))
    return redirect(name) if name else back_to_enquiry(enquiry)


def confirm(request: StaffRequest, appointment: Appointment, sentence: str, url: str, undo: str) -> None:
    """Say what was done, with a button that undoes it. It names nobody, because the session is stored."""
    context = {"sentence": sentence, "url": url, "undo": undo, "seen": appointment.state_key}
    context["back"] = request.POST.get("back", "")
    messages.success(request, render_to_string("admin/bookings/done.html", context, request))
