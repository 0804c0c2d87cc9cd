"""The therapist's screen for one enquiry, and the acts on it. What changes anything is a POST and leads back to it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from bookings import appointments, enquiries, formatting, people
from bookings.actor import Actor
from bookings.admin import appointment_summary, reply_views
from bookings.admin.appointment_summary import AppointmentNotesForm
from bookings.admin.reply_views import about, back_to, find
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Purpose, ReplyTemplate
from bookings.reply_deadline import ReplyPolicy
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
    return _show(request, find(pk), admin_context, NoteForm())


@require_POST
def move(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    enquiry = find(pk)
    form, actor = NoteForm(request.POST), Actor.therapist(request.user)
    if form.is_valid():  # a note that was being written when another button was pressed
        enquiries.note(enquiry, form.cleaned_data["text"], actor=actor, now=timezone.now())
    elif form["text"].value():
        return _show(request, enquiry, admin_context, form)
    try:
        enquiries.move(
            enquiry,
            request.POST.get("to", ""),
            actor=actor,
            policy=ReplyPolicy.of(practice_row()),
            now=timezone.now(),
        )
    except NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"Now: {enquiry.get_status_display()}.")
    return back_to(enquiry)


@require_POST
def note(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    enquiry = find(pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, enquiry, admin_context, form)
    enquiries.note(enquiry, form.cleaned_data["text"], actor=Actor.therapist(request.user), now=timezone.now())
    messages.success(request, "Note added.")
    return back_to(enquiry)


@require_safe
@cache_control(no_store=True, private=True)
def export(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Download what is held about the one who wrote, for whoever asks to see it (UK GDPR Art. 15)."""
    enquiry = find(pk)
    response = JsonResponse(people.export(enquiry.contact), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="{enquiry.reference}.json"'
    return response


@require_POST
def close(request: StaffRequest, pk: int, appointment: int, admin_context: dict[str, Any]) -> HttpResponse:
    """It took place, or they did not attend."""
    enquiry = find(pk)
    outcome, actor = request.POST.get("to", ""), Actor.therapist(request.user)
    try:
        closed = appointments.record_outcome(_of(enquiry, appointment), outcome, timezone.now(), actor=actor)
    except NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"Now: {closed.get_status_display()}.")
    return back_to(enquiry)


@require_POST
def keep(request: StaffRequest, pk: int, appointment: int, admin_context: dict[str, Any]) -> HttpResponse:
    """The video link and the private notes of one appointment."""
    enquiry = find(pk)
    one = _of(enquiry, appointment)
    form = AppointmentNotesForm(one, request.POST)
    if not form.is_valid():
        return _show(request, enquiry, admin_context, NoteForm(), refused=form)
    appointments.save_notes(one, **form.cleaned_data)
    messages.success(request, "Saved.")
    return back_to(enquiry)


def _of(enquiry: Enquiry, appointment: int) -> Appointment:
    return get_object_or_404(enquiry.appointments.select_related("location"), pk=appointment)


def _show(
    request: StaffRequest,
    enquiry: Enquiry,
    admin_context: dict[str, Any],
    form: NoteForm,
    refused: AppointmentNotesForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    stands = appointment_summary.read(enquiry, now, refused)
    cleaned = reply_views.open_to(enquiry, is_booked=stands.is_booked)
    may_book = Enquiry.Status.BOOKED in (enquiry.status, *enquiry.allowed_moves())
    best = stands.best if may_book else None
    waits = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.LISTED)
    is_first_answer = waits and not stands.is_booked and best is None
    context = {
        "title": f"Enquiry {enquiry.reference}",
        "status": formatting.status(enquiry, now),
        "is_overdue": enquiry.is_overdue(now),
        "stands": stands,
        "may_book": may_book,
        "best": best.appointment.pk if best else None,
        "answers": cleaned,
        "primary": Purpose.OFFER.value if is_first_answer else "",
        "moves": [(to.value, formatting.MOVES[to]) for to in enquiry.allowed_moves() if to in formatting.MOVES],
        "templates": ReplyTemplate.objects.filter(purpose=Purpose.LETTER) if enquiry.is_bookable else [],
        "history": _history(enquiry),
        "unsent": [due for due in enquiry.messages.all() if not due.sent_at and due.due_at <= now],
        "note_form": form,
    }
    return render(request, "admin/bookings/enquiry/detail.html", admin_context | about(enquiry) | context)


def _history(enquiry: Enquiry) -> list[dict[str, Any]]:
    """Everything that happened, the newest first: what people did and what was delivered."""
    events = [
        {
            "at": event.at,
            "what": event.get_kind_display(),
            "user": event.user,
            "text": event.text,
            "kind": event.kind,
        }
        for event in enquiry.events.select_related("user")
    ]
    replies = [
        {
            "at": written.written_at,
            "what": "Reply written",
            "user": written.user,
            "kind": "reply",
            "reply": written,
        }
        for written in enquiry.replies.select_related("user")
    ]
    delivered = [
        {
            "at": sent.sent_at,
            "what": f"{sent.get_kind_display()}: delivered to the mail server",
            "kind": "mail",
        }
        for sent in enquiry.messages.all()
        if sent.sent_at
    ]
    return sorted([*events, *replies, *delivered], key=lambda entry: entry["at"], reverse=True)
