"""Where a page is: its web address, and its place in the menus."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST

from pages import paths
from pages.models import Page, Revision
from pages.source import draft_references, references
from practice.forms import AdminModelForm


class ParentField(forms.ModelChoiceField):
    """Offers the pages by their addresses, to choose the one above."""

    def __init__(self, *, without: Page | None = None, **kwargs: Any) -> None:
        parent = Page._meta.get_field("parent")
        pages = Page.objects.kept().exclude(role=Page.Role.HOME).with_path().order_by("path")
        texts = {"label": capfirst(parent.verbose_name), "help_text": parent.help_text, **kwargs}
        super().__init__(
            pages.exclude(pk=without.pk) if without else pages,
            required=False,
            empty_label="No page: at the top",
            **texts,
        )

    def label_from_instance(self, page: Page) -> str:
        return f"{page.title} ({page.path})"


class PagePathForm(AdminModelForm):
    class Meta:
        model = Page
        fields = ["parent", "slug"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = ParentField(without=self.instance)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def address(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    """First what would change, then, when that is confirmed, the change."""
    if request.method == "POST":
        list(Page.objects.select_for_update().values_list("pk"))  # nobody else moves a page meanwhile
    changed = Page.objects.get(pk=page.pk)
    form = PagePathForm(request.POST or None, instance=changed)
    moves: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and (former := paths.promised(changed)):
        form.add_error(
            "slug", f"“{former}” was the address of “{former.page}” and goes on leading there. Choose another word."
        )
    elif request.method == "POST" and form.is_valid():
        moves = paths.moves(changed)
        if any(len(move["new"]) > 1000 for move in moves):
            form.add_error("slug", "The address of a page below it would be longer than 1,000 letters.")
            moves = []
        elif "_confirm" in request.POST:
            form.save()
            if changed.deleted_at is None:  # a removed page gets its addresses when it comes back
                paths.assign(changed)
            messages.success(request, f"“{page}” has its new web address. The former one leads there.")
            return redirect("admin:pages_page_change", page.pk)
        elif not moves:
            messages.info(request, "That is the address it has already.")
    context = {
        "title": f"Web address of “{page}”",
        "page": page,
        "form": form,
        "moves": moves,
        "linking": _linking({move["page"] for move in moves}),
        "is_needed": page.role == Page.Role.HOME,
    }
    return render(request, "admin/pages/page/address.html", frame | context)


def _linking(moved: set[int]) -> list[dict[str, Any]]:
    """Pages that link to those that move, in what visitors see or in the draft."""
    live = Revision.objects.public(timezone.now()).values_list("page", "source")
    where = {number: "what visitors see" for number, source in live if references(source) & moved}
    for number, referred in draft_references().items():
        if referred & moved:
            where[number] = "what visitors see, and the draft" if number in where else "the draft"
    return [{"page": page, "where": where[page.pk]} for page in Page.objects.kept().filter(pk__in=where)]


@require_POST
@transaction.atomic
def move(request: HttpRequest, *, page: Page, frame: dict[str, Any], by: str) -> HttpResponse:
    """One place up or down among the pages beside it."""
    beside = list(Page.objects.kept().filter(parent=page.parent_id))
    index = next(index for index, one in enumerate(beside) if one.pk == page.pk)
    other = index + (-1 if by == "up" else 1)
    if 0 <= other < len(beside):
        beside[index], beside[other] = beside[other], beside[index]
        _number(beside)
        messages.success(request, f"“{page}” moved {by}.")
    return redirect("admin:pages_page_changelist")


@require_POST
@transaction.atomic
def order(request: HttpRequest, *, frame: dict[str, Any]) -> HttpResponse:
    """The pages beside each other in the order in which they were dragged."""
    wanted = {number: place for place, number in enumerate(request.POST.getlist("page"))}
    numbers = [number for number in wanted if number.isdecimal() and len(number) < 10]
    parents = {page.parent_id for page in Page.objects.kept().filter(pk__in=numbers)}
    if len(parents) == 1:
        beside = list(Page.objects.kept().filter(parent=parents.pop()))
        _number(sorted(beside, key=lambda page: wanted.get(str(page.pk), len(wanted))))
    return redirect("admin:pages_page_changelist")


def _number(pages: list[Page]) -> None:
    for place, page in enumerate(pages, start=1):
        page.position = place * 10
    Page.objects.bulk_update(pages, ["position"])


@require_POST
def menu(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    """Takes the page into a menu, or out of it."""
    if (chosen := request.POST.get("menu")) in Page.Menu.values:
        Page.objects.filter(pk=page.pk).update(menu=chosen)
        said = {
            Page.Menu.NONE: f"“{page}” is no longer in a menu. Its address still works.",
            Page.Menu.MAIN: f"“{page}” is in the main menu now.",
            Page.Menu.FOOTER: f"“{page}” is at the foot of every page now.",
        }
        messages.success(request, said[Page.Menu(chosen)])
    return redirect("admin:pages_page_changelist")
