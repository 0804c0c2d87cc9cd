"""Add what neither Django nor django-csp does to requests and responses."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

ISOLATION = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}


def isolation_headers(get_response: Callable) -> Callable:
    """Keep other sites from embedding this one, and this one from embedding others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in ISOLATION.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def plain_requests(get_response: Callable) -> Callable:
    """Clean up or refuse requests that no browser sends for a form of this site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # PostgreSQL refuses a NUL, and no cookie of this site contains one.
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        length = request.headers.get("content-length") or "0"
        if not (length.isascii() and length.isdecimal() and len(length) < 19 and is_allowed(request, int(length))):
            raise RequestDataTooBig("The request is larger than any form of this site.")
        if request.encoding:
            request.encoding = "utf-8"  # our pages are UTF-8, so their forms are
        return get_response(request)

    return middleware


def is_allowed(request: HttpRequest, length: int) -> bool:
    """Allow large requests only to the admin, from a browser with a session, even an expired one."""
    if length <= settings.MAX_BYTES_FROM_VISITORS:
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    is_known = bool(key) and Session.objects.filter(session_key=key).exists()
    return is_known and request.path.startswith("/admin/") and length <= settings.MAX_BYTES_FROM_STAFF
