"""Take a page off the site or remove it, after a question that says what visitors will miss."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pages import publishing
from pages.admin import texts
from pages.admin.tree_views import pages_linking_to
from pages.models import Page
from practice import audit, confirmation

Act = Callable[..., None]


@require_http_methods(["GET", "HEAD", "POST"])
def unpublish(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    if refusal := _refusal(publishing.unpublish, page):
        return _refuse(request, page, refusal)
    facts = [*what_visitors_miss(page), texts.DRAFT_STAYS]
    if not confirmation.is_confirmed(request, facts):
        return _ask(request, page, admin_context, facts, title=f"Unpublish “{page}”?", button="Unpublish")
    publishing.unpublish(page, now=timezone.now())
    audit.record(audit.Kind.PUBLISHED, request.user, page)
    messages.success(request, texts.UNPUBLISHED.format(page=page))
    return redirect("admin:pages_page_change", page.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    if refusal := _refusal(publishing.remove, page):
        return _refuse(request, page, refusal)
    facts = [*what_visitors_miss(page), texts.CAN_BE_RESTORED]
    if not confirmation.is_confirmed(request, facts):
        return _ask(request, page, admin_context, facts, title=f"Remove “{page}”?", button="Remove")
    publishing.remove(page, now=timezone.now())
    audit.record(audit.Kind.PUBLISHED, request.user, page)
    messages.success(request, texts.REMOVED.format(page=page))
    return redirect("admin:pages_page_changelist")


def what_visitors_miss(page: Page) -> list[str]:
    """Return what changes for visitors, as sentences, for a page with its state and path."""
    facts = []
    if page.live_version is not None:
        facts.append(texts.ADDRESS_GONE.format(path=page.path))
        if page.menu != Page.Menu.NONE:
            facts.append(texts.MENU_ENTRY_GONE[page.menu])
    if page.scheduled_for:
        facts.append(texts.SCHEDULE_ENDS.format(moment=publishing.moment_in_words(page.scheduled_for)))
    facts += [
        texts.LINK_GONE.format(page=link["page"])
        for link in pages_linking_to({page.pk})
        if link["page"] != page and link["is_live"]
    ]
    below = Page.objects.live(timezone.now()).not_removed().filter(parent=page).count()
    if below:
        facts.append(texts.PAGES_BELOW_STAY.format(pages="1 page" if below == 1 else f"{below} pages"))
    return facts


def _refusal(act: Act, page: Page) -> str:
    """Return why the act is not possible, or nothing. The act is tried and undone."""
    with transaction.atomic():
        try:
            act(page, now=timezone.now())
        except publishing.PublishingError as error:
            return str(error)
        finally:
            transaction.set_rollback(True)
    return ""


def _refuse(request: HttpRequest, page: Page, refusal: str) -> HttpResponse:
    messages.error(request, refusal)
    return redirect("admin:pages_page_change", page.pk)


def _ask(
    request: HttpRequest, page: Page, admin_context: dict[str, Any], facts: list[str], **question: str
) -> HttpResponse:
    back_url = reverse("admin:pages_page_change", args=[page.pk])
    return confirmation.ask(request, admin_context, facts=facts, back_url=back_url, **question)
