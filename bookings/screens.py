"""The therapist's screen for one enquiry, and the acts on it. What changes anything is a POST and leads back to it."""

import uuid
from email.header import decode_header, make_header
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import emails, enquiries, wording
from bookings.models import Enquiry, Reply, ReplyTemplate
from practice.facts import practice_row
from practice.models import dial


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Add a private note",
        error_messages={"required": "Write the note first."},
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class ReplyForm(forms.Form):
    subject = forms.CharField(
        max_length=120,
        help_text="Seen on a locked screen, so keep it neutral.",
        error_messages={"required": "Write a subject."},
    )
    body = forms.CharField(
        label="Message",
        error_messages={"required": "Write the message first."},
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off"}),
    )
    once = forms.UUIDField(widget=forms.HiddenInput)


@require_safe
def enquiry(request: HttpRequest, pk: int, frame: dict[str, Any]) -> HttpResponse:
    return _show(request, _find(pk), frame, NoteForm())


@require_POST
def move(request: HttpRequest, pk: int, frame: dict[str, Any]) -> HttpResponse:
    found = _find(pk)
    form, practice = NoteForm(request.POST), practice_row()
    if form.is_valid():  # a note that was being written when another button was pressed
        enquiries.note(found, form.cleaned_data["text"], who=request.user, now=timezone.now())
    elif form["text"].value():
        return _show(request, found, frame, form)
    try:
        enquiries.move(
            found,
            request.POST.get("to", ""),
            who=request.user,
            reply_days=practice.reply_days,
            away_until=practice.away_until,
            now=timezone.now(),
        )
    except enquiries.NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"Now: {found.get_status_display()}.")
    return _back_to(found)


@require_POST
def note(request: HttpRequest, pk: int, frame: dict[str, Any]) -> HttpResponse:
    found = _find(pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, found, frame, form)
    enquiries.note(found, form.cleaned_data["text"], who=request.user, now=timezone.now())
    messages.success(request, "Note added.")
    return _back_to(found)


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int, frame: dict[str, Any]) -> HttpResponse:
    """Write, look at it exactly as it will arrive, send."""
    found = _find(pk)
    if not found.may_email:
        messages.error(request, "This person did not say that email is safe.")
        return _back_to(found)
    form = ReplyForm(request.POST) if request.method == "POST" else ReplyForm(initial=_start(request, found))
    preview = None
    if form.is_valid():
        if request.POST.get("act") == "send" and _sent(request, found, form):
            return _back_to(found)
        preview = _preview(found, form)
    context = _about(found) | {"title": f"Reply to {found.reference}", "form": form, "preview": preview}
    return render(request, "admin/bookings/enquiry/reply.html", frame | context)


def _sent(request: HttpRequest, found: Enquiry, form: ReplyForm) -> bool:
    try:
        enquiries.reply(found, **form.cleaned_data, who=request.user, now=timezone.now())
    except enquiries.NotAllowed as reason:
        messages.error(request, str(reason))
        form.data = form.data.copy()
        form.data["once"] = str(uuid.uuid4())
        return False
    messages.success(request, "Your reply is on its way.")
    return True


def is_number(text: str) -> bool:
    """Of the size of a primary key."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _find(pk: int) -> Enquiry:
    return get_object_or_404(Enquiry.objects.select_related("location"), pk=pk)


def _back_to(found: Enquiry) -> HttpResponse:
    return redirect("admin:bookings_enquiry_change", found.pk)


def _show(request: HttpRequest, found: Enquiry, frame: dict[str, Any], form: NoteForm) -> HttpResponse:
    now = timezone.now()
    context = {
        "title": f"Enquiry {found.reference}",
        "status": wording.status(found, now),
        "is_overdue": found.is_overdue(now),
        "dial": dial(found.phone),
        "moves": [(to.value, wording.MOVES[to]) for to in found.allowed_moves() if to in wording.MOVES],
        "templates": ReplyTemplate.objects.all() if found.may_email else [],
        "history": _history(found),
        "unsent": [due for due in found.notifications.all() if not due.sent_at],
        "note_form": form,
    }
    return render(request, "admin/bookings/enquiry/screen.html", frame | _about(found) | context)


def _about(found: Enquiry) -> dict[str, Any]:
    return {
        "enquiry": found,
        "who": wording.who(found),
        "when": wording.when(found),
        "safe": wording.safe_contact(found),
    }


def _history(found: Enquiry) -> list[dict[str, Any]]:
    """Everything that happened, the newest first: what people did and what was delivered."""
    events = [
        {
            "at": event.at,
            "what": event.get_kind_display(),
            "who": event.who,
            "text": event.text,
            "kind": event.kind,
        }
        for event in found.events.select_related("who")
    ]
    replies = [
        {
            "at": written.written_at,
            "what": "Reply written",
            "who": written.who,
            "kind": "reply",
            "reply": written,
        }
        for written in found.replies.select_related("who")
    ]
    delivered = [
        {
            "at": sent.sent_at,
            "what": f"{sent.get_kind_display()}: delivered to the mail server",
            "kind": "mail",
        }
        for sent in found.notifications.all()
        if sent.sent_at
    ]
    return sorted([*events, *replies, *delivered], key=lambda entry: entry["at"], reverse=True)


def _start(request: HttpRequest, found: Enquiry) -> dict[str, Any]:
    """A reply begins from a template, if one is chosen, else from an empty sheet."""
    chosen = request.GET.get("template", "")
    template = ReplyTemplate.objects.filter(pk=chosen).first() if is_number(chosen) else None
    practice = practice_row()
    return {
        "subject": wording.fill(template.subject, found, practice) if template else "Your message",
        "body": wording.fill(template.body, found, practice) if template else "",
        "once": uuid.uuid4(),
    }


def _preview(found: Enquiry, form: ReplyForm) -> dict[str, Any]:
    """The headers and text that the mail server will be given, made by the function that makes them."""
    draft = Reply(enquiry=found, subject=form.cleaned_data["subject"], body=form.cleaned_data["body"])
    message = emails.reply(draft, practice_row(), timezone.now())
    return {
        "sender": str(make_header(decode_header(message.from_email))),
        "to": message.to[0],
        "reply_to": ", ".join(message.reply_to),
        "subject": emails.one_line(message.subject),
        "body": message.body,
        "doubts": wording.doubts(draft.subject, draft.body, found, practice_row()),
    }
