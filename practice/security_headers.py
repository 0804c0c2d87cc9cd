"""The security headers, the same on every answer: of pages, files, redirects, errors, and of the web server itself."""

from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


def security_headers(get_response: Callable) -> Callable:
    """Middleware outside of all others: add what they have not set, because one of them may have answered first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.HTTPS and request.is_secure():
            response.headers["Strict-Transport-Security"] = hsts()
        return response

    return middleware


def hsts() -> str:
    """Return what Django sends too, and `max-age=0` as well, with which browsers forget what they were told before."""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)


def without_django() -> dict[str, str]:
    """Return the headers of an answer that Django had no part in."""
    headers = HEADERS | {"Content-Security-Policy": build_policy()}
    if settings.HTTPS:
        headers["Strict-Transport-Security"] = hsts()
    return headers
