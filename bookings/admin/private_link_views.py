"""The acts on somebody's private link: it is ended, or opened by four new words that are read out on the phone."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from bookings import private_links
from bookings.actor import Actor
from bookings.admin.enquiry_pages import back_to_enquiry, describe, get_enquiry
from bookings.events import record
from bookings.models import Enquiry, Event
from practice import audit, confirmation
from practice.requests import StaffRequest

ENDS = "The link in every message so far stops working, and so do their four words and their PIN, if they chose one."
NEXT = "The next message that you send holds a new link."
NEXT_WORDS = "No message can be sent to them, so give them four new words to read out."
ENDED = "Their private link is ended."
REPLACED = "The four words that they have open their page no longer. The link in messages and a PIN stay as they are."


@require_http_methods(["GET", "HEAD", "POST"])
def end_link(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """End the link, the words and the PIN, as when the PIN is forgotten or a message was read by somebody else."""
    enquiry = get_enquiry(pk, request.user)
    then = NEXT if enquiry.contact.may_email else NEXT_WORDS
    facts = [ENDS, then]
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
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        private_links.end(current)
        actor = Actor.therapist(request.user)
        record(current, Event.Kind.DIARY, timezone.now(), actor=actor, text="Private link ended")
    messages.success(request, f"{ENDED} {then}")
    return back_to_enquiry(enquiry)


@require_POST
@cache_control(no_store=True, private=True)
def return_words(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Make four words and show them, once. A reload shows the same ones; they follow from the id on the screen."""
    enquiry, words_id = get_enquiry(pk, request.user), request.POST.get("words_id", "")
    if enquiry.is_complaint or not words_id:
        return back_to_enquiry(enquiry)
    if private_links.has_other_words(enquiry, words_id) and not confirmation.is_confirmed(request, [REPLACED]):
        return confirmation.ask(
            request,
            admin_context,
            title="Four new words to read out?",
            facts=[REPLACED],
            button="Make four new words",
            back_url=reverse("admin:bookings_enquiry_change", args=[pk]),
        )
    words = private_links.give_words(enquiry, words_id, actor=Actor.therapist(request.user), now=timezone.now())
    audit.record(audit.Kind.CHANGED, request.user, enquiry)
    context = describe(enquiry, request.user) | {"title": "Four words to read out", "words": words.split()}
    context |= {"return_address": settings.SITE_URL.partition("://")[2] + reverse("bookings:return")}
    return render(request, "admin/bookings/enquiry/return_words.html", admin_context | context)
