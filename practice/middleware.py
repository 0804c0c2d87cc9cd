"""What neither Django nor django-csp does for every request and response."""

from collections.abc import Callable

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


def utf8_forms(get_response: Callable) -> Callable:
    """Middleware: our pages are UTF-8, so their forms are; a charset named otherwise is only an experiment."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.encoding:
            request.encoding = "utf-8"
        return get_response(request)

    return middleware
