"""HSTS says what the settings say, in Django's answers and in those of the server itself."""

import pytest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import Client, RequestFactory

from practice.security_headers import security_headers, without_django

HSTS = "Strict-Transport-Security"


@pytest.fixture
def hsts(settings):
    """Return a function that returns the header under settings, and that compares each way in which it is sent."""

    def hsts(seconds, subdomains=False, preload=False):
        settings.HTTPS, settings.SECURE_HSTS_SECONDS = True, seconds
        settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD = subdomains, preload
        request = RequestFactory().get("/", secure=True)
        own = security_headers(lambda request: HttpResponse())(request).headers[HSTS]
        if seconds:
            assert SecurityMiddleware(lambda request: HttpResponse())(request).headers[HSTS] == own
        assert without_django()[HSTS] == own
        return own

    return hsts


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        ([31_536_000], "max-age=31536000"),
        ([300], "max-age=300"),
        ([86_400, True], "max-age=86400; includeSubDomains"),
        ([63_072_000, True, True], "max-age=63072000; includeSubDomains; preload"),
        ([0], "max-age=0"),
    ],
)
def test_each_rung_of_the_ladder_is_sent(hsts, arguments, header):
    assert hsts(*arguments) == header


@pytest.mark.django_db
def test_nothing_is_promised_over_plain_http(settings):
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = False, 0
    assert HSTS not in without_django()
    assert HSTS not in Client().get("/robots.txt", secure=True).headers
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = True, 300
    assert HSTS not in Client().get("/robots.txt").headers
