"""The act by which the therapist ends somebody's private link."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import private_links
from bookings.actor import Actor
from bookings.admin.enquiry_pages import back_to_enquiry, get_enquiry
from bookings.events import record
from bookings.models import Event
from practice import confirmation
from practice.requests import StaffRequest

ENDS = "The link in every message so far stops working, and so do their four words and their PIN, if they chose one."
NEXT = "The next message that you send holds a new link."
ENDED = "Their private link is ended. The next message that you send holds a new one."


@require_http_methods(["GET", "HEAD", "POST"])
def end_link(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """End the link, the words and the PIN, as when the PIN is forgotten or a message was read by somebody else."""
    enquiry, facts = get_enquiry(pk, request.user), [ENDS, NEXT]
    if not confirmation.is_confirmed(request, facts):
        return confirmation.ask(
            request,
            admin_context,
            title="End their private link?",
            facts=facts,
            button="End the link",
            back_url=reverse("admin:bookings_enquiry_change", args=[pk]),
        )
    with transaction.atomic():
        private_links.end(enquiry)
        actor = Actor.therapist(request.user)
        record(enquiry, Event.Kind.DIARY, timezone.now(), actor=actor, text="Private link ended")
    messages.success(request, ENDED)
    return back_to_enquiry(enquiry)
