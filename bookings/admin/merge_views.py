"""The acts on two enquiries that may be from the same person: they are, or they are not."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from bookings import formatting, merging
from bookings.actor import Actor
from bookings.admin import texts
from bookings.admin.enquiry_pages import back_to_enquiry, get_enquiry
from bookings.exceptions import NotAllowed
from bookings.models import Enquiry, Person
from practice import audit, confirmation
from practice.clock import localdate
from practice.requests import StaffRequest


@require_POST
def same_person(request: StaffRequest, pk: int, other_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Make one person of two, after asking with both names. It opens no words, so an assistant may do it too."""
    enquiry, other = get_enquiry(pk, request.user), get_enquiry(other_pk, request.user)
    try:
        if enquiry.contact != other.contact:
            facts = _facts(enquiry, other)
            if not confirmation.is_confirmed(request, facts):
                return confirmation.ask(
                    request,
                    admin_context,
                    title=f"Are {enquiry.contact.name} and {other.contact.name} the same person?",
                    facts=facts,
                    button="Yes, the same person",
                    back_url=reverse("admin:bookings_enquiry_change", args=[pk]),
                )
            merging.merge(enquiry, other, actor=Actor.therapist(request.user), now=timezone.now())
            for changed in (enquiry, other):
                audit.record(audit.Kind.CHANGED, request.user, changed)
        messages.success(request, texts.SAME_PERSON)
    except NotAllowed as reason:
        messages.error(request, str(reason))
    return back_to_enquiry(enquiry)


@require_POST
def not_the_same(request: StaffRequest, pk: int, other_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Dismiss the suggestion for good, or bring it back."""
    enquiry, other = get_enquiry(pk, request.user), get_enquiry(other_pk, request.user)
    if enquiry.contact != other.contact:
        is_taken_back = "again" in request.POST
        act, sentence = (
            (merging.restore, texts.SUGGESTED_AGAIN) if is_taken_back else (merging.dismiss, texts.NOT_THE_SAME)
        )
        act(enquiry.contact, other.contact)
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        messages.success(request, sentence)
    return back_to_enquiry(enquiry)


def _facts(enquiry: Enquiry, other: Enquiry) -> list[str]:
    """Return who they are, and what they would be afterwards. Raises NotAllowed."""
    details = merging.prepare(enquiry.contact, other.contact).details
    afterwards = Person(**details)
    reached = [details["email"], details["phone"], *(words for _, words in formatting.contact_rules(afterwards))]
    return [
        _in_words(enquiry),
        _in_words(other),
        f"Afterwards: {'; '.join(filter(None, [details['name'], *reached]))}. Who wrote last counts.",
        texts.MERGED_FOR_GOOD,
    ]


def _in_words(enquiry: Enquiry) -> str:
    day = date_format(localdate(enquiry.received_at), "j F Y")
    return f"{enquiry.contact.name}: {enquiry.asked_for}, {day}, reference {enquiry.reference}."
