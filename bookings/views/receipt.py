"""The page that confirms what the form sent. It says only what is true for this request.

Its address alone shows the reference. The rest is for the browser that has sent the form, for a quarter of an hour.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings import formatting, private_links
from bookings.models import Appointment, Enquiry, Event
from bookings.reply_deadline import ReplyPolicy
from bookings.views import receipt_cookie
from practice import facts


@csrf_exempt  # a post only hides what this browser is shown, and its strict cookie comes from no other site
@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def received(request: HttpRequest, reference: str) -> HttpResponse:
    enquiry = get_object_or_404(Enquiry.objects.with_people(), reference=reference)
    cookie = receipt_cookie.read(request)
    is_own = bool(cookie and cookie.reference == reference)
    if request.method == "POST":  # the button that hides the link and the words
        response = redirect("bookings:received", reference)
        if is_own:
            receipt_cookie.delete_from(response)
        return response
    context: dict[str, Any] = {"reference": reference}
    if cookie and is_own:
        context |= _own_context(enquiry, timezone.now())
        context["ways_back"] = private_links.ways_back(enquiry, cookie.form_id)
    return render(request, "bookings/received.html", context)


def _own_context(enquiry: Enquiry, now: datetime) -> dict[str, Any]:
    absence = ReplyPolicy.of(facts.current().practice).absence_before(enquiry.reply_due, now)
    requested = enquiry.appointments.filter(status=Appointment.Status.PENDING).select_related("location")
    return {
        "enquiry": enquiry,
        "is_personal": enquiry.on_behalf == Enquiry.Behalf.MYSELF,
        "is_waiting": enquiry.status == Enquiry.Status.WAITING,
        "is_held_back": enquiry.status == Enquiry.Status.SET_ASIDE and bool(enquiry.set_aside_because),
        "is_addition": enquiry.events.filter(kind=Event.Kind.ADDED).exists(),
        "requested_slots": [
            formatting.span(slot.starts_at, slot.ends_at, slot.location, enquiry.contact.time_zone)
            for slot in requested.order_by("rank")
        ],
        "away": formatting.absence(absence, now),
    }
