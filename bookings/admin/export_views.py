"""The screens for the rights of one person: a copy of everything that is held about them, and corrected details."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import people, personal_data
from bookings.actor import Actor
from bookings.admin import texts
from bookings.admin.enquiry_pages import back_to_enquiry, describe, get_enquiry, may_read_sealed
from bookings.forms.person_details import PersonDetailsForm
from bookings.models import Enquiry
from bookings.personal_data import Section
from practice import audit
from practice.facts import practice_row
from practice.requests import StaffRequest
from practice.sealing import opened, practice_keys
from practice.sign_in import reauthentication

HTML, JSON = "html", "json"


class ExportForm(forms.Form):
    """Every free text, to read and to black out before it goes out."""

    def __init__(self, sections: list[Section], data: Any = None) -> None:
        super().__init__(data)
        for section in sections:
            for text in section.texts:
                widget = forms.Textarea(attrs={"rows": min(12, 2 + text.text.count("\n") + len(text.text) // 80)})
                self.fields[text.key] = forms.CharField(
                    label=text.label, initial=text.text, required=False, widget=widget, strip=False
                )


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def export(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Show everything that is held about the one who wrote, then download it. The site keeps no copy."""
    if not may_read_sealed(request.user):
        raise PermissionDenied(texts.ONLY_THE_THERAPIST)
    enquiry = get_enquiry(pk, request.user)
    if page := reauthentication.question(request, admin_context):
        return page
    if practice_keys.is_on() and not opened.is_open():
        return redirect(f"{reverse('admin:sealed_open')}?next={request.path}")
    sections = personal_data.gather(enquiry.contact)
    form = ExportForm(sections, request.POST if request.method == "POST" else None)
    if form.is_valid():
        audit.record(audit.Kind.EXPORTED, request.user, enquiry)
        return _download(enquiry, personal_data.with_texts(sections, form.cleaned_data), request.POST.get("as", HTML))
    shown = [(section, [form[text.key] for text in section.texts]) for section in sections]
    context = describe(enquiry, request.user) | {
        "title": f"Everything held about {enquiry.reference}",
        "sections": shown,
    }
    return render(request, "admin/bookings/enquiry/export.html", admin_context | context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Correct how the one who wrote is called and reached (UK GDPR Art. 16)."""
    enquiry = get_enquiry(pk, request.user)
    form = PersonDetailsForm(enquiry.contact, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.has_changed():
            actor = Actor.therapist(request.user)
            people.correct(enquiry, form.cleaned_data, form.changed_labels, actor=actor, now=timezone.now())
            audit.record(audit.Kind.CHANGED, request.user, enquiry)
            messages.success(request, "Corrected.")
        return back_to_enquiry(enquiry)
    context = describe(enquiry, request.user) | {"title": f"Correct the details of {enquiry.reference}", "form": form}
    return render(request, "admin/bookings/enquiry/correct.html", admin_context | context)


def _download(enquiry: Enquiry, sections: list[Section], file_format: str) -> HttpResponse:
    made_at, extension = timezone.now(), JSON if file_format == JSON else HTML
    response: HttpResponse
    if file_format == JSON:
        content = {"made_at": made_at.isoformat(), "sections": personal_data.as_json(sections)}
        response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    else:
        context = {"sections": sections, "made_at": made_at, "practice": practice_row()}
        response = HttpResponse(render_to_string("admin/bookings/enquiry/export_file.html", context))
    response.headers["Content-Disposition"] = f'attachment; filename="{enquiry.reference}.{extension}"'
    return response
