"""What the ketamine page is measured against: one Django view, no middleware, no template, no database."""

import secrets

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=secrets.token_urlsafe(50),
    MIDDLEWARE=[],
    MAX_BYTES_FROM_VISITORS=1000,
    MAX_BYTES_FROM_STAFF=1000,
)


def ok(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", headers={"Content-Length": "2"})  # which a middleware would set


urlpatterns = [path("", ok)]
application = get_wsgi_application()
