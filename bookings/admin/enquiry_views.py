"""The therapist's screen for one enquiry, and the acts on it. Every act is a POST and redirects to the screen."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings import appointments, enquiries, formatting, outcomes
from bookings.actor import Actor
from bookings.admin import (
    acknowledgement,
    appointment_summary,
    reply_actions,
    reply_words,
    same_contact,
    series_views,
    texts,
)
from bookings.admin.appointment_summary import AppointmentNotesForm, AppointmentSummary
from bookings.admin.enquiry_pages import (
    back_to_enquiry,
    describe,
    get_appointment,
    get_enquiry,
    may_read_sealed,
)
from bookings.admin.outcome_views import OUTCOMES
from bookings.encryption import is_sealed
from bookings.exceptions import NotAllowed
from bookings.models import Enquiry, Event, Message, Purpose, ReplyTemplate
from bookings.reply_deadline import ReplyPolicy
from practice import audit
from practice.facts import practice_row
from practice.requests import StaffRequest


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Add a private note",
        error_messages={"required": "Write the note first."},
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


@require_safe
def detail(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    return _show(request, get_enquiry(pk, request.user), admin_context, NoteForm())


@require_POST
def change_status(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    enquiry = get_enquiry(pk, request.user)
    form, actor = NoteForm(request.POST), Actor.therapist(request.user)
    if form.is_valid():  # a note that was being written when another button was pressed
        enquiries.note(enquiry, form.cleaned_data["text"], actor=actor, now=timezone.now())
    elif form["text"].value():
        return _show(request, enquiry, admin_context, form)
    try:
        enquiries.change_status(
            enquiry,
            request.POST.get("to", ""),
            actor=actor,
            policy=ReplyPolicy.of(practice_row()),
            now=timezone.now(),
        )
    except NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        messages.success(request, f"Now: {enquiry.get_status_display()}.")
    return back_to_enquiry(enquiry)


@require_POST
def note(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    enquiry = get_enquiry(pk, request.user)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, enquiry, admin_context, form)
    enquiries.note(enquiry, form.cleaned_data["text"], actor=Actor.therapist(request.user), now=timezone.now())
    audit.record(audit.Kind.CHANGED, request.user, enquiry)
    messages.success(request, "Note added.")
    return back_to_enquiry(enquiry)


@require_POST
def save_notes(request: StaffRequest, pk: int, appointment_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Save the video link and the private notes of one appointment."""
    enquiry = get_enquiry(pk, request.user)
    appointment = get_appointment(enquiry, appointment_pk)
    form = AppointmentNotesForm(appointment, request.POST, may_read=may_read_sealed(request.user))
    if not form.is_valid():
        return _show(request, enquiry, admin_context, NoteForm(), invalid_form=form)
    appointments.save_notes(appointment, **form.cleaned_data)
    audit.record(audit.Kind.CHANGED, request.user, enquiry)
    messages.success(request, "Saved.")
    if "video_link" in form.changed_data and appointment.is_to_come(timezone.now()):
        messages.info(request, texts.JOIN_CHANGED)
        return redirect("admin:bookings_enquiry_reply", enquiry.pk, Purpose.JOIN.value, appointment.pk)
    return back_to_enquiry(enquiry)


