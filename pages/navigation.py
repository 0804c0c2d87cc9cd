"""Menus, breadcrumbs and addresses around a page, in one query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from pages.models import Page, Revision, RevisionQuerySet


@dataclass(frozen=True)
class NavigationItem:
    label: str
    path: str
    is_current: bool = False
    title: str = ""
    summary: str = ""
    children: tuple["NavigationItem", ...] = ()
    lists_services: bool = False  # the pages below it describe services


@dataclass(frozen=True)
class Navigation:
    """Only what visitors may see; a page that is not live leaves an empty path."""

    main: tuple[NavigationItem, ...] = ()
    footer: tuple[NavigationItem, ...] = ()
    breadcrumbs: tuple[NavigationItem, ...] = ()  # from the home page down to the page above this one
    children: tuple[NavigationItem, ...] = ()
    home: str = ""
    privacy: str = ""
    urgent_help: str = ""
    private_browsing: str = ""
    pages: dict[int, "NavigationItem"] | None = None  # all of these by id, and those that the text refers to


def build(
    *,
    now: datetime,
    page: int | None = None,
    path: str = "",
    referred: Iterable[int] = (),
    leads_to: Callable[[int], str] | None = None,
) -> Navigation:
    """`page` and `path` are those of the page being shown, `referred` the pages its text links to.

    With `leads_to`, the menus are those of the site as it was at `now`, and lead where that says.
    """
    above = _paths_above(path)
    editions = Revision.objects.shown_at(now) if leads_to else Revision.objects.public(now)
    rows = _rows(editions, page, above, set(referred))
    items = {row["page"]: _item(row, page, leads_to) for row in rows}
    below: dict[int | None, list[int]] = {}
    for row in rows:
        below.setdefault(row["page__parent"], []).append(row["page"])
    menu = {name: [row for row in rows if row["page__menu"] == name] for name in Page.Menu.values}
    in_main = {row["page"] for row in menu[Page.Menu.MAIN]}

    def branch(number: int) -> NavigationItem:
        children = [child for child in below.get(number, []) if child in in_main]
        return replace(items[number], children=tuple(branch(child) for child in children))

    roles = {row["page__role"]: items[row["page"]].path for row in rows if row["page__role"]}
    by_path = {row["path"]: items[row["page"]] for row in rows}
    return Navigation(
        main=tuple(branch(row["page"]) for row in menu[Page.Menu.MAIN] if row["page__parent"] not in in_main),
        footer=tuple(items[row["page"]] for row in menu[Page.Menu.FOOTER]),
        breadcrumbs=tuple(by_path[path] for path in above if path in by_path),
        children=tuple(items[number] for number in below.get(page, [])) if page else (),
        pages=items,
        **{role: roles.get(role, "") for role in Page.Role.values},
    )


def _rows(editions: RevisionQuerySet, page: int | None, above: list[str], referred: set[int]) -> list[dict[str, Any]]:
    wanted = (
        Q(page__menu__in=[Page.Menu.MAIN, Page.Menu.FOOTER])
        | Q(page__role__isnull=False)
        | Q(page__in=referred)
        | Q(path__in=above)
    )
    if page:
        wanted |= Q(page__parent=page)
    return list(
        editions.with_current_path()
        .filter(wanted)
        .order_by("page__position", "page")
        .values("page", "page__parent", "page__menu", "page__role", "page__lists_services", "path")
        .annotate(
            title=KT("source__title"),
            label=KT("source__menu_label"),
            lead=KT("source__lead"),
            description=KT("source__description"),
        )
    )


def _item(row: dict[str, Any], page: int | None, leads_to: Callable[[int], str] | None) -> NavigationItem:
    title = row["title"] or row["path"]
    return NavigationItem(
        label=row["label"] or title,
        path=leads_to(row["page"]) if leads_to else row["path"],
        is_current=row["page"] == page,
        title=title,
        summary=row["lead"] or row["description"] or "",
        lists_services=row["page__lists_services"],
    )


def _paths_above(path: str) -> list[str]:
    """`/a/b/c/` is below `/`, `/a/` and `/a/b/`."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/" + "".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts))]
