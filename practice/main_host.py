"""Send visitors of OTHER_HOSTS to the address of the site, so that every page has one address."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.request import split_domain_port


def main_host(get_response: Callable) -> Callable:
    """Middleware: redirect to the same path at SITE_URL.

    With 308, a browser sends the same body again, so that a form that was typed isn't lost. It comes after the redirect
    to HTTPS, because the preload list of HSTS wants each host to do that itself first.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        host, _ = split_domain_port(request.get_host())
        if host == settings.SITE_HOST or host not in settings.OTHER_HOSTS:
            return get_response(request)
        address = settings.SITE_URL + request.get_full_path()
        return HttpResponsePermanentRedirect(address, preserve_request=request.method not in ("GET", "HEAD"))

    return middleware
