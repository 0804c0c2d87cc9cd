"""Blocks that somebody deleted elsewhere while they were being edited here: what is sent for them makes new ones."""

import re
from typing import TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from pages.models import Page
from pages.source import ALL_KINDS

Value = TypeVar("Value")


def revive(request: HttpRequest, page: Page) -> None:
    """Renumbers what was posted, so that forms whose row is gone come after the others, as new ones."""
    posted: MultiValueDict[str, str] = request.POST.copy()
    files = request.FILES.copy()
    is_changed = False
    for kind in ALL_KINDS:
        prefix = f"pages_{kind._meta.model_name}_set"
        counts = [posted.get(f"{prefix}-{name}_FORMS", "") for name in ("INITIAL", "TOTAL")]
        if not all(count.isdecimal() and len(count) < 5 for count in counts) or counts[0] == "0":
            continue
        initial, total = map(int, counts)
        there = {str(pk) for pk in kind._default_manager.filter(parent=page).values_list("pk", flat=True)}
        gone = [number for number in range(initial) if posted.get(f"{prefix}-{number}-id", "") not in there]
        if gone:
            is_changed = True
            order = [n for n in range(initial) if n not in gone] + [
                n for n in range(total) if n >= initial or n in gone
            ]
            places = {str(number): str(place) for place, number in enumerate(order)}
            for number in gone:
                posted[f"{prefix}-{number}-id"] = ""
            posted, files = _renumbered(posted, prefix, places), _renumbered(files, prefix, places)
            posted[f"{prefix}-INITIAL_FORMS"] = str(initial - len(gone))
    if is_changed:
        query = QueryDict(mutable=True)
        for name, values in posted.lists():
            query.setlist(name, values)
        # The stubs know only a POST that cannot be changed, and leave out what Django keeps private.
        request.POST, request._files = query, files  # type: ignore[assignment, attr-defined]


def _renumbered(values: MultiValueDict[str, Value], prefix: str, places: dict[str, str]) -> MultiValueDict[str, Value]:
    numbered = re.compile(rf"({re.escape(prefix)}-)(\d+)(-.*)")
    renamed: MultiValueDict[str, Value] = MultiValueDict()
    for name, some in values.lists():
        found = numbered.fullmatch(name)
        if found and found[2] in places:
            name = f"{found[1]}{places[found[2]]}{found[3]}"
        renamed.setlist(name, some)
    return renamed
