"""The admin's list of pages: in the order of the tree, removed pages out of sight until asked for."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pages.models import Page


class PageList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = in_tree_order(self.result_list)


def in_tree_order(pages: Iterable[Page]) -> list[Page]:
    """Each page after the one above it; adds `depth` (0 at the top)."""
    pages = list(pages)
    places = {
        number: (parent, (position, number))
        for number, parent, position in Page.objects.values_list("pk", "parent", "position")
    }

    def key(page: Page) -> list[tuple[int, int]]:
        keys, above = [], page.pk
        while above is not None and len(keys) < len(places):
            above, place = places[above]
            keys.insert(0, place)
        return keys

    for page in pages:
        page.depth = len(key(page)) - 1
    return sorted(pages, key=key)


class StateFilter(SimpleListFilter):
    title = "what visitors see"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("live", "Live"),
            ("changed", "Live, with unpublished changes"),
            ("draft", "Not live"),
            ("removed", "Removed"),
        ]

    def queryset(self, request: HttpRequest, pages: QuerySet) -> Any:
        kept = pages.kept()
        match self.value():
            case "live":
                return kept.live(timezone.now())
            case "changed":
                return kept.with_unpublished_changes(timezone.now())
            case "draft":
                return kept.filter(live_version__isnull=True)
            case "removed":
                return pages.removed()
            case _:
                return kept
