"""The admin's list of pages: in the order of the tree, removed pages out of sight until asked for."""

from collections.abc import Iterable

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils import timezone

from pages.models import Page, PageQuerySet


class PageChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = in_tree_order(self.result_list)


def in_tree_order(pages: Iterable[Page]) -> list[Page]:
    """Each page after the one above it; adds `depth` (0 at the top)."""
    places: dict[int, tuple[int | None, tuple[int, int]]] = {
        number: (parent, (position, number))
        for number, parent, position in Page.objects.values_list("pk", "parent", "position")
    }

    def key(page: Page) -> list[tuple[int, int]]:
        keys: list[tuple[int, int]] = []
        above: int | None = page.pk
        while above is not None and len(keys) < len(places):
            above, place = places[above]
            keys.insert(0, place)
        return keys

    ordered = sorted(pages, key=key)
    for page in ordered:
        page.depth = len(key(page)) - 1
    return ordered


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

    def queryset(  # type: ignore[override]  # the stubs know no filter for the rows of one model
        self, request: HttpRequest, pages: PageQuerySet
    ) -> PageQuerySet:
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
