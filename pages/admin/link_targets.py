"""List what a link in the editor can lead to: every page of the site, and the practice's facts."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages import publishing
from pages.admin.page_list import in_tree_order
from pages.models import Page
from practice import facts


@require_safe
def link_targets(request: HttpRequest, **kwargs: Any) -> JsonResponse:
    return JsonResponse({"pages": _pages(), "facts": _facts()})


def _pages() -> list[dict[str, Any]]:
    """List the pages in tree order; `state` is empty for those that visitors can open."""
    return [
        {
            "id": page.pk,
            "title": page.title,
            "depth": page.depth,
            "state": "" if page.live_version is not None else publishing.describe(page),
        }
        for page in in_tree_order(Page.objects.not_removed().with_state(timezone.now()))
    ]


def _facts() -> list[dict[str, str]]:
    current = facts.current()
    labels = {
        "phone": "Phone number",
        "registration": "Registration",
        "record-years": "How long client records are kept",
    }
    for fee in current.fees:
        labels |= {f"fee-{fee.pk}": f"Fee: {fee.name}", f"length-{fee.pk}": f"Length: {fee.name}"}
    return [{"token": token, "label": labels[token], "words": words} for token, words in current.tokens.items()]
