"""The editions of a page: look at any, bring any back into the draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from pages import publishing, views
from pages.models import Edition, Page


@require_safe
def editions(request: HttpRequest, page: Page, frame: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    rows = [{"edition": edition, "state": state(edition, now)} for edition in page.editions.select_related("who")]
    context = {"title": f"Editions of “{page}”", "page": page, "rows": rows}
    return render(request, "admin/pages/page/editions.html", frame | context)


@require_safe
def edition(request: HttpRequest, page: Page, number: int) -> HttpResponse:
    """As visitors saw it, through the code that showed it to them."""
    found = get_object_or_404(page.editions, number=number)
    back = reverse("admin:pages_page_editions", args=[page.pk])
    preview = {"title": f"Edition {number}", "status": state(found, timezone.now()), "edit_url": back}
    return views.show(request, page, found.source, page.path or "", {"preview": preview})


@require_POST
def bring_back(request: HttpRequest, page: Page, number: int) -> HttpResponse:
    found = get_object_or_404(page.editions.select_related("page"), number=number)
    try:
        publishing.bring_back(found, who=request.user, now=timezone.now())
    except ValueError as reason:
        messages.error(request, str(reason))
        return redirect("admin:pages_page_editions", page.pk)
    messages.success(
        request,
        f"Edition {number} is your draft now; what you had before is kept among the editions. "
        "Visitors do not see it until you publish.",
    )
    return redirect("admin:pages_page_change", page.pk)


def state(edition: Edition, now: Any) -> str:
    """Such as “Live since 2 November 2026, 09:00” or “Never live”."""

    def moment(at: Any) -> str:
        return date_format(timezone.localtime(at), "j F Y, H:i")

    if edition.live_until == edition.live_from:
        return "Never live"
    if edition.live_from > now:
        return f"Goes live on {moment(edition.live_from)}"
    if edition.live_until is None or edition.live_until > now:
        return f"Live since {moment(edition.live_from)}"
    return f"Live from {moment(edition.live_from)} to {moment(edition.live_until)}"
