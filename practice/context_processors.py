from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from practice import colours, facts


def practice(request: HttpRequest) -> dict[str, Any]:
    """Give every template the facts about the practice, which are read only if it uses them."""
    return {
        "facts": SimpleLazyObject(facts.current),
        "canonical": settings.SITE_URL + request.path,
        "theme_colours": colours.THEME_COLOURS,
        "site_url": settings.SITE_URL,
    }
