"""Change a page's web address, its order among its siblings and its menu."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST

from pages import page_paths
from pages.admin import texts
from pages.models import MAX_PATH_CHARS, PATH_RESERVED, Page, Revision
from pages.page_source import draft_references, references
from practice import audit
from practice.forms import AdminModelForm


class ParentField(forms.ModelChoiceField):
    """Lists pages with their paths, to choose a parent."""

    def __init__(self, *, exclude: Page | None = None, **kwargs: Any) -> None:
        parent = Page._meta.get_field("parent")
        pages = Page.objects.not_removed().exclude(role=Page.Role.HOME).with_path().order_by("path")
        options = {"label": capfirst(parent.verbose_name), "help_text": parent.help_text, **kwargs}
        super().__init__(
            pages.exclude(pk=exclude.pk) if exclude else pages,
            required=False,
            empty_label="None (top-level page)",
            **options,
        )

    def label_from_instance(self, page: Page) -> str:
        return f"{page.title} ({page.path})"


class PagePathForm(AdminModelForm):
    class Meta:
        model = Page
        fields = ["parent", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = ParentField(exclude=self.instance)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def change_path(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    """Show which addresses would change; change them once that is confirmed."""
    if request.method == "POST":
        list(Page.objects.select_for_update().values_list("pk"))  # no other request may move a page now
    changed = Page.objects.get(pk=page.pk)
    form = PagePathForm(request.POST or None, instance=changed)
    moves: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and (conflict := page_paths.conflicting_path(changed)):
        form.add_error("slug", PATH_RESERVED.format(path=conflict, page=conflict.page))
    elif request.method == "POST" and form.is_valid():
        moves = page_paths.moves(changed)
        if any(len(move["new"]) > MAX_PATH_CHARS for move in moves):
            form.add_error("slug", texts.PATH_TOO_LONG)
            moves = []
        elif "_confirm" in request.POST:
            form.save()
            if changed.deleted_at is None:  # a removed page gets its paths when it is restored
                page_paths.assign(changed)
            audit.record(audit.Kind.CHANGED, request.user, page)
            messages.success(request, texts.PATH_CHANGED.format(page=page))
            return redirect("admin:pages_page_change", page.pk)
        elif not moves:
            messages.info(request, texts.PATH_UNCHANGED)
    context = {
        "title": f"Web address of “{page}”",
        "page": page,
        "form": form,
        "moves": moves,
        "links": pages_linking_to({move["page"] for move in moves}),
        "is_required": page.role == Page.Role.HOME,
    }
    return render(request, "admin/pages/page/address.html", admin_context | context)


def pages_linking_to(numbers: set[int]) -> list[dict[str, Any]]:
    """List the pages whose live revision or draft links to one of these pages."""
    live = Revision.objects.public(timezone.now()).values_list("page", "source")
    where = {number: "what visitors see" for number, source in live if references(source) & numbers}
    for number, referred in draft_references().items():
        if referred & numbers:
            where[number] = "what visitors see, and the draft" if number in where else "the draft"
    return [
        {"page": page, "where": where[page.pk], "is_live": where[page.pk] != "the draft"}
        for page in Page.objects.not_removed().filter(pk__in=where)
    ]


@require_POST
@transaction.atomic
def move(request: HttpRequest, *, page: Page, admin_context: dict[str, Any], direction: str) -> HttpResponse:
    """Move the page up or down by one among its siblings."""
    siblings = list(Page.objects.not_removed().filter(parent=page.parent_id))
    index = siblings.index(page)
    target = index + (-1 if direction == "up" else 1)
    if 0 <= target < len(siblings):
        siblings[index], siblings[target] = siblings[target], siblings[index]
        _save_order(siblings)
        audit.record(audit.Kind.CHANGED, request.user, page)
        messages.success(request, texts.MOVED.format(page=page, direction=direction))
    return redirect("admin:pages_page_changelist")


@require_POST
@transaction.atomic
def reorder(request: HttpRequest, *, admin_context: dict[str, Any]) -> HttpResponse:
    """Put siblings in the order in which they were dragged."""
    order = {number: position for position, number in enumerate(request.POST.getlist("page"))}
    numbers = [number for number in order if number.isdecimal() and len(number) < 10]
    parents = {page.parent_id for page in Page.objects.not_removed().filter(pk__in=numbers)}
    if len(parents) == 1:
        siblings = list(Page.objects.not_removed().filter(parent=parents.pop()))
        _save_order(sorted(siblings, key=lambda page: order.get(str(page.pk), len(order))))
    return redirect("admin:pages_page_changelist")


def _save_order(pages: list[Page]) -> None:
    for number, page in enumerate(pages, start=1):
        page.position = number * 10
    Page.objects.bulk_update(pages, ["position"])


@require_POST
def change_menu(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    """Add the page to a menu or take it out."""
    if (chosen := request.POST.get("menu")) in Page.Menu.values:
        Page.objects.filter(pk=page.pk).update(menu=chosen)
        audit.record(audit.Kind.CHANGED, request.user, page)
        messages.success(request, texts.MENU_CHANGED[chosen].format(page=page))
    return redirect("admin:pages_page_changelist")
