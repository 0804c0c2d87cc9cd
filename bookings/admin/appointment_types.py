"""Appointment types on the desk: what people can be booked for, and what each type needs."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models import Max, ProtectedError, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.utils import timezone

from bookings.admin import texts, unlikely_changes
from bookings.admin.settings import SettingsAdmin
from bookings.admin.weekly_hours import types_without_hours
from bookings.forms.fields import field_of
from bookings.models import AppointmentType
from practice.forms import AdminModelForm
from practice.models import Location

IN_USE = "Somebody has asked for “{}” or been booked for it, so it stays. You can stop offering it instead."


def register(site: admin.AdminSite) -> None:
    site.register(AppointmentType, AppointmentTypeAdmin)


class AppointmentTypeForm(AdminModelForm):
    instance: AppointmentType

    locations = forms.ModelMultipleChoiceField(
        Location.objects.none(),
        label="Where",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": texts.LOCATION_MISSING},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.instance.locations.values("pk") if self.instance.pk else Location.objects.none()
        locations = field_of(self, "locations", forms.ModelMultipleChoiceField)
        locations.queryset = Location.objects.filter(Q(is_active=True) | Q(pk__in=chosen))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_on_form = cleaned.get("is_active") and cleaned.get("offered_on_form")
        if not is_on_form and not others_on_the_form(self.instance):
            self.add_error("offered_on_form", "The form needs one appointment type or more. Offer another one first.")
        return cleaned

    def unlikely(self) -> list[str]:
        before = AppointmentType.objects.filter(pk=self.instance.pk).first()
        if before is None:
            return []
        locations = self.cleaned_data["locations"]
        return unlikely_changes.of_appointment_type(before, self.instance, locations, timezone.now())


class AppointmentTypeAdmin(SettingsAdmin):
    form = AppointmentTypeForm
    empty_labels = {"fee": "None"}
    list_display = ["name", "summary", "is_on_form", "position"]
    fieldsets = [
        ("What visitors see", {"fields": ["name", "slug", "explanation", "offered_on_form", "position", "is_active"]}),
        ("How long", {"fields": ["minutes", "minutes_before", "minutes_after"]}),
        ("Where, and for what", {"fields": ["locations", "fee"]}),
        ("Free times", {"fields": ["publishes_times", "every", "notice_hours", "horizon_days", "daily_cap"]}),
    ]

    @admin.display(description="Summary")
    def summary(self, appointment_type: AppointmentType) -> str:
        return summary(appointment_type)

    @admin.display(description="In the form", boolean=True)
    def is_on_form(self, appointment_type: AppointmentType) -> bool:
        return appointment_type.is_active and appointment_type.offered_on_form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        position = AppointmentType.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": position + 10, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse to delete the last type that the form lists."""
        is_last = isinstance(obj, AppointmentType) and not others_on_the_form(obj)
        return not is_last and super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say why a type in use can't be deleted, instead of listing everything that refers to it."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        appointment_type = self.get_object(request, object_id)
        if appointment_type is not None and is_in_use(appointment_type):
            return _refuse_deletion(request, object_id, str(appointment_type))
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, IntegrityError):  # somebody has asked for it meanwhile
            return _refuse_deletion(request, object_id, str(appointment_type))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"without_hours": types_without_hours()}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        without_hours = [each for each in types_without_hours() if str(each.pk) == object_id]
        context = {"without_hours": without_hours, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


def others_on_the_form(appointment_type: AppointmentType) -> bool:
    return AppointmentType.objects.on_the_form().exclude(pk=appointment_type.pk).exists()


def is_in_use(appointment_type: AppointmentType) -> bool:
    return appointment_type.enquiries.exists() or appointment_type.appointments.exists()


def _refuse_deletion(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    messages.error(request, IN_USE.format(name))
    return redirect("admin:bookings_appointmenttype_change", object_id)


def summary(appointment_type: AppointmentType) -> str:
    """Summarise a type, such as “30 minutes, 10 after; notice 24 hours; 4 weeks ahead; free times not shown”."""
    terms = appointment_type.terms
    lengths = [f"{terms.minutes} minutes"]
    lengths += [f"{terms.before} before"] if terms.before else []
    lengths += [f"{terms.after} after"] if terms.after else []
    notice = f"notice {terms.notice_hours} hour{pluralize(terms.notice_hours)}" if terms.notice_hours else "no notice"
    parts = [", ".join(lengths), notice, f"{_days(terms.horizon_days)} ahead"]
    parts += [f"up to {appointment_type.daily_cap} a day"] if appointment_type.daily_cap else []
    return "; ".join([*parts, f"free times {'' if appointment_type.publishes_times else 'not '}shown"])


def _days(count: int) -> str:
    """Format a number of days, in weeks if possible."""
    number, unit = (count // 7, "week") if count % 7 == 0 else (count, "day")
    return f"{number} {unit}{pluralize(number)}"
