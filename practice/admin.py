from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from practice.facts import practice_row
from practice.models import Location, Practice, SupportLine

admin.site.unregister(Group)  # one therapist, perhaps an assistant: people are enough


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = [
        ("What visitors see", {"fields": ["name", "therapist_name", "credentials", "phone", "leave_url"]}),
        ("Messages", {"fields": ["notification_address", "reply_to", "sender_name"]}),
        ("Your promise", {"fields": ["reply_days"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """There is one row, so its list is its form."""
        return redirect("admin:practice_practice_change", practice_row().pk)


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "position", "is_active"]
    list_editable = ["position", "is_active"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(SupportLine)
class SupportLineAdmin(admin.ModelAdmin):
    list_display = ["name", "number", "note", "verified_on", "position"]
    list_editable = ["position"]
