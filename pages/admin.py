from collections.abc import Callable
from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet, TextField
from django.forms import BaseModelFormSet, Field, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from js_asset import Script

from pages import addresses, history, publishing, views
from pages.forms import PageForm
from pages.listing import PageList, StateFilter
from pages.models import Page, RichText
from pages.source import to_source


class TextInline(ContentEditorInline):
    model = RichText
    icon = "notes"

    def get_extra(self, request: HttpRequest, obj: Page | None = None, **kwargs: Any) -> int:
        """A new page begins with a text to write in."""
        return 0 if obj else 1


@admin.register(Page)
class PageAdmin(ContentEditor):
    form = PageForm
    inlines = [TextInline]
    fieldsets = [
        (None, {"fields": ["seen_version", "state", "title", "lead"]}),
        ("Web address and menu", {"fields": ["parent", "slug", "menu", "menu_label", "position"]}),
        (
            "Search engines",
            {"fields": ["seo_title", "description", "noindex"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["state"]
    list_display = ["indented_title", "state", "web_address", "menu"]
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
        css = {"all": ["css/page-editor.css"]}
        js = [Script("js/page-editor.js", type="module")]

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PageList]:
        return PageList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_state(timezone.now()).with_path()

    @admin.display(description="Page")
    def indented_title(self, page: Page) -> SafeString:
        return format_html('<span class="depth-{}">{}</span>', min(page.depth, 4), page.title)

    @admin.display(description="What visitors see")
    def state(self, page: Page) -> str:
        return publishing.describe(page) if page.pk else "Draft, never published"

    @admin.display(description="Web address")
    def web_address(self, page: Page) -> str:
        if page.live_version is None:
            return page.path or "–"
        return format_html('<a href="{0}">{0}</a>', page.path)

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Page | None = None) -> list:
        (first, place, search) = super().get_fieldsets(request, obj)
        # Once a page has its place, its text is what the therapist comes for.
        return [first, (place[0], place[1] | {"classes": ["collapse"]}) if obj else place, search]

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
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, TextField) and db_field.model is Page:
            field.widget.attrs["rows"] = 3
        if db_field.name == "parent" and field:
            field.queryset = Page.objects.kept().exclude(role=Page.Role.HOME).with_path().order_by("path")
            field.label_from_instance = lambda page: f"{page.title} ({page.path})"
            field.empty_label = "No page: at the top"
            field.widget = field.widget.widget  # without the links that open another window
            field.widget.choices = field.choices
        return field

    def get_form(self, request: HttpRequest, obj: Page | None = None, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        if obj and obj.role == Page.Role.HOME:
            for name in ("parent", "slug"):
                form.base_fields[name].disabled = True
                form.base_fields[name].help_text = "The home page stays at the top, at “/”."
        return form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_change_form(request, context, **kwargs)
        media = response.context_data["media"]
        response.context_data["media"] = media.with_nonce(str(request.csp_nonce))
        return response

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any) -> HttpResponse:
        page = self.get_object(request, object_id) if object_id else None
        context = {
            "is_live": page is not None and page.live_version is not None,
            "is_removed": page is not None and page.deleted_at is not None,
            "is_needed": page is not None and page.role is not None,
            "web_address": page.path if page else "",
        }
        form_url, extra_context = (*args, "", None)[:2]
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Saving, then doing what the button says

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        page = form.instance
        if change and (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            page.count_change()
        if page.deleted_at is None and (not change or {"slug", "parent"} & set(form.changed_data)):
            addresses.assign(page)
            request.has_new_address = change

    def response_add(self, request: HttpRequest, obj: Page, post_url_continue: str | None = None) -> HttpResponse:
        return self._act(request, obj)

    def response_change(self, request: HttpRequest, obj: Page) -> HttpResponse:
        return self._act(request, obj)

    def _act(self, request: HttpRequest, page: Page) -> HttpResponse:
        if "_preview" in request.POST:
            return redirect("admin:pages_page_preview", page.pk)
        now = timezone.now()
        try:
            if "_publish" in request.POST:
                edition = publishing.publish(page, who=request.user, now=now)
                done = f"Published: visitors now see {edition} of “{page}”."
            elif "_unpublish" in request.POST:
                publishing.unpublish(page, now=now)
                done = f"“{page}” is no longer on the site. Your draft is kept."
            elif "_remove" in request.POST:
                publishing.remove(page, now=now)
                done = f"“{page}” has been removed. You can restore it: it is in the list under “Removed”."
            elif "_restore" in request.POST:
                publishing.restore(page)
                done = f"“{page}” is back as a draft. Publish it when visitors should see it."
            else:
                done = f"Draft of “{page}” saved. Visitors do not see it until you publish."
                if getattr(request, "has_new_address", False):
                    done += " Its new web address works already; the old one leads to it."
        except publishing.PublishingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        if "_remove" in request.POST:
            return redirect("admin:pages_page_changelist")
        return redirect("admin:pages_page_change", page.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """Pages are removed and restored, never deleted; a text may be taken out of a page."""
        return False

    # Preview

    def get_urls(self) -> list[URLPattern]:
        return [
            self._screen("<int:number>/preview/", self.preview),
            self._screen("<int:number>/editions/", self.editions),
            self._screen("<int:number>/editions/<int:edition>/", self.edition),
            self._screen("<int:number>/editions/<int:edition>/bring-back/", self.bring_back),
            *super().get_urls(),
        ]

    def _screen(self, route: str, view: Callable[..., HttpResponse]) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"pages_page_{view.__name__}")

    def _page(self, request: HttpRequest, number: int) -> Page:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=number)

    def editions(self, request: HttpRequest, number: int) -> HttpResponse:
        frame = self.admin_site.each_context(request) | {"media": self.media}
        return history.editions(request, self._page(request, number), frame)

    def edition(self, request: HttpRequest, number: int, edition: int) -> HttpResponse:
        return history.edition(request, self._page(request, number), edition)

    def bring_back(self, request: HttpRequest, number: int, edition: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return history.bring_back(request, self._page(request, number), edition)

    @method_decorator(require_safe)
    def preview(self, request: HttpRequest, number: int) -> HttpResponse:
        """The draft as it would be published now, through the same code that shows it to visitors."""
        page = self._page(request, number)
        edit_url = reverse("admin:pages_page_change", args=[page.pk])
        preview = {"title": "Preview of the draft", "status": publishing.describe(page), "edit_url": edit_url}
        return views.show(request, page, to_source(page), page.path or "", {"preview": preview})
