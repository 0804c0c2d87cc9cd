from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from bookings import screens, search, wording
from bookings.models import Enquiry, ReplyTemplate, urgency


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    list_display = ["who", "state", "kind", "location_name"]
    list_filter = ["status", "kind", ("location", admin.RelatedFieldListFilter)]
    list_select_related = ["location"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["reference"]
    search_help_text = (
        "A reference, the first three letters or more of any word of a name, or a whole email address or phone number."
    )
    empty_value_display = "No preference"

    class Media:
        css = {"all": ["css/enquiries.css"]}

    def get_ordering(self, request: HttpRequest) -> list:
        return urgency()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Enquiry], search_term: str
    ) -> tuple[QuerySet[Enquiry], bool]:
        return (search.find(queryset, search_term) if search_term.strip() else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        acts = {"move": screens.move, "note": screens.note, "reply": screens.reply}
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(self._allowed(view)),
                name=f"bookings_enquiry_{name}",
            )
            for name, view in acts.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._allowed(screens.enquiry)(request, int(object_id) if object_id.isdigit() else 0)

    def _allowed(self, view: Any) -> Any:
        """Acts are for whoever may change enquiries; the admin's own frame comes with them."""

        def checked(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_change_permission(request):
                return self.admin_site.login(request)
            return view(request, pk, self.admin_site.each_context(request) | {"media": self.media})

        return checked

    @admin.display(description="Who")
    def who(self, enquiry: Enquiry) -> str:
        return format_html("<bdi>{}</bdi> <small>{}</small>", enquiry.name, enquiry.reference)

    @admin.display(description="How it stands")
    def state(self, enquiry: Enquiry) -> str:
        now = timezone.now()
        urgency = "overdue" if enquiry.is_overdue(now) else enquiry.status
        return format_html('<span class="state {}">{}</span>', urgency, wording.status(enquiry, now))

    @admin.display(description="Where", ordering="location__position")
    def location_name(self, enquiry: Enquiry) -> str:
        return enquiry.where


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    list_display = ["title", "subject", "position"]
    list_editable = ["position"]
