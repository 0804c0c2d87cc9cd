"""The list of pages in the admin: in tree order, without removed pages unless they are filtered for."""

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
    """Sort each page after its parent and add `depth` (0 for top-level pages)."""
    positions: dict[int, tuple[int | None, tuple[int, int]]] = {
        number: (parent, (position, number))
        for number, parent, position in Page.objects.values_list("pk", "parent", "position")
    }

    def key(page: Page) -> list[tuple[int, int]]:
        keys: list[tuple[int, int]] = []
        number: int | None = page.pk
        while number is not None and len(keys) < len(positions):  # a cycle of parents must not hang the list
            number, position = positions[number]
            keys.insert(0, position)
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

    def queryset(  # type: ignore[override]  # the stubs expect a queryset of any model
        self, request: HttpRequest, pages: PageQuerySet
    ) -> PageQuerySet:
        present = pages.not_removed()
        match self.value():
            case "live":
                return present.live(timezone.now())
            case "changed":
                return present.with_unpublished_changes(timezone.now())
            case "draft":
                return present.filter(live_version__isnull=True)
            case "removed":
                return pages.removed()
            case _:
                return present
