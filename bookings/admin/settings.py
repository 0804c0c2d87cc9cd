"""The admin of booking settings, weekly hours, and closed days and extra hours."""

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from bookings import busy_calendar
from bookings.admin import calendar_views, outside_hours, texts, unlikely_times, week_views, weekly_hours
from bookings.models import BookingSettings, BusySpan, Invoice, OpeningException, WeeklyHours
from practice import confirmation
from practice.forms import AdminModelForm, DateInput
from practice.requests import StaffRequest
from practice.sign_in import reauthentication

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices  # exists only in the stubs

CALENDAR_SCHEMES = ("https", "webcal")


def register(site: admin.AdminSite) -> None:
    site.register(BookingSettings, BookingSettingsAdmin)
    site.register(WeeklyHours, WeeklyHoursAdmin)
    site.register(OpeningException, OpeningExceptionAdmin)


class SettingsAdmin(admin.ModelAdmin):
    form: type[forms.ModelForm] = AdminModelForm
    change_form_template = "admin/bookings/bookingsettings/change_form.html"
    change_list_template = "admin/bookings/bookingsettings/change_list.html"
    formfield_overrides = {
        models.TimeField: {"widget": weekly_hours.ClockInput},
        models.DateField: {"widget": DateInput},
    }
    empty_labels: dict[str, str] = {}
    actions = None
    preserve_filters = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["css/diary.css"]}

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Remove the buttons that open related objects in pop-up windows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField) and db_field.name in self.empty_labels:
            field.empty_label = self.empty_labels[db_field.name]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def admin_context(self, request: HttpRequest) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"media": self.media, "opts": self.opts}


class ChangeOnlyAdmin(SettingsAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class BookingSettingsForm(AdminModelForm):
    instance: BookingSettings

    class Meta:
        widgets = {"busy_address": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 60})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Text that can't be read equals nothing that is posted, so it is compared by the words in its place.
        self.initial["busy_address"] = str(self.initial.get("busy_address", ""))

    def clean_busy_address(self) -> str:
        address = self.cleaned_data["busy_address"].strip()
        if "busy_address" not in self.changed_data:
            return self.instance.busy_address  # it may be text that no current key decrypts
        if address and not is_calendar_address(address):
            raise ValidationError(texts.NOT_A_CALENDAR_ADDRESS)
        return address

    def clean_next_invoice_number(self) -> int:
        number, newest = self.cleaned_data["next_invoice_number"], Invoice.objects.first()
        if "next_invoice_number" in self.changed_data and newest and number <= newest.number:
            raise ValidationError(texts.NUMBER_TAKEN.format(number=newest.number))
        return number

    def unlikely(self) -> list[str]:
        """Ask before what was read from the other calendar no longer counts."""
        if "busy_address" not in self.changed_data or not self.initial["busy_address"]:
            return []
        count = BusySpan.objects.filter(ends_at__gt=timezone.now()).count()
        facts = [texts.BUSY_TIMES_GO.format(count=f"{count} busy time{pluralize(count)}")] if count else []
        if not self.cleaned_data["busy_address"]:
            return [*facts, texts.BUSY_REMOVED]
        return [*facts, texts.BUSY_REPLACED] if self.instance.busy_read_at else []


def is_calendar_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in CALENDAR_SCHEMES and bool(parts.hostname) and not any(map(str.isspace, address))


