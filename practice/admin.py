from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from practice.facts import practice_row
from practice.forms import FeeForm
from practice.models import Fee, Location, Practice, SupportLine

admin.site.unregister(Group)  # one therapist, perhaps an assistant: people are enough
admin.site.unregister(User)


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        ("What they may do", {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    list_display = ["username", "email", "is_active", "is_superuser", "last_login"]
    list_filter = []
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody shuts themselves out."""
        return obj != request.user and super().has_delete_permission(request, obj)


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (
            "What visitors see",
            {"fields": ["name", "therapist_name", "credentials", "registration", "phone", "leave_url"]},
        ),
        ("Messages", {"fields": ["notification_address", "reply_to", "sender_name"]}),
        ("Your promise", {"fields": ["reply_days", "away_until"]}),
        ("Being found", {"fields": ["business_type"]}),
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
    prepopulated_fields = {"slug": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Location | None = None) -> bool:
        """Past enquiries name it: it is no longer offered, but not deleted."""
        return False


@admin.register(Fee)
class FeeAdmin(admin.ModelAdmin):
    form = FeeForm
    fields = ["name", "pounds", "minutes", "position", "is_active"]
    list_display = ["name", "shown_amount", "length", "position", "is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Fee | None = None) -> bool:
        """Pages may name it: it is no longer offered, but not deleted."""
        return False

    @admin.display(description="Amount")
    def shown_amount(self, fee: Fee) -> str:
        return fee.amount or "Still to fill in"


@admin.register(SupportLine)
class SupportLineAdmin(admin.ModelAdmin):
    list_display = ["name", "number", "note", "verified_on", "position"]
