"""Short names that no top-level page can have, because the site answers at these addresses itself.

They are read from the URL patterns of every app, so a new view reserves its own.
"""

from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, get_urlconf

RESERVED = "“/{slug}/” is used by the site itself. Choose another word."


def reserved_slugs() -> frozenset[str]:
    """Return the first part of each address that is not left to pages, without slashes."""
    static = settings.STATIC_URL.strip("/").partition("/")[0]
    return _first_parts(get_urlconf() or settings.ROOT_URLCONF) | {static}


@cache
def _first_parts(urlconf: str) -> frozenset[str]:
    return frozenset(_of_patterns(get_resolver(urlconf).url_patterns, ""))


def _of_patterns(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for entry in patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        first, slash, _ = route.partition("/")
        if isinstance(entry, URLResolver) and not slash:
            yield from _of_patterns(entry.url_patterns, route)
        elif first and "<" not in first:  # without the patterns of pages, which take any path
            yield first.lower()
