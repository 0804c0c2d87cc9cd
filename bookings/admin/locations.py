"""Locations on the desk. The diary knows whom a change of one concerns."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from bookings.admin import standing_way, unlikely_changes
from practice.admin import LocationAdmin
from practice.forms import AdminModelForm
from practice.models import Location


class LocationForm(AdminModelForm):
    instance: Location

    def unlikely(self) -> list[str]:
        before = Location.objects.filter(pk=self.instance.pk).first()
        return unlikely_changes.of_location(before, self.instance, timezone.now()) if before else []


class LocationWithDiaryAdmin(LocationAdmin):
    form = LocationForm

    def save_model(self, request: HttpRequest, obj: Location, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "join" in form.changed_data and obj.kind == Location.Kind.ONLINE:
            standing_way.offer_to_send(request, obj)


def register(site: admin.AdminSite) -> None:
    site.unregister(Location)
    site.register(Location, LocationWithDiaryAdmin)
