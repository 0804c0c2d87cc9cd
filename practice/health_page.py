"""`/health/`: 200 while the site works, 503 while something needs a person.

It is for this machine and for whoever knows HEALTH_TOKEN, which also shows what was found; to anybody else there is no
such page. It answers before the host name and HTTPS are looked at, sets no cookie and redirects nowhere, so that a
monitor needs nothing but the address.
"""

import hmac
from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from practice import health
from practice.security_headers import without_django

PATH = "/health/"
SCHEME = "Bearer "  # of the Authorization header (RFC 6750, 2.1)


def health_page(get_response: Callable) -> Callable:
    """Middleware: answer for those who may ask, before the rest of the middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and (has_token(request) or is_from_this_machine(request)):
            return answer(request)
        return get_response(request)

    return middleware


def absent(request: HttpRequest) -> HttpResponse:
    """Answer 404 to everybody else. The address is among the URL patterns so that no page can be given it."""
    raise Http404


def answer(request: HttpRequest) -> HttpResponse:
    findings = list(health.read(timezone.now()))
    is_fine = not any(finding.is_failure for finding in findings)
    content: dict[str, object] = {"status": "fine" if is_fine else "failing"}
    if has_token(request):
        content["findings"] = [asdict(finding) for finding in findings]
    headers = without_django() | {"Cache-Control": "no-store"}
    return JsonResponse(content, status=200 if is_fine else 503, headers=headers)


def has_token(request: HttpRequest) -> bool:
    given = request.headers.get("authorization", "")
    expected = SCHEME + settings.HEALTH_TOKEN
    return bool(settings.HEALTH_TOKEN) and hmac.compare_digest(given.encode(), expected.encode())


def is_from_this_machine(request: HttpRequest) -> bool:
    """Return whether the request comes from here and from no proxy, which would pass on those of strangers."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    address = request.META.get("REMOTE_ADDR", "")
    if not address:  # a Unix socket
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
