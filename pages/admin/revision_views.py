"""List, show, compare and restore the revisions of a page, and show the site as it was at a given time."""

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
from pages.admin import texts
from pages.admin.page_list import in_tree_order
from pages.check_context import reference_names
from pages.models import Page, Revision
from pages.page_source import Source, field, references, to_source
from pages.views.page import render_page
from practice import audit
from practice.requests import StaffRequest

DRAFT = "draft"


class PointInTimeForm(forms.Form):
    at = forms.DateTimeField(
        label="Date and time (London)",
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "required": "Enter a day and a time.",
            "invalid": texts.DAY_INVALID,
        },
    )


@require_safe
def revisions(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    page_revisions = list(page.revisions.select_related("user").defer("source", "text"))
    live = Revision.objects.public(now).filter(page=page).defer("source", "text").first()
    rows = [
        {"revision": revision, "state": state(revision, now), "is_live": revision == live}
        for revision in page_revisions
    ]
    context = {"title": f"Revisions of “{page}”", "page": page, "rows": rows, "live": live, "draft": DRAFT}
    return render(request, "admin/pages/page/revisions.html", admin_context | context)


@require_safe
def revision(request: HttpRequest, *, page: Page, admin_context: dict[str, Any], revision: int) -> HttpResponse:
    """Show the revision through the code that rendered it for visitors."""
    page_revision = get_object_or_404(page.revisions, number=revision)
    back = reverse("admin:pages_page_revisions", args=[page.pk])
    preview = {"title": f"Revision {revision}", "status": state(page_revision, timezone.now()), "back": back}
    return render_page(request, page, page_revision.source, page.path or "", {"preview": preview})


@require_safe
def compare(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    """Compare two revisions, or a revision with the draft: `?from=2&to=draft`."""
    sides = [_side(page, request.GET.get(name, "")) for name in ("from", "to")]
    (old, old_name), (new, new_name) = sides
    context = {
        "title": f"“{page}” compared",
        "page": page,
        "comparison": diff.compare(old, new, reference_names()),
        "old_title": old_name,
        "new_title": new_name,
    }
    return render(request, "admin/pages/page/compare.html", admin_context | context)


def _side(page: Page, name: str) -> tuple[Source, str]:
    if name == DRAFT:
        return to_source(page), "The draft"
    if not name.isdecimal() or len(name) > 9:
        raise Http404
    revision = get_object_or_404(page.revisions, number=int(name))
    status = state(revision, timezone.now())
    return revision.source, f"Revision {name} ({status[0].lower()}{status[1:]})"


@require_POST
def restore_revision(
    request: StaffRequest, *, page: Page, admin_context: dict[str, Any], revision: int
) -> HttpResponse:
    restored = get_object_or_404(page.revisions.select_related("page"), number=revision)
    try:
        publishing.restore_revision(restored, user=request.user, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("admin:pages_page_revisions", page.pk)
    audit.record(audit.Kind.CHANGED, request.user, page)
    messages.success(request, texts.REVISION_RESTORED.format(number=revision))
    return redirect("admin:pages_page_change", page.pk)


@require_safe
def as_of(request: HttpRequest, *, admin_context: dict[str, Any]) -> HttpResponse:
    """List the pages that visitors could see at a given time."""
    form = PointInTimeForm(request.GET or None)
    at = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    revisions = {revision.page_id: revision for revision in Revision.objects.live_at(at)} if at else {}
    rows = [
        {
            "title": field(revision.source, "title"),
            "number": revision.number,
            "url": reverse("admin:pages_page_page_as_of", args=[revision.page_id]) + "?" + request.GET.urlencode(),
        }
        for page in in_tree_order(Page.objects.filter(pk__in=revisions))
        for revision in [revisions[page.pk]]
    ]
    context = {"title": "The site as visitors saw it", "form": form, "at": at, "rows": rows}
    return render(request, "admin/pages/page/as_of.html", admin_context | context)


@require_safe
def page_as_of(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    """Show a page as it was at a given time; its links lead to other pages as they were then."""
    form = PointInTimeForm(request.GET)
    if not form.is_valid():
        raise Http404
    at, query = form.cleaned_data["at"], request.GET.urlencode()
    revision = get_object_or_404(Revision.objects.live_at(at), page=page)

    def url_of(number: int) -> str:
        return f"{reverse('admin:pages_page_page_as_of', args=[number])}?{query}"

    preview = {
        "title": f"As visitors saw it on {publishing.moment_in_words(at)}",
        "status": "The menu order, fees, phone numbers and locations are today’s",
        "back": f"{reverse('admin:pages_page_as_of')}?{query}",
    }
    path = page.path or ""
    menus = navigation.build(now=at, page=page.pk, path=path, referred=references(revision.source), url_of=url_of)
    return render_page(request, page, revision.source, path, {"preview": preview}, menus)


def state(revision: Revision, now: datetime) -> str:
    """Describe when the revision is live, such as “Live since 2 November 2026, 09:00” or “Never live”."""

    def moment(at: datetime) -> str:
        return date_format(timezone.localtime(at), "j F Y, H:i")

    if revision.live_until == revision.live_from:
        return "Never live"
    if revision.live_from > now:
        return f"Goes live on {moment(revision.live_from)}"
    if revision.live_until is None or revision.live_until > now:
        return f"Live since {moment(revision.live_from)}"
    return f"Live from {moment(revision.live_from)} to {moment(revision.live_until)}"
