"""What the editor offers for a link: every page of the site, and the practice's facts by name."""

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
    """In the order of the tree; `state` is empty where visitors can follow a link."""
    return [
        {
            "id": page.pk,
            "title": page.title,
            "depth": page.depth,
            "state": "" if page.live_version is not None else publishing.describe(page),
        }
        for page in in_tree_order(Page.objects.kept().with_state(timezone.now()))
    ]


def _facts() -> list[dict[str, str]]:
    known = facts.current()
    labels = {"phone": "Telephone number", "registration": "Registration"}
    for fee in known.fees:
        labels |= {f"fee-{fee.pk}": f"Fee: {fee.name}", f"length-{fee.pk}": f"Length: {fee.name}"}
    return [{"token": token, "label": labels[token], "words": words} for token, words in known.tokens.items()]
