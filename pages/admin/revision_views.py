"""The editions of a page: look at any, compare any two, bring any back; and the whole site as it once was."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from pages import diff, navigation, publishing
from pages.admin.page_list import in_tree_order
from pages.check_context import names
from pages.models import Page, Revision
from pages.source import Source, field, references, to_source
from pages.views.page import show as show_page
from practice.requests import StaffRequest

DRAFT = "draft"


class PointInTimeForm(forms.Form):
    at = forms.DateTimeField(
        label="Day and time, in London",
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "required": "Enter a day and a time.",
            "invalid": "Enter a day and a time, such as 07/12/2026 09:00.",
        },
    )


@require_safe
def editions(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    kept = list(page.editions.select_related("who").defer("source", "text"))
    live = Revision.objects.public(now).filter(page=page).defer("source", "text").first()
    rows = [{"edition": edition, "state": state(edition, now), "is_live": edition == live} for edition in kept]
    context = {"title": f"Editions of “{page}”", "page": page, "rows": rows, "live": live, "draft": DRAFT}
    return render(request, "admin/pages/page/revisions.html", frame | context)


@require_safe
def edition(request: HttpRequest, *, page: Page, frame: dict[str, Any], edition: int) -> HttpResponse:
    """As visitors saw it, through the code that showed it to them."""
    found = get_object_or_404(page.editions, number=edition)
    back = reverse("admin:pages_page_editions", args=[page.pk])
    preview = {"title": f"Edition {edition}", "status": state(found, timezone.now()), "back": back}
    return show_page(request, page, found.source, page.path or "", {"preview": preview})


@require_safe
def compare(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    """Any two editions, or the draft with one of them: `?from=2&to=draft`."""
    sides = [_side(page, request.GET.get(name, "")) for name in ("from", "to")]
    (former, former_name), (latter, latter_name) = sides
    context = {
        "title": f"“{page}” compared",
        "page": page,
        "comparison": diff.compare(former, latter, names()),
        "now_title": former_name,
        "next_title": latter_name,
    }
    return render(request, "admin/pages/page/compare.html", frame | context)


def _side(page: Page, name: str) -> tuple[Source, str]:
    if name == DRAFT:
        return to_source(page), "The draft"
    if not name.isdecimal() or len(name) > 9:
        raise Http404
    found = get_object_or_404(page.editions, number=int(name))
    shown = state(found, timezone.now())
    return found.source, f"Edition {name} ({shown[0].lower()}{shown[1:]})"


@require_POST
def bring_back(request: StaffRequest, *, page: Page, frame: dict[str, Any], edition: int) -> HttpResponse:
    found = get_object_or_404(page.editions.select_related("page"), number=edition)
    try:
        publishing.bring_back(found, who=request.user, now=timezone.now())
    except ValueError as reason:
        messages.error(request, str(reason))
        return redirect("admin:pages_page_editions", page.pk)
    messages.success(
        request,
        f"Edition {edition} is your draft now; what you had before is kept among the editions. "
        "Visitors do not see it until you publish.",
    )
    return redirect("admin:pages_page_change", page.pk)


@require_safe
def as_of(request: HttpRequest, *, frame: dict[str, Any]) -> HttpResponse:
    """Which pages visitors saw at a moment."""
    form = PointInTimeForm(request.GET or None)
    at = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    seen = {edition.page_id: edition for edition in Revision.objects.shown_at(at)} if at else {}
    rows = [
        {
            "title": field(edition.source, "title"),
            "number": edition.number,
            "url": reverse("admin:pages_page_seen", args=[edition.page_id]) + "?" + request.GET.urlencode(),
        }
        for page in in_tree_order(Page.objects.filter(pk__in=seen))
        for edition in [seen[page.pk]]
    ]
    context = {"title": "The site as visitors saw it on…", "form": form, "at": at, "rows": rows}
    return render(request, "admin/pages/page/as_of.html", frame | context)


@require_safe
def seen(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    """A page as it was at a moment; its links lead to other pages as they were then."""
    form = PointInTimeForm(request.GET)
    if not form.is_valid():
        raise Http404
    at, query = form.cleaned_data["at"], request.GET.urlencode()
    found = get_object_or_404(Revision.objects.shown_at(at), page=page)

    def leads_to(number: int) -> str:
        return f"{reverse('admin:pages_page_seen', args=[number])}?{query}"

    preview = {
        "title": f"As visitors saw it on {publishing.in_words(at)}",
        "status": "The order of the menu, fees, telephone numbers and rooms are those of today",
        "back": f"{reverse('admin:pages_page_as_of')}?{query}",
    }
    path = page.path or ""
    menus = navigation.build(now=at, page=page.pk, path=path, referred=references(found.source), leads_to=leads_to)
    return show_page(request, page, found.source, path, {"preview": preview}, menus)


def state(edition: Revision, now: datetime) -> str:
    """Such as “Live since 2 November 2026, 09:00” or “Never live”."""

    def moment(at: datetime) -> str:
        return date_format(timezone.localtime(at), "j F Y, H:i")

    if edition.live_until == edition.live_from:
        return "Never live"
    if edition.live_from > now:
        return f"Goes live on {moment(edition.live_from)}"
    if edition.live_until is None or edition.live_until > now:
        return f"Live since {moment(edition.live_from)}"
    return f"Live from {moment(edition.live_from)} to {moment(edition.live_until)}"
