"""Web addresses: computed from the tree, kept for ever, one of them current for each page."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from pages.models import Page, PagePath


def assign(page: Page) -> str:
    """Gives the page and all below it the addresses of their present place; returns the page's path."""
    with transaction.atomic():
        paths = _paths(page)
        former = PagePath.objects.filter(page__in=paths, is_current=True)
        changed = paths.items() - set(former.values_list("page", "path"))
        former.filter(page__in=[number for number, _ in changed]).update(is_current=False)
        PagePath.objects.bulk_create(
            [PagePath(page_id=number, path=path, is_current=True) for number, path in changed],
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["page", "is_current"],
        )
    return paths[page.pk]


def moves(page: Page) -> list[dict[str, Any]]:
    """What would change if the page, unsaved, were where it now says: page id, title, former and new path."""
    now = dict(PagePath.objects.filter(is_current=True).values_list("page", "path"))
    titles = dict(Page.objects.values_list("pk", "title"))
    return [
        {"page": number, "title": titles[number], "former": now.get(number, ""), "new": path}
        for number, path in _paths(page, slugs={page.pk: (page.parent_id, page.slug)}).items()
        if now.get(number) != path
    ]


def promised(page: Page) -> PagePath | None:
    """A former address of another page that this one, or one below it, would take from it."""
    moved = _paths(page, slugs={page.pk: (page.parent_id, page.slug)})
    former = PagePath.objects.filter(path__in=moved.values(), is_current=False, page__deleted_at=None)
    return former.exclude(page__in=moved).filter(page__editions__isnull=False).first()


def pages_at(paths: Iterable[str]) -> dict[str, int]:
    """Path to page id, for those paths, present or former, that belong to a page."""
    wanted = {path if path.endswith("/") else f"{path}/" for path in paths}
    return dict(PagePath.objects.filter(path__in=wanted).values_list("path", "page")) if wanted else {}


def _paths(page: Page, slugs: dict[int, tuple[int | None, str]] | None = None) -> dict[int, str]:
    """Page id to path, for the page and all kept pages below it; `slugs` win over what is saved."""
    saved = Page.objects.kept().values_list("pk", "parent", "slug")
    slugs = {number: (parent, slug) for number, parent, slug in saved} | (slugs or {})
    below = defaultdict(list)
    for number, (parent, _) in slugs.items():
        below[parent].append(number)

    path = "/"
    above: int | None = page.pk
    seen: set[int] = set()
    while above is not None and above not in seen:  # nobody can make a circle, but nobody should wait in one
        seen.add(above)
        above, slug = slugs[above]
        path = f"/{slug}{path}" if slug else path

    paths, waiting = {}, [(page.pk, path)]
    while waiting:
        number, path = waiting.pop()
        if number in paths:
            continue
        paths[number] = path
        waiting += [(child, f"{path}{slugs[child][1]}/") for child in below[number]]
    return paths
