"""What neither Django nor django-csp does for every request and response."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

ISOLATION = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}


def isolation_headers(get_response: Callable) -> Callable:
    """Middleware: nothing of another site is embedded here, nor this site anywhere else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in ISOLATION.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def plain_requests(get_response: Callable) -> Callable:
    """Middleware: what only an experiment sends is put right or refused before any view sees it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.headers.get("content-length") or "0"
        if not (length.isascii() and length.isdecimal() and len(length) < 19 and int(length) <= most_bytes(request)):
            raise RequestDataTooBig("The request is larger than any form of this site.")
        if request.encoding:
            request.encoding = "utf-8"  # our pages are UTF-8, so their forms are
        # PostgreSQL refuses a NUL, and no cookie of ours holds one.
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return get_response(request)

    return middleware


def most_bytes(request: HttpRequest) -> int:
    """Only a browser that has signed in may send large requests, and only to the desk."""
    is_desk = request.path.startswith("/admin/") and settings.SESSION_COOKIE_NAME in request.COOKIES
    return settings.MOST_BYTES_FROM_THE_DESK if is_desk else settings.MOST_BYTES_FROM_VISITORS
