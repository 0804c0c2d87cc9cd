"""Paths of pages: computed from the tree and kept for ever; each page has one current path.

Visitors of a former path are redirected in pages/views/page.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from pages.models import Page, PagePath


def assign(page: Page) -> str:
    """Save the paths of the page and its descendants in their current place; return the page's path."""
    with transaction.atomic():
        paths = _paths(page)
        old_paths = PagePath.objects.filter(page__in=paths, is_current=True)
        changed = paths.items() - set(old_paths.values_list("page", "path"))
        old_paths.filter(page__in=[number for number, _ in changed]).update(is_current=False)
        PagePath.objects.bulk_create(
            [PagePath(page_id=number, path=path, is_current=True) for number, path in changed],
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["page", "is_current"],
        )
    return paths[page.pk]


def moves(page: Page) -> list[dict[str, Any]]:
    """List the paths that saving the page would change: page id, title, old and new path."""
    current = dict(PagePath.objects.filter(is_current=True).values_list("page", "path"))
    titles = dict(Page.objects.values_list("pk", "title"))
    return [
        {"page": number, "title": titles[number], "old": current.get(number, ""), "new": path}
        for number, path in _paths(page, slugs={page.pk: (page.parent_id, page.slug)}).items()
        if current.get(number) != path
    ]


def conflicting_path(page: Page) -> PagePath | None:
    """Return a former path of another page that this page or a descendant would take over."""
    new_paths = _paths(page, slugs={page.pk: (page.parent_id, page.slug)})
    old_paths = PagePath.objects.filter(path__in=new_paths.values(), is_current=False, page__deleted_at=None)
    return old_paths.exclude(page__in=new_paths).filter(page__revisions__isnull=False).first()


def pages_at(paths: Iterable[str]) -> dict[str, int]:
    """Map those of the paths that belong to a page, now or formerly, to its id."""
    normalised = {path if path.endswith("/") else f"{path}/" for path in paths}
    return dict(PagePath.objects.filter(path__in=normalised).values_list("path", "page")) if normalised else {}


def _paths(page: Page, slugs: dict[int, tuple[int | None, str]] | None = None) -> dict[int, str]:
    """Map the page and its descendants that are not removed to their paths; `slugs` override what is saved."""
    saved = Page.objects.not_removed().values_list("pk", "parent", "slug")
    slugs = {number: (parent, slug) for number, parent, slug in saved} | (slugs or {})
    children = defaultdict(list)
    for number, (parent, _) in slugs.items():
        children[parent].append(number)

    path = "/"
    ancestor: int | None = page.pk
    visited: set[int] = set()
    while ancestor is not None and ancestor not in visited:  # a cycle of parents must not hang the request
        visited.add(ancestor)
        ancestor, slug = slugs[ancestor]
        path = f"/{slug}{path}" if slug else path

    paths, queue = {}, [(page.pk, path)]
    while queue:
        number, path = queue.pop()
        if number in paths:
            continue
        paths[number] = path
        queue += [(child, f"{path}{slugs[child][1]}/") for child in children[number]]
    return paths
