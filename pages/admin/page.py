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

from pages import paths, publishing
from pages.admin import (
    deleted_rows,
    import_views,
    link_targets,
    preview_views,
    publish_views,
    revision_views,
    tree_views,
)
from pages.admin.forms import PageForm
from pages.admin.inlines import INLINES
from pages.admin.page_list import PageChangeList, StateFilter
from pages.admin.pictures import PictureAdmin
from pages.check_context import check_context
from pages.models import Page, Picture
from pages.pictures import take_in_all
from pages.source import Source, to_source
from practice.requests import StaffRequest

WRITINGS = "writings"  # in the session


class EditorRequest(StaffRequest):
    """A request to the form of a page, with what is attached to it on its way."""

    csp_nonce: str  # by django-csp; lazy, so that only a page that uses it names it in its policy
    glance: tuple[Source, Page | None] | None  # what stands in the editor, only to be looked at


@admin.register(Page)
class PageAdmin(ContentEditor):
    form = PageForm
    inlines = INLINES
    fieldsets = [
        (None, {"fields": ["seen_version", "state", "title", "lead"]}),
        ("Web address and menu", {"fields": ["parent", "slug", "menu", "menu_label", "position"]}),
        (
            "Search engines",
            {"fields": ["seo_title", "description", "noindex", "lists_services"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["state"]
    list_display = ["indented_title", "state", "web_address", "menu_and_place"]
    list_display_links = ["indented_title"]
    list_filter = [StateFilter, "menu"]
    list_per_page = list_max_show_all = 500
    search_fields = ["title", "slug", "pages_richtext_set__html"]
    search_help_text = "Words of a title or of a text"
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
    def menu_and_place(self, page: Page) -> SafeString:
        """Buttons of the form that is around the list."""
        return render_to_string(
            "admin/pages/page/row_controls.html", {"page": page, "is_in_menu": page.menu != Page.Menu.NONE}
        )

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Page | None = None) -> list:
        """Once a page has its place, its text is what the therapist comes for; moving it is an act of its own."""
        (first, place, search) = super().get_fieldsets(request, obj)
        if obj:
            place = ("Menu", {"fields": ["menu", "menu_label"], "classes": ["collapse"]})
        return [first, place, search]

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
            return tree_views.ParentField()  # without the links that open another window
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
        request.glance = None
        page = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and (
            self.has_change_permission(request) if page else self.has_add_permission(request)
        ):
            take_in_all(request.FILES)  # kept also when the form is only looked at, or has to be put right
            if page:
                deleted_rows.revive(request, page)
        context = {
            "writings": " ".join(request.session.get(WRITINGS, [])),
            "is_live": page is not None and page.live_version is not None,
            "is_removed": page is not None and page.deleted_at is not None,
            "is_needed": page is not None and page.role is not None,
            "web_address": page.path if page else "",
        }
        if page and request.method == "GET":
            context |= self._notices(page)
        form_url, extra_context = (*args, "", None)[:2]
        response = super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})
        if request.glance:
            glance = preview_views.glance_at(*request.glance, who=request.user, now=timezone.now())
            return redirect("admin:pages_page_glance", glance.key)
        return response

    def _notices(self, page: Page) -> dict[str, Any]:
        """What stands above the form: the last publication, while it can be undone, and what the checks found."""
        findings = publish_views.findings(page, to_source(page), check_context(page))
        undoable = publishing.may_undo(page, timezone.now())
        return {
            "may_undo": undoable,
            "undo_until": undoable and undoable.created_at + publishing.UNDO_WITHIN,
            "findings": [one for one in findings if not one["answer"]],
        }

    # Saving, then doing what the button says

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            paths.assign(form.instance)
        elif form.has_changed() or any(formset.has_changed() for formset in formsets):
            form.instance.count_change()

    def response_add(self, request: EditorRequest, obj: Page, post_url_continue: str | None = None) -> HttpResponse:
        return self._act(request, obj, added=True)

    def response_change(self, request: EditorRequest, obj: Page) -> HttpResponse:
        return self._act(request, obj)

    def _act(self, request: EditorRequest, page: Page, *, added: bool = False) -> HttpResponse:
        if "_preview" in request.POST:
            request.glance = to_source(page), None if added else page
            transaction.set_rollback(True)  # only looked at, not saved
            return HttpResponse()
        if writing := request.POST.get("_writing", "")[:64]:
            # What the browser keeps until it hears that it has arrived.
            request.session[WRITINGS] = [*request.session.get(WRITINGS, []), writing][-20:]
        if "_publish" in request.POST or "_publish_later" in request.POST:
            later = "?later=1" if "_publish_later" in request.POST else ""
            return redirect(reverse("admin:pages_page_publish", args=[page.pk]) + later)
        try:
            done = self._done(request, page)
        except publishing.PublishingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        if "_remove" in request.POST:
            return redirect("admin:pages_page_changelist")
        return redirect("admin:pages_page_change", page.pk)

    def _done(self, request: HttpRequest, page: Page) -> str:
        """Does what the button says, and says so. Raises PublishingError."""
        if "_unpublish" in request.POST:
            publishing.unpublish(page, now=timezone.now())
            return f"“{page}” is no longer on the site. Your draft is kept."
        if "_remove" in request.POST:
            publishing.remove(page, now=timezone.now())
            return f"“{page}” has been removed. You can restore it: it is in the list under “Removed”."
        if "_restore" in request.POST:
            publishing.restore(page)
            return f"“{page}” is back as a draft. Publish it when visitors should see it."
        return f"Draft of “{page}” saved. Visitors do not see it until you publish."

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """Pages are removed and restored, never deleted; a text may be taken out of a page."""
        return False

    # Screens of a page beside its form

    def get_urls(self) -> list[URLPattern]:
        return [
            self._screen("as-of/", revision_views.as_of, needs="view"),
            self._screen("import/", import_views.bring_in, needs="add"),
            self._screen("link-targets/", link_targets.link_targets, needs="view"),
            self._screen("order/", tree_views.order),
            self._screen("glance/<slug:key>/", preview_views.glance, needs="view"),
            self._screen("glance/<slug:key>/page/", preview_views.glanced, needs="view"),
            self._screen("<int:number>/address/", tree_views.address),
            self._screen("<int:number>/move/<slug:by>/", tree_views.move),
            self._screen("<int:number>/menu/", tree_views.menu),
            self._screen("<int:number>/preview/", preview_views.preview, needs="view"),
            self._screen("<int:number>/sharing/", preview_views.sharing),
            self._screen("<int:number>/share/", preview_views.share),
            self._screen("<int:number>/sharing/<int:link>/revoke/", preview_views.revoke),
            self._screen("<int:number>/publish/", publish_views.publish),
            self._screen("<int:number>/answers/<slug:key>/", publish_views.answer),
            self._screen("<int:number>/answers/<slug:key>/take-back/", publish_views.take_back_answer),
            self._screen("<int:number>/facts/<slug:key>/", publish_views.use_fact),
            self._screen("<int:number>/unschedule/", publish_views.unschedule),
            self._screen("<int:number>/compare/", revision_views.compare, needs="view"),
            self._screen("<int:number>/seen/", revision_views.seen, needs="view"),
            self._screen("<int:number>/editions/", revision_views.editions, needs="view"),
            self._screen("<int:number>/editions/<int:edition>/", revision_views.edition, needs="view"),
            self._screen("<int:number>/editions/<int:edition>/bring-back/", revision_views.bring_back),
            self._screen("<int:number>/editions/<int:edition>/undo/", publish_views.undo),
            *super().get_urls(),
        ]

    def _screen(self, route: str, view: Callable[..., HttpResponseBase], *, needs: str = "change") -> URLPattern:
        """A view of this admin, for who may view, change or add pages."""

        @wraps(view)
        def allowed(request: HttpRequest, number: int | None = None, **kwargs: Any) -> HttpResponseBase:
            if not getattr(self, f"has_{needs}_permission")(request):
                raise PermissionDenied
            if number is not None:
                kwargs["page"] = get_object_or_404(self.get_queryset(request), pk=number)
            frame = self.admin_site.each_context(request) | {"media": Media(css=self.Media.css)}
            return view(request, frame=frame, **kwargs)

        return path(route, self.admin_site.admin_view(allowed), name=f"pages_page_{view.__name__}")


admin.site.register(Picture, PictureAdmin)
