"""Read the navigation around a page, which is its menus, breadcrumbs and child pages, in one query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from pages.models import Page, Revision, RevisionQuerySet


@dataclass(frozen=True)
class NavigationItem:
    """A page as menus, breadcrumbs, cards and links show it."""

    label: str
    path: str
    is_current: bool = False
    title: str = ""
    summary: str = ""
    children: tuple["NavigationItem", ...] = ()
    lists_services: bool = False  # the pages below it describe services


@dataclass(frozen=True)
class Navigation:
    """The navigation that visitors may see; the path of a page that is not live is empty."""

    main: tuple[NavigationItem, ...] = ()
    footer: tuple[NavigationItem, ...] = ()
    breadcrumbs: tuple[NavigationItem, ...] = ()  # from the home page down to the page above this one
    children: tuple[NavigationItem, ...] = ()
    home: str = ""
    privacy: str = ""
    urgent_help: str = ""
    private_browsing: str = ""
    pages: dict[int, "NavigationItem"] | None = None  # by id: all of the above and those that the text refers to


def build(
    *,
    now: datetime,
    page: int | None = None,
    path: str = "",
    referred: Iterable[int] = (),
    url_of: Callable[[int], str] | None = None,
) -> Navigation:
    """Build the navigation around a page; `referred` are the pages that its text links to.

    With `url_of`, the menus are those of the site as it was at `now`, with the URLs that it returns.
    """
    ancestor_paths = _ancestor_paths(path)
    revisions = Revision.objects.live_at(now) if url_of else Revision.objects.public(now)
    rows = _rows(revisions, page, ancestor_paths, set(referred))
    items = {row["page"]: _item(row, page, url_of) for row in rows}
    children_of: dict[int | None, list[int]] = {}
    for row in rows:
        children_of.setdefault(row["page__parent"], []).append(row["page"])
    menu = {name: [row for row in rows if row["page__menu"] == name] for name in Page.Menu.values}
    in_main = {row["page"] for row in menu[Page.Menu.MAIN]}

    def branch(number: int) -> NavigationItem:
        children = [child for child in children_of.get(number, []) if child in in_main]
        return replace(items[number], children=tuple(branch(child) for child in children))

    roles = {row["page__role"]: items[row["page"]].path for row in rows if row["page__role"]}
    by_path = {row["path"]: items[row["page"]] for row in rows}
    return Navigation(
        main=tuple(branch(row["page"]) for row in menu[Page.Menu.MAIN] if row["page__parent"] not in in_main),
        footer=tuple(items[row["page"]] for row in menu[Page.Menu.FOOTER]),
        breadcrumbs=tuple(by_path[path] for path in ancestor_paths if path in by_path),
        children=tuple(items[number] for number in children_of.get(page, [])) if page else (),
        pages=items,
        **{role: roles.get(role, "") for role in Page.Role.values},
    )


def _rows(
    revisions: RevisionQuerySet, page: int | None, ancestor_paths: list[str], referred: set[int]
) -> list[dict[str, Any]]:
    condition = (
        Q(page__menu__in=[Page.Menu.MAIN, Page.Menu.FOOTER])
        | Q(page__role__isnull=False)
        | Q(page__in=referred)
        | Q(path__in=ancestor_paths)
    )
    if page:
        condition |= Q(page__parent=page)
    return list(
        revisions.with_current_path()
        .filter(condition)
        .order_by("page__position", "page")
        .values("page", "page__parent", "page__menu", "page__role", "page__lists_services", "path")
        .annotate(
            title=KT("source__title"),
            label=KT("source__menu_label"),
            lead=KT("source__lead"),
            description=KT("source__description"),
        )
    )


def _item(row: dict[str, Any], page: int | None, url_of: Callable[[int], str] | None) -> NavigationItem:
    title = row["title"] or row["path"]
    return NavigationItem(
        label=row["label"] or title,
        path=url_of(row["page"]) if url_of else row["path"],
        is_current=row["page"] == page,
        title=title,
        summary=row["lead"] or row["description"] or "",
        lists_services=row["page__lists_services"],
    )


def _ancestor_paths(path: str) -> list[str]:
    """Return the paths above a path: `/`, `/a/` and `/a/b/` for `/a/b/c/`."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    return ["/" + "".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts))]
