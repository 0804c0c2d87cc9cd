"""What happened on the desk, for the therapist to read and for nobody to change."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from practice.forms import AdminModelForm
from practice.models import AuditEntry


class AccountFilter(admin.SimpleListFilter):
    title = "account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        names = AuditEntry.objects.order_by("username").values_list("username", flat=True).distinct()
        return [(name, name) for name in names if name]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(username=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    form = AdminModelForm
    list_display = ["moment", "account", "kind", "subject"]
    list_display_links = None
    list_filter = ["kind", AccountFilter, "at"]
    list_per_page = 100
    sortable_by = ()
    search_fields = ["=reference"]
    search_help_text = "The whole reference of an enquiry"
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    @admin.display(description="When")
    def moment(self, entry: AuditEntry) -> str:
        return date_format(timezone.localtime(entry.at), "j M Y, H:i")

    @admin.display(description="Account")
    def account(self, entry: AuditEntry) -> str:
        return entry.username or "Unknown name"

    @admin.display(description="Of what")
    def subject(self, entry: AuditEntry) -> SafeString | str:
        """Name the kind of the object and its number, with a link where one leads to it."""
        try:
            model: type[Model] = apps.get_model(entry.model)
        except (LookupError, ValueError):
            return ""
        label = f"{capfirst(model._meta.verbose_name)} {entry.reference}".strip()
        if not entry.reference.isdecimal() or entry.kind == AuditEntry.Kind.DELETED:
            return label
        try:
            url = reverse(f"admin:{entry.model.replace('.', '_')}_change", args=[entry.reference])
        except NoReverseMatch:
            return label
        return format_html('<a href="{}">{}</a>', url, label)
