from typing import Any

from django.db import Error
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from pages import navigation as menus


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Add the menus to views that are not pages; they are read only if a template uses them."""
    return {"nav": SimpleLazyObject(_menus)}


def _menus() -> menus.Navigation:
    try:
        return menus.build(now=timezone.now())
    except Error:  # a page without menus is better than an error page
        return menus.Navigation()
