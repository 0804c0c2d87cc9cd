"""Money on the desk: what is due, that it is paid or waived, and another amount for one appointment."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import charges, formatting, outcomes
from bookings.actor import Actor
from bookings.admin import after_acts, charge_rows
from bookings.admin.charge_rows import ChargeRow
from bookings.admin.enquiry_pages import back_to_enquiry, describe, get_appointment, get_enquiry
from bookings.admin.outcome_views import of_visible
from bookings.exceptions import NotAllowed
from bookings.models import Appointment
from practice import audit
from practice.forms import LabelledErrorsMixin
from practice.requests import StaffRequest

MAX_POUNDS = 10_000
AMOUNT = re.compile(r"£?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]{1,2})?")


class PoundsField(forms.CharField):
    """An amount as people write it, such as “£1,250” or “82.50”; cleaned, it is pence."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}".removesuffix(".00") if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        match = AMOUNT.fullmatch(super().clean(value))
        if match is None:
            raise ValidationError("Enter pounds and pence, such as 90 or 82.50.")
        pence = int(Decimal(match[1].replace(",", "") + (match[2] or "")) * 100)
        if pence > MAX_POUNDS * 100:
            raise ValidationError(f"Enter £{MAX_POUNDS:,} or less.")
        return pence


class AmountForm(LabelledErrorsMixin, forms.Form):
    amount = PoundsField(label="Amount in pounds", help_text="0 if it is free of charge.")


@dataclass(frozen=True)
class DueRow:
    appointment: Appointment
    name: str
    time: str
    outcome: str
    charge: ChargeRow | None


@require_safe
def due(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """List what is due, the oldest first, and what was paid for an appointment that costs less now."""
    now = timezone.now()
    appointments = list(of_visible(Appointment.objects.due(now), request.user).order_by("starts_at", "pk"))
    surplus = of_visible(Appointment.objects.overpaid(), request.user).order_by("starts_at", "pk")
    context = {
        "title": "What is due",
        "rows": [_row(appointment) for appointment in appointments],
        "sum": formatting.pounds(charges.sum_of(appointments)),
        "surplus": [_row(appointment) for appointment in surplus],
    }
    return render(request, "admin/bookings/due.html", admin_context | context)


@require_POST
def set_payment(request: StaffRequest, pk: int, appointment_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Record that it is paid, waived, or due after all."""
    enquiry = get_enquiry(pk, request.user)
    appointment = get_appointment(enquiry, appointment_pk)
    payment, actor = request.POST.get("to", ""), Actor.therapist(request.user)
    try:
        current = charges.set_payment(appointment, payment, timezone.now(), actor=actor, seen=request.POST.get("seen"))
    except NotAllowed as reason:
        messages.error(request, str(reason))
    else:
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        amount = formatting.pounds(current.paid_pence or current.charge_pence)
        sentence = f"{current.get_payment_display()}: {amount} for {formatting.time_and_place(current)}."
        url = reverse("admin:bookings_enquiry_set_payment", args=[enquiry.pk, current.pk])
        after_acts.confirm(request, current, sentence, url, appointment.payment)
    return after_acts.back(request, enquiry)


@require_http_methods(["GET", "HEAD", "POST"])
def change_amount(request: StaffRequest, pk: int, appointment_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Change what one appointment costs."""
    enquiry = get_enquiry(pk, request.user)
    appointment = get_appointment(enquiry, appointment_pk)
    if reason := charges.fixed_because(appointment):
        messages.error(request, reason)
        return back_to_enquiry(enquiry)
    posted = request.POST if request.method == "POST" else None
    form = AmountForm(posted, initial={"amount": appointment.charge_pence})
    seen, actor = request.POST.get("seen", appointment.state_key), Actor.therapist(request.user)
    if form.is_valid():
        try:
            charges.change_amount(appointment, form.cleaned_data["amount"], timezone.now(), actor=actor, seen=seen)
        except NotAllowed as reason:
            messages.error(request, str(reason))
        else:
            audit.record(audit.Kind.CHANGED, request.user, enquiry)
            messages.success(request, f"It costs {formatting.pounds(form.cleaned_data['amount'])} now.")
        return back_to_enquiry(enquiry)
    context = {
        "title": f"What it costs: {formatting.time_and_place(appointment)}",
        "form": form,
        "seen": seen,
        "type_fee": _fee_of_type(appointment),
    }
    return render(
        request, "admin/bookings/enquiry/amount.html", admin_context | describe(enquiry, request.user) | context
    )


def _fee_of_type(appointment: Appointment) -> str:
    fee = appointment.appointment_type.fee
    return fee.amount if fee else ""


def _row(appointment: Appointment) -> DueRow:
    return DueRow(
        appointment,
        formatting.contact_name(appointment.enquiry),
        formatting.time_and_place(appointment),
        outcomes.label(appointment),
        charge_rows.of(appointment),
    )
