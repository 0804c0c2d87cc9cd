"""The screen on which somebody who rings is entered. It leads straight on to booking a time."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import callers
from bookings.actor import Actor
from bookings.admin import texts
from bookings.admin.enquiry_pages import may_read_sealed
from bookings.forms.new_person import NewPersonForm
from bookings.models import Purpose
from practice import audit
from practice.requests import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    form = NewPersonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            enquiry = callers.enter(form.caller(), actor=Actor.therapist(request.user), now=timezone.now())
        except callers.EnteredBeforeError as before:
            form.refuse(before.enquiry.person.name)
        else:
            audit.record(audit.Kind.ADDED, request.user, enquiry)
            messages.success(request, texts.ENTERED)
            return redirect("admin:bookings_enquiry_reply", enquiry.pk, Purpose.AGREED.value)
    context = {"title": "New person", "form": form, "summary": form.summary() if form.is_bound else []}
    context |= {"may_read": may_read_sealed(request.user)}
    return render(request, "admin/bookings/enquiry/new_person.html", admin_context | context)