def _show(
    request: StaffRequest,
    enquiry: Enquiry,
    admin_context: dict[str, Any],
    note_form: NoteForm,
    invalid_form: AppointmentNotesForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    may_read, templates = may_read_sealed(request.user), _templates(enquiry, request.user)
    summary = appointment_summary.read(enquiry, now, invalid_form, user=request.user)
    may_book = Enquiry.Status.BOOKED in (enquiry.status, *enquiry.allowed_moves())
    first_choice = summary.first_choice if may_book else None
    is_waiting = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.LISTED)
    suggests_offer = is_waiting and not summary.is_booked and first_choice is None
    events, outbox = list(enquiry.events.select_related("user")), list(enquiry.messages.all())
    history = _history(enquiry, events, outbox, request.user, may_read=may_read)
    context = {
        "title": f"Enquiry {enquiry.reference}",
        "status": formatting.status(enquiry, now),
        "is_overdue": enquiry.is_overdue(now),
        "summary": summary,
        "skipped": series_views.to_decide([enquiry]) if summary.series else [],
        "outcomes": OUTCOMES,
        "late_outcome": [(outcomes.LATE, "They have cancelled late")],
        "may_book": may_book,
        "first_choice": first_choice.appointment.pk if first_choice else None,
        "replies": [
            (purpose, link)
            for purpose, link in reply_actions.choices_for(enquiry, is_booked=summary.is_booked)
            if reply_words.has_words(purpose, request.user, enquiry)
        ],
        "primary": Purpose.OFFER.value if suggests_offer else "",
        "statuses": [
            (status.value, formatting.STATUS_ACTIONS[status])
            for status in enquiry.allowed_moves()
            if status in formatting.STATUS_ACTIONS
        ],
        "templates": templates,
        "has_messages": _may_message(enquiry) and bool(templates or reply_words.may_write(request.user)),
        "same_contact": same_contact.read(enquiry, now, request.user),
        "acknowledgement": acknowledgement.describe(enquiry, events, outbox, may_read=may_read),
        "history": history,
        "is_sealed": may_read and _is_sealed(enquiry, history, summary),
        "unsent": [message for message in outbox if not message.sent_at and message.due_at <= now],
        "note_form": note_form,
        "words_id": secrets.token_urlsafe(12),
        "may_read": may_read,
        "now": now,
    }
    return render(
        request, "admin/bookings/enquiry/detail.html", admin_context | describe(enquiry, request.user) | context
    )


def _may_message(enquiry: Enquiry) -> bool:
    return enquiry.contact.may_email and enquiry.status != Enquiry.Status.SET_ASIDE


def _templates(enquiry: Enquiry, user: User) -> list[ReplyTemplate]:
    """Return the templates that a reply without an act can start from."""
    return reply_words.templates_for(Purpose.REPLY, user) if enquiry.is_bookable else []


def _is_sealed(enquiry: Enquiry, history: list[dict[str, Any]], summary: AppointmentSummary) -> bool:
    """Return whether there are words that nobody has opened in this request."""
    texts = [enquiry.message, *(entry.get("text", "") for entry in history)]
    texts += [entry["reply"].subject for entry in history if "reply" in entry]
    texts += [row.appointment.notes for row in (*summary.booked, *summary.past)]
    return any(map(is_sealed, texts))


def _history(
    enquiry: Enquiry, events: list[Event], outbox: list[Message], user: User, *, may_read: bool
) -> list[dict[str, Any]]:
    """Return everything that happened, the newest first: acts, replies and delivered messages.

    The words of acts and replies stand in it only for those who may read them.
    """
    acts = [
        {
            "at": event.at,
            "title": _title(event, user, may_read=may_read),
            "user": event.user,
            "text": _text(event, may_read=may_read),
            "kind": event.kind,
        }
        for event in events
    ]
    replies = [
        {
            "at": reply.written_at,
            "title": "Reply written",
            "user": reply.user,
            "kind": "reply",
            **({"reply": reply} if may_read else {"text": texts.ONLY_THE_THERAPIST}),
        }
        for reply in enquiry.replies.select_related("user")
    ]
    delivered = [
        {
            "at": message.sent_at,
            "title": f"{message.get_kind_display()}: delivered to the mail server",
            "kind": "mail",
        }
        for message in outbox
        if message.sent_at
    ]
    return sorted([*acts, *replies, *delivered], key=lambda entry: entry["at"], reverse=True)


def _title(event: Event, user: User, *, may_read: bool) -> str:
    """Return what happened, and for those who can't read the words of a change of status, the status itself."""
    if event.kind == Event.Kind.ENTERED and event.user == user:
        return "Entered by you"
    is_told = event.moved_to and not may_read
    return f"{event.get_kind_display()} to “{event.get_moved_to_display()}”" if is_told else event.get_kind_display()


def _text(event: Event, *, may_read: bool) -> str:
    if may_read:
        return event.text
    return texts.ONLY_THE_THERAPIST if event.text and not event.moved_to else ""
