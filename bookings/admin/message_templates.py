"""The words of the automatic messages: a list of them, and a form with a preview for each."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from bookings.messages import emails
from bookings.messages.automatic_words import (
    MessageWords,
    current_words,
    default_words,
    fill,
    problems,
    sample_values,
    save_words,
)
from bookings.messages.definitions import Audience, MessageDefinition, automatic_definitions
from bookings.models import MessageTemplate
from practice import audit
from practice.facts import practice_row
from practice.models import Practice
from practice.requests import StaffRequest

SAMPLE_ADDRESS = "person@example.org"


class MessageWordsForm(forms.Form):
    subject = forms.CharField(
        required=False,
        help_text="Anyone glancing at the screen can read it, so keep it neutral.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label="Message",
        required=False,
        help_text="A paragraph is left out when its placeholder has nothing to say.",
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off"}),
    )

    def __init__(self, definition: MessageDefinition, practice: Practice, *args: Any, **kwargs: Any) -> None:
        self.definition, self.practice = definition, practice
        super().__init__(*args, **kwargs)

    def clean_body(self) -> str:
        """Return the text with the line breaks of the default words, whatever the browser has sent."""
        return "\n".join(line.rstrip() for line in self.cleaned_data["body"].splitlines())

    def clean(self) -> dict[str, Any]:
        for field, sentences in problems(self.definition, self.words, self.practice).items():
            for sentence in sentences:
                self.add_error(field, sentence)
        return self.cleaned_data

    @property
    def words(self) -> MessageWords:
        return MessageWords(self.cleaned_data.get("subject", ""), self.cleaned_data.get("body", ""))


@admin.register(MessageTemplate)
class MessageTemplateAdmin(admin.ModelAdmin):
    class Media:
        css = {"all": ["css/enquiries.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MessageTemplate | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name="bookings_messagetemplate_changelist"),
            path("<slug:kind>/", guard(self.words_view), name="bookings_messagetemplate_change"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = self._admin_context(request)
        changed_at = dict(MessageTemplate.objects.values_list("kind", "changed_at"))
        rows = [
            {"definition": definition, "changed_at": changed_at.get(definition.kind)}
            for definition in automatic_definitions()
        ]
        title = "Automatic messages"
        return render(
            request, "admin/bookings/messagetemplate/change_list.html", context | {"title": title, "rows": rows}
        )

    def words_view(self, request: StaffRequest, kind: str) -> HttpResponse:
        context = self._admin_context(request)
        definition = _find(kind)
        if request.POST.get("act") == "default":
            save_words(definition, default_words(definition))
            audit.record(audit.Kind.CHANGED, request.user, MessageTemplate)
            messages.success(request, "Saved. The default words are used again.")
            return redirect("admin:bookings_messagetemplate_changelist")
        practice, preview = practice_row(), None
        form = MessageWordsForm(definition, practice, request.POST or None, initial=asdict(current_words(definition)))
        if form.is_valid():
            if request.POST.get("act") == "save":
                save_words(definition, form.words)
                audit.record(audit.Kind.CHANGED, request.user, MessageTemplate)
                messages.success(request, "Saved. From now on it is sent with these words.")
                return redirect("admin:bookings_messagetemplate_changelist")
            preview = _preview(definition, form.words, practice)
        context |= {
            "title": definition.label,
            "definition": definition,
            "form": form,
            "preview": preview,
            "default": default_words(definition),
            "changed": MessageTemplate.objects.filter(kind=kind).first(),
        }
        return render(request, "admin/bookings/messagetemplate/change_form.html", context)

    def _admin_context(self, request: HttpRequest) -> dict[str, Any]:
        # The check of the words compares them with the names of people who have written.
        may_see_people = isinstance(request.user, User) and request.user.has_perm("bookings.view_enquiry")
        if not (self.has_change_permission(request) and may_see_people):
            raise PermissionDenied
        return self.admin_site.each_context(request) | {"media": self.media, "opts": self.opts}


def _find(kind: str) -> MessageDefinition:
    for definition in automatic_definitions():
        if definition.kind == kind:
            return definition
    raise Http404


def _preview(definition: MessageDefinition, words: MessageWords, practice: Practice) -> dict[str, str]:
    """Return the message as it would arrive, with sample values. Nothing is saved."""
    is_for_therapist = definition.audience == Audience.THERAPIST
    address = emails.notification_address(practice) if is_for_therapist else SAMPLE_ADDRESS
    filled = fill(words, sample_values(definition))
    return emails.headers_and_body(emails.automatic_email(filled, address, practice))
