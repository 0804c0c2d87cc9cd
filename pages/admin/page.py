from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from content_editor.admin import ContentEditor
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet, TextField
from django.forms import BaseModelFormSet, Field, Media, ModelForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from js_asset import Script

from pages import page_paths, publishing
from pages.admin import (
    deleted_rows,
    import_views,
    link_targets,
    preview_views,
    publish_views,
    removal_views,
    revision_views,
    texts,
    tree_views,
)
from pages.admin.forms import PageForm
from pages.admin.inlines import INLINES
from pages.admin.page_list import PageChangeList, StateFilter
from pages.admin.pictures import PictureAdmin
from pages.check_context import check_context
from pages.models import Page, Picture
from pages.page_source import Source, to_source
from pages.pictures import import_uploads
from pages.richtext import loses_formatting
from practice.requests import StaffRequest

SAVED_DRAFT_IDS = "saved_draft_ids"  # session key: drafts kept in a browser that have since been saved
MAX_SAVED_DRAFT_IDS = 20


class EditorRequest(StaffRequest):
    """A request to the form of a page, with the attributes that middleware and views set on it."""

    csp_nonce: str  # set by django-csp; a lazy string, so that the policy names it only where it is used
    snapshot: tuple[Source, Page | None] | None  # unsaved content to be previewed


