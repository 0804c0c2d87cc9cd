"""Recreate the blocks that were deleted in another tab while they were being edited in this one."""

import re
from typing import TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from pages.models import Page
from pages.page_source import ALL_BLOCK_TYPES

Value = TypeVar("Value")


def recreate(request: HttpRequest, page: Page) -> None:
    """Renumber the posted forms so that those whose row has been deleted come last, as new rows.

    Django's formsets expect the forms of existing rows first.
    """
    posted: MultiValueDict[str, str] = request.POST.copy()
    files = request.FILES.copy()
    is_changed = False
    for kind in ALL_BLOCK_TYPES:
        prefix = f"pages_{kind._meta.model_name}_set"
        counts = [posted.get(f"{prefix}-{name}_FORMS", "") for name in ("INITIAL", "TOTAL")]
        if not all(count.isdecimal() and len(count) < 5 for count in counts) or counts[0] == "0":
            continue  # nothing to renumber, or counts that no browser sends: the formset will report them
        initial, total = map(int, counts)
        existing = {str(pk) for pk in kind._default_manager.filter(parent=page).values_list("pk", flat=True)}
        deleted = [number for number in range(initial) if posted.get(f"{prefix}-{number}-id", "") not in existing]
        if deleted:
            is_changed = True
            order = [n for n in range(initial) if n not in deleted] + [
                n for n in range(total) if n >= initial or n in deleted
            ]
            positions = {str(number): str(position) for position, number in enumerate(order)}
            for number in deleted:
                posted[f"{prefix}-{number}-id"] = ""
            posted, files = _renumbered(posted, prefix, positions), _renumbered(files, prefix, positions)
            posted[f"{prefix}-INITIAL_FORMS"] = str(initial - len(deleted))
    if is_changed:
        query = QueryDict(mutable=True)
        for name, values in posted.lists():
            query.setlist(name, values)
        # The type stubs declare POST as immutable and leave out private attributes.
        request.POST, request._files = query, files  # type: ignore[assignment, attr-defined]


def _renumbered(
    values: MultiValueDict[str, Value], prefix: str, positions: dict[str, str]
) -> MultiValueDict[str, Value]:
    numbered = re.compile(rf"({re.escape(prefix)}-)(\d+)(-.*)")
    renamed: MultiValueDict[str, Value] = MultiValueDict()
    for name, items in values.lists():
        match = numbered.fullmatch(name)
        if match and match[2] in positions:
            name = f"{match[1]}{positions[match[2]]}{match[3]}"
        renamed.setlist(name, items)
    return renamed
