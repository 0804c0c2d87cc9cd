"""What became of past appointments: asked on the desk until it is recorded, in one press each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings import formatting, outcomes
from bookings.actor import Actor
from bookings.admin import after_acts
from bookings.admin.enquiry_pages import get_appointment, get_enquiry
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, AppointmentQuerySet, Enquiry
from practice import audit
from practice.admin_site import DashboardPanel
from practice.requests import StaffRequest

MAX_ROWS = 8
PAGE_SIZE = 50
OUTCOMES = [
    (Appointment.Status.FULFILLED.value, "Took place"),
    (Appointment.Status.NOSHOW.value, "Did not attend"),
    (outcomes.LATE, "Cancelled late"),
]


@dataclass(frozen=True)
class UnrecordedRow:
    appointment: Appointment
    name: str
    time: str
    seen: str


def of_visible(appointments: AppointmentQuerySet, user: AbstractBaseUser | AnonymousUser) -> AppointmentQuerySet:
    """Keep those of the enquiries that the user may know of, with what a list shows."""
    visible = appointments.filter(enquiry__in=Enquiry.objects.visible_to(user))
    return visible.with_people().select_related("location", "appointment_type__fee")


def unrecorded(user: AbstractBaseUser | AnonymousUser, now: datetime) -> AppointmentQuerySet:
    """Return the past appointments without an outcome, the latest first, so that yesterday's are always shown."""
    return of_visible(Appointment.objects.unrecorded(now), user).order_by("-starts_at", "-pk")


def panel(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    appointments = list(unrecorded(request.user, now)[: MAX_ROWS + 1])
    visible = Enquiry.objects.visible_to(request.user)
    due_count, due_pence = Appointment.objects.due(now).filter(enquiry__in=visible).count_and_sum()
    context = {
        "rows": [_row(appointment) for appointment in appointments[:MAX_ROWS]],
        "outcomes": OUTCOMES,
        "has_more": len(appointments) > MAX_ROWS,
        "due_count": due_count,
        "due_sum": formatting.pounds(due_pence),
    }
    return DashboardPanel("Past appointments", "admin/bookings/widgets/past.html", context)


@require_safe
def unrecorded_list(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """List every past appointment without an outcome."""
    page = Paginator(unrecorded(request.user, timezone.now()), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(appointment) for appointment in page]
    context = {"title": "Past appointments", "rows": rows, "outcomes": OUTCOMES, "page": page}
    return render(request, "admin/bookings/unrecorded.html", admin_context | context)


@require_POST
def record_outcome(request: StaffRequest, pk: int, appointment_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Record that it took place, was missed or cancelled late, or take that back."""
    enquiry = get_enquiry(pk, request.user)
    appointment = get_appointment(enquiry, appointment_pk)
    outcome, actor = request.POST.get("to", ""), Actor.therapist(request.user)
    try:
        current = outcomes.record_outcome(
            appointment, outcome, timezone.now(), actor=actor, seen=request.POST.get("seen")
        )
    except NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        _confirm(request, current)
    return after_acts.back(request, enquiry)


def _confirm(request: StaffRequest, appointment: Appointment) -> None:
    sentence = f"{outcomes.label(appointment)}: {formatting.time_and_place(appointment)}."
    if outcomes.may_be_taken_back(appointment):
        url = reverse("admin:bookings_enquiry_record_outcome", args=[appointment.enquiry_id, appointment.pk])
        after_acts.confirm(request, appointment, sentence, url, outcomes.UNDO)
    else:
        messages.success(request, f"Now: {sentence}")


def _row(appointment: Appointment) -> UnrecordedRow:
    return UnrecordedRow(
        appointment,
        formatting.contact_name(appointment.enquiry),
        formatting.time_and_place(appointment),
        appointment.state_key,
    )