@admin.register(Page)
class PageAdmin(ContentEditor):
    form = PageForm
    inlines = INLINES
    fieldsets = [
        (None, {"fields": ["version", "state", "title", "lead"]}),
        ("Web address and menu", {"fields": ["parent", "slug", "menu", "menu_label", "position"]}),
        (
            "Search engines",
            {"fields": ["seo_title", "description", "noindex", "lists_services"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["state"]
    list_display = ["indented_title", "state", "web_address", "menu_and_order"]
    list_display_links = ["indented_title"]
    list_filter = [StateFilter, "menu"]
    list_per_page = list_max_show_all = 500
    search_fields = ["title", "slug", "pages_richtext_set__html"]
    search_help_text = "Words in the title or text"
    sortable_by: list[str] = []
    actions = None
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    class Media:
        css: dict[str, Sequence[str]] = {
            "all": [f"css/{name}.css" for name in ("page-list", "page-editor", "page-screens", "rich-text-editor")]
        }
        js = [Script("js/page-editor.js", type="module")]

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PageChangeList]:
        return PageChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_state(timezone.now()).with_path()

    @admin.display(description="Page")
    def indented_title(self, page: Page) -> SafeString:
        return format_html('<span id="page-{}" class="depth-{}">{}</span>', page.pk, min(page.depth, 4), page.title)

    @admin.display(description="What visitors see")
    def state(self, page: Page) -> str:
        return publishing.describe(page) if page.pk else "Draft, never published"

    @admin.display(description="Web address")
    def web_address(self, page: Page) -> str:
        if page.live_version is None:
            return page.path or "–"
        return format_html('<a href="{0}">{0}</a>', page.path)

    @admin.display(description="Menu and order")
    def menu_and_order(self, page: Page) -> SafeString:
        """Render buttons, which belong to the form around the list."""
        return render_to_string(
            "admin/pages/page/row_controls.html", {"page": page, "is_in_menu": page.menu != Page.Menu.NONE}
        )

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Page | None = None) -> list:
        """Leave out the web address of an existing page; changing it has its own screen."""
        (content, place, search) = super().get_fieldsets(request, obj)
        if obj:
            place = ("Menu", {"fields": ["menu", "menu_label"], "classes": ["collapse"]})
        return [content, place, search]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Page, inline: InlineModelAdmin, prefix: str
    ) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs if obj.pk else {**kwargs, "initial": [{"region": "main", "ordering": 10}]}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, list[str]]:
        return {} if obj else {"slug": ["title"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = Page.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": last + 10, **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        if db_field.name == "parent":
            return tree_views.ParentField()  # without the admin's links that add or change the parent in a pop-up
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, TextField) and db_field.model is Page:
            field.widget.attrs["rows"] = 3
        return field

    def render_change_form(self, request: EditorRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_change_form(request, context, **kwargs)
        media = response.context_data["media"]
        response.context_data["media"] = media.with_nonce(str(request.csp_nonce))
        return response

    def changeform_view(self, request: EditorRequest, object_id: str | None = None, *args: Any) -> HttpResponse:
        request.snapshot = None
        page = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and (
            self.has_change_permission(request) if page else self.has_add_permission(request)
        ):
            for note in import_uploads(request.FILES):  # kept even if the form is only previewed or has errors
                messages.warning(request, note)
            if page:
                deleted_rows.recreate(request, page)
        context = {
            "saved_draft_ids": " ".join(request.session.get(SAVED_DRAFT_IDS, [])),
            "is_live": page is not None and page.live_version is not None,
            "is_removed": page is not None and page.deleted_at is not None,
            "is_required": page is not None and page.role is not None,
            "web_address": page.path if page else "",
        }
        if page and request.method == "GET":
            context |= self._notices(page)
        form_url, extra_context = (*args, "", None)[:2]
        response = super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})
        if request.snapshot:
            snapshot = preview_views.save_snapshot(*request.snapshot, user=request.user, now=timezone.now())
            return redirect("admin:pages_page_snapshot", snapshot.key)
        return response

    def _notices(self, page: Page) -> dict[str, Any]:
        """Return the last publication while it can be undone, and the findings of the checks."""
        rows = publish_views.finding_rows(page, to_source(page), check_context(page))
        undoable = publishing.undoable_revision(page, timezone.now())
        return {
            "undoable_revision": undoable,
            "undo_until": undoable and undoable.created_at + publishing.UNDO_PERIOD,
            "findings": [row for row in rows if not row["dismissal"]],
        }

    # Saving

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if "_preview" not in request.POST:
            self._report_lost_formatting(request, formsets)
        if not change:
            page_paths.assign(form.instance)
        elif form.has_changed() or any(formset.has_changed() for formset in formsets):
            form.instance.count_change()

    def _report_lost_formatting(self, request: HttpRequest, formsets: list[BaseModelFormSet]) -> None:
        """Warn about each text that was saved as plain paragraphs; the form still has it as it was sent."""
        block_forms = (form for formset in formsets for form in formset if form not in formset.deleted_forms)
        for form in block_forms:
            if form.has_changed() and loses_formatting(form.cleaned_data.get("html") or ""):
                self.message_user(request, texts.FORMATTING_LOST.format(block=form.instance), messages.WARNING)

    def response_add(self, request: EditorRequest, obj: Page, post_url_continue: str | None = None) -> HttpResponse:
        return self._respond(request, obj, added=True)

    def response_change(self, request: EditorRequest, obj: Page) -> HttpResponse:
        return self._respond(request, obj)

    def _respond(self, request: EditorRequest, page: Page, *, added: bool = False) -> HttpResponse:
        if "_preview" in request.POST:
            request.snapshot = to_source(page), None if added else page
            transaction.set_rollback(True)  # a preview saves nothing
            return HttpResponse()
        if draft_id := request.POST.get("_draft_id", "")[:64]:
            # The browser keeps its copy of the draft until the server confirms the id.
            draft_ids = [*request.session.get(SAVED_DRAFT_IDS, []), draft_id]
            request.session[SAVED_DRAFT_IDS] = draft_ids[-MAX_SAVED_DRAFT_IDS:]
        if "_publish" in request.POST or "_publish_later" in request.POST:
            later = "?later=1" if "_publish_later" in request.POST else ""
            return redirect(reverse("admin:pages_page_publish", args=[page.pk]) + later)
        if button := next((name for name in ("unpublish", "remove") if f"_{name}" in request.POST), ""):
            return redirect(f"admin:pages_page_{button}", page.pk)
        try:
            message = self._change_status(request, page)
        except publishing.PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, message, messages.SUCCESS)
        return redirect("admin:pages_page_change", page.pk)

    def _change_status(self, request: HttpRequest, page: Page) -> str:
        """Do what the button says and return a message. Raises PublishingError."""
        if "_restore" in request.POST:
            publishing.restore(page)
            return texts.RESTORED.format(page=page)
        return texts.DRAFT_SAVED.format(page=page)

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """Return False for pages, which are removed and restored instead; their blocks may be deleted."""
        return False

    # Further views

    def get_urls(self) -> list[URLPattern]:
        return [
            self._view("as-of/", revision_views.as_of, permission="view"),
            self._view("import/", import_views.import_document, permission="add"),
            self._view("link-targets/", link_targets.link_targets, permission="view"),
            self._view("read-passage/", import_views.read_passage, permission="view"),
            self._view("order/", tree_views.reorder),
            self._view("snapshots/<slug:key>/", preview_views.snapshot, permission="view"),
            self._view("snapshots/<slug:key>/page/", preview_views.snapshot_page, permission="view"),
            self._view("<int:number>/address/", tree_views.change_path),
            self._view("<int:number>/move/<slug:direction>/", tree_views.move),
            self._view("<int:number>/menu/", tree_views.change_menu),
            self._view("<int:number>/preview/", preview_views.preview, permission="view"),
            self._view("<int:number>/sharing/", preview_views.share_links),
            self._view("<int:number>/share/", preview_views.create_share_link),
            self._view("<int:number>/sharing/<int:link>/revoke/", preview_views.revoke_share_link),
            self._view("<int:number>/publish/", publish_views.publish),
            self._view("<int:number>/findings/<slug:key>/dismiss/", publish_views.dismiss_finding),
            self._view("<int:number>/findings/<slug:key>/restore/", publish_views.restore_finding),
            self._view("<int:number>/facts/<slug:key>/", publish_views.use_fact),
            self._view("<int:number>/unpublish/", removal_views.unpublish),
            self._view("<int:number>/remove/", removal_views.remove),
            self._view("<int:number>/unschedule/", publish_views.unschedule),
            self._view("<int:number>/compare/", revision_views.compare, permission="view"),
            self._view("<int:number>/as-of/", revision_views.page_as_of, permission="view"),
            self._view("<int:number>/revisions/", revision_views.revisions, permission="view"),
            self._view("<int:number>/revisions/<int:revision>/", revision_views.revision, permission="view"),
            self._view("<int:number>/revisions/<int:revision>/restore/", revision_views.restore_revision),
            self._view("<int:number>/revisions/<int:revision>/undo/", publish_views.undo),
            *super().get_urls(),
        ]

    def _view(self, route: str, view: Callable[..., HttpResponseBase], *, permission: str = "change") -> URLPattern:
        """Wrap a view of this admin in its permission check and pass it the page and the admin's context."""

        @wraps(view)
        def allowed(request: HttpRequest, number: int | None = None, **kwargs: Any) -> HttpResponseBase:
            if not getattr(self, f"has_{permission}_permission")(request):
                raise PermissionDenied
            if number is not None:
                kwargs["page"] = get_object_or_404(self.get_queryset(request), pk=number)
            admin_context = self.admin_site.each_context(request) | {"media": Media(css=self.Media.css)}
            return view(request, admin_context=admin_context, **kwargs)

        return path(route, self.admin_site.admin_view(allowed), name=f"pages_page_{view.__name__}")


admin.site.register(Picture, PictureAdmin)
