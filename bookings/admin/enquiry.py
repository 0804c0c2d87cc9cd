from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from bookings import formatting, people, search
from bookings.admin import (
    appointment_types,
    charge_views,
    dashboard,
    enquiry_views,
    erasure,
    export_views,
    invoices,
    locations,
    merge_views,
    new_person,
    outcome_views,
    practice,
    private_link_views,
    reply_views,
    series_views,
    settings,
    statistics_views,
    texts,
)
from bookings.admin.enquiry_list import SEARCHED, EnquiryChangeList, KeysFirstPaginator, remember_search
from bookings.admin.enquiry_pages import is_number, may_read_sealed
from bookings.exceptions import NotAllowed
from bookings.models import Enquiry, ReplyTemplate, urgency
from practice import audit
from practice.forms import AdminModelForm
from practice.sign_in import reauthentication


class AppointmentTypeFilter(admin.RelatedFieldListFilter):
    include_empty_choice = False  # what has no type is a complaint, which has a filter of its own


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    list_display = ["who", "state", "asked_for", "location_name"]
    list_filter = [
        "status",
        "kind",
        ("appointment_type", AppointmentTypeFilter),
        ("location", admin.RelatedFieldListFilter),
    ]
    list_select_related = ["person__key", "referrer__key", "location", "appointment_type"]
    list_per_page = 50
    paginator = KeysFirstPaginator
    actions = None
    preserve_filters = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["reference"]
    search_help_text = (
        "A reference, at least the first three letters of any part of a name, or a full email address or phone number."
    )
    empty_value_display = "No preference"

    class Media:
        css = {"all": ["css/enquiries.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enquiry]:
        return Enquiry.objects.visible_to(request.user)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Leave out the filter that tells requests from complaints where there are only requests."""
        is_mixed = isinstance(request.user, User) and may_read_sealed(request.user)
        return [each for each in self.list_filter if is_mixed or each != "kind"]

    def get_ordering(self, request: HttpRequest) -> list:
        return urgency()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EnquiryChangeList]:
        return EnquiryChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and "search" in request.POST:
            term = "" if "clear" in request.POST else request.POST["search"].strip()
            remember_search(request, term)
            return redirect(reverse("admin:bookings_enquiry_changelist") + (f"?{SEARCHED}=yes" if term else ""))
        return super().changelist_view(request, extra_context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Enquiry], search_term: str
    ) -> tuple[QuerySet[Enquiry], bool]:
        term = search_term.strip()
        results = search.find(queryset, term) if term else queryset
        if 0 < len(term) < search.MIN_LETTERS and not results.exists():
            self.message_user(request, texts.SEARCH_TERM_TOO_SHORT, messages.INFO)
        return results, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask for the password, then once more, before an enquiry is erased; refuse while something is outstanding."""
        if page := reauthentication.question(request, self.admin_site.each_context(request)):
            return page
        enquiry = self.get_queryset(request).filter(pk=object_id).first() if is_number(object_id) else None
        obstacles = erasure.read(enquiry, timezone.now()) if enquiry else None
        try:
            return super().delete_view(request, object_id, {"obstacles": obstacles, **(extra_context or {})})
        except NotAllowed as reason:
            self.message_user(request, str(reason), messages.ERROR)
            return redirect("admin:bookings_enquiry_delete", object_id)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Delete everything with the enquiry; what has to be ended first protects it."""
        now, is_told = timezone.now(), "told" in request.POST
        obstacles = (erasure.read(enquiry, now) for enquiry in objs)
        return [], {}, set(), [each for each in obstacles if each.prevent(is_told=is_told)]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Record that something was erased, and not what; Django’s own log would keep the reference."""
        audit.record(audit.Kind.ERASED, request.user, Enquiry)
        return []

    def delete_model(self, request: HttpRequest, enquiry: Enquiry) -> None:
        people.erase_enquiries(Enquiry.objects.filter(pk=enquiry.pk), timezone.now())

    def get_urls(self) -> list[URLPattern]:
        def act(route: str, view: Callable[..., HttpResponse]) -> URLPattern:
            wrapped = self.admin_site.admin_view(self._allowed(view))
            return path(route, wrapped, name=f"bookings_enquiry_{view.__name__}")

        return [
            act("<int:pk>/status/", enquiry_views.change_status),
            act("<int:pk>/note/", enquiry_views.note),
            act("<int:pk>/export/", export_views.export),
            act("<int:pk>/correct/", export_views.correct),
            act("<int:pk>/end-link/", private_link_views.end_link),
            act("<int:pk>/reply/", reply_views.reply),
            act("<int:pk>/answer/<slug:purpose>/", reply_views.reply),
            act("<int:pk>/answer/<slug:purpose>/<int:appointment_pk>/", reply_views.reply),
            act("<int:pk>/invoice/", invoices.issue),
            act("<int:pk>/appointment/<int:appointment_pk>/outcome/", outcome_views.record_outcome),
            act("<int:pk>/appointment/<int:appointment_pk>/payment/", charge_views.set_payment),
            act("<int:pk>/appointment/<int:appointment_pk>/amount/", charge_views.change_amount),
            act("<int:pk>/appointment/<int:appointment_pk>/notes/", enquiry_views.save_notes),
            act("<int:pk>/series/<int:series_pk>/leave-out/", series_views.leave_out),
            act("<int:pk>/series-day/<int:day_pk>/", series_views.decide),
            act("<int:pk>/words/", private_link_views.return_words),
            act("<int:pk>/same-person/<int:other_pk>/", merge_views.same_person),
            act("<int:pk>/not-the-same/<int:other_pk>/", merge_views.not_the_same),
            act("new-person/", new_person.new_person),
            act("due/", charge_views.due),
            act("unrecorded/", outcome_views.unrecorded_list),
            act("try-mail/", dashboard.try_mail),
            act("statistics/", statistics_views.statistics),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._allowed(enquiry_views.detail)(request, pk=int(object_id) if is_number(object_id) else 0)

    def _allowed(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Let only those use the view who may change enquiries, and give it the context of the admin's pages."""

        def checked(request: HttpRequest, **url_arguments: Any) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            admin_context = self.admin_site.each_context(request) | {"media": self.media}
            return view(request, admin_context=admin_context, **url_arguments)

        return checked

    @admin.display(description="Name")
    def who(self, enquiry: Enquiry) -> str:
        return format_html("<bdi>{}</bdi> <small>{}</small>", formatting.contact_name(enquiry), enquiry.reference)

    @admin.display(description="Status")
    def state(self, enquiry: Enquiry) -> str:
        now = timezone.now()
        look = "overdue" if enquiry.is_overdue(now) else enquiry.status
        return format_html('<span class="state {}">{}</span>', look, formatting.status(enquiry, now))

    @admin.display(description="What", ordering="appointment_type__position")
    def asked_for(self, enquiry: Enquiry) -> str:
        return enquiry.asked_for

    @admin.display(description="Where", ordering="location__position")
    def location_name(self, enquiry: Enquiry) -> str:
        return enquiry.where


class ReplyTemplateOrderForm(AdminModelForm):
    class Meta:
        widgets = {"position": forms.NumberInput(attrs={"aria-label": "Order"})}


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    form = AdminModelForm
    list_display = ["title", "purpose", "subject", "position"]
    list_filter = ["purpose"]
    list_editable = ["position"]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        return ReplyTemplateOrderForm


settings.register(admin.site)
practice.register(admin.site)
locations.register(admin.site)
appointment_types.register(admin.site)
invoices.register(admin.site)