class BookingSettingsAdmin(ChangeOnlyAdmin):
    form = BookingSettingsForm
    fieldsets = [
        ("Travel and bank holidays", {"fields": ["travel_minutes", "rests_on_bank_holidays"]}),
        ("Offers and calendar files", {"fields": ["hold_days", "calendar_title"]}),
        ("Cancelling and invoices", {"fields": ["cancel_notice_hours", "late_cancel_fee", "next_invoice_number"]}),
        ("Reminders", {"fields": ["remind_hours", "remind_again_hours", "quiet_from", "quiet_until"]}),
        ("Daily summary", {"fields": ["summary_at"]}),
        ("Your other calendar", {"fields": ["busy_address"]}),
        ("Your appointments in your own calendar", {"fields": ["feed_details"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("week/", self.admin_site.admin_view(self.week_view), name="bookings_week"),
            path("calendars/", self.admin_site.admin_view(self.calendars_view), name="bookings_calendars"),
            *super().get_urls(),
        ]

    def week_view(self, request: StaffRequest) -> HttpResponse:
        return week_views.show(request, self.admin_context(request))

    def calendars_view(self, request: StaffRequest) -> HttpResponse:
        return calendar_views.show(request, self.admin_context(request))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the password before another calendar is read."""
        before = str(BookingSettings.load().busy_address)
        is_changed = request.POST.get("busy_address", before).strip() != before.strip()
        if is_changed and (page := reauthentication.question(request, self.admin_site.each_context(request))):
            return page
        return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the form, because there is only one row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:bookings_bookingsettings_change", BookingSettings.load().pk)

    def save_model(self, request: HttpRequest, obj: BookingSettings, form: forms.ModelForm, change: bool) -> None:
        """Save only changed fields, because the worker writes to this row too."""
        if "busy_address" in form.changed_data:  # busy times of the former calendar no longer count
            busy_calendar.forget()
        obj.save(update_fields=form.changed_data)


class WeeklyHoursAdmin(ChangeOnlyAdmin):
    """One screen for the weekly hours of all locations."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.week_view)
        return [path("", view, name="bookings_weeklyhours_changelist")]

    def week_view(self, request: StaffRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return weekly_hours.edit(request, self.admin_context(request))


class DateRangeFilter(admin.SimpleListFilter):
    title = "days"
    parameter_name = "days"
    PAST = "past"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(self.PAST, "Past")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OpeningException]) -> QuerySet[OpeningException]:
        is_past = Q(last_day__lt=timezone.localdate())
        if self.value() == self.PAST:
            return queryset.filter(is_past)
        return queryset.filter(~is_past)

    def choices(self, changelist: ChangeList) -> Iterator["_ListFilterChoices"]:
        is_past = self.value() == self.PAST
        to_come = changelist.get_query_string(remove=[self.parameter_name])
        past = changelist.get_query_string({self.parameter_name: self.PAST})
        yield {"selected": not is_past, "query_string": to_come, "display": "Today and upcoming"}
        yield {"selected": is_past, "query_string": past, "display": "Past"}


class OpeningExceptionForm(AdminModelForm):
    instance: OpeningException

    def unlikely(self) -> list[str]:
        return unlikely_times.of_exception(self.instance) if self.has_changed() else []


class OpeningExceptionAdmin(SettingsAdmin):
    form = OpeningExceptionForm
    list_display = ["days", "change", "hours", "where"]
    list_filter = [DateRangeFilter]
    list_select_related = ["location"]
    change_list_template = "admin/bookings/openingexception/change_list.html"
    empty_labels = {"location": "Everywhere"}
    radio_fields = {"is_open": admin.VERTICAL}
    fields = ["is_open", "first_day", "last_day", "location", "opens", "closes"]

    def save_model(self, request: HttpRequest, obj: OpeningException, form: forms.ModelForm, change: bool) -> None:
        with outside_hours.warn_about_closed_appointments(request):
            super().save_model(request, obj, form, change)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask once more where appointments stand in extra hours that would go."""
        exception = self.get_object(request, object_id)
        facts = unlikely_times.closed_by(copy.copy(exception).delete) if exception and request.method == "POST" else []
        if facts and not confirmation.is_confirmed(request, facts):
            back_url = reverse("admin:bookings_openingexception_changelist")
            question = {"title": f"Delete “{exception}”?", "button": "Delete", "back_url": back_url}
            return confirmation.ask(request, self.admin_context(request), facts=facts, **question)
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: OpeningException) -> None:
        with outside_hours.warn_about_closed_appointments(request):
            super().delete_model(request, obj)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """List the days nearest to today first."""
        is_past = request.GET.get(DateRangeFilter.parameter_name) == DateRangeFilter.PAST
        return ("-first_day", "opens") if is_past else ("first_day", "opens")

    @admin.display(description="Days", ordering="first_day")
    def days(self, exception: OpeningException) -> str:
        if exception.first_day == exception.last_day:
            return f"{exception.first_day:%A %-d %B %Y}"
        return f"{exception.first_day:%a %-d %B %Y} to {exception.last_day:%a %-d %B %Y}"

    @admin.display(description="Change")
    def change(self, exception: OpeningException) -> str:
        return exception.get_is_open_display()

    @admin.display(description="Hours")
    def hours(self, exception: OpeningException) -> str:
        return f"{exception.opens:%H:%M} to {exception.closes:%H:%M}" if exception.opens else "All day"

    @admin.display(description="Where")
    def where(self, exception: OpeningException) -> str:
        return exception.location.name if exception.location else "Everywhere"
