"""Every page has one address: the other hosts of the site send their visitors to it."""

import pytest
from django.conf import settings as site
from django.test import Client

from practice.security_headers import without_django

SITE = "https://practice.example"
OTHER = "www.practice.example"
ANSWERS = {"name": "Zoë", "message": "Please ring me."}


@pytest.fixture(autouse=True)
def _public_site(settings):
    settings.SITE_URL, settings.SITE_HOST, settings.OTHER_HOSTS = SITE, "practice.example", [OTHER, "practice.example"]
    settings.ALLOWED_HOSTS = ["practice.example", OTHER, *site.LOOPBACK_HOSTS]
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000


def ask(path="/", host=OTHER, method="get", secure=True, headers=(), **options):
    return getattr(Client(), method)(path, secure=secure, headers={"host": host, **dict(headers)}, **options)


@pytest.mark.parametrize("host", [OTHER, OTHER.upper(), f"{OTHER}.", f"{OTHER}:8443"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_another_host_leads_to_the_same_page_for_good(method, host):
    response = ask("/addictions/ketamine/?a=b%20c&d=%C3%AB", host, method)
    assert response.status_code == 301
    assert response.headers["Location"] == f"{SITE}/addictions/ketamine/?a=b%20c&d=%C3%AB"


@pytest.mark.parametrize("path", ["//evil.example/", "/%2F/evil.example", "/\\evil.example", "/a%0d%0aSet-Cookie:x=y"])
def test_it_never_leads_elsewhere(path):
    address = ask(path).headers["Location"]
    assert address.startswith(f"{SITE}/")
    assert "\n" not in address


def test_it_carries_the_security_headers_and_no_others():
    headers = dict(ask().headers)
    assert headers.pop("Location") == f"{SITE}/"
    assert headers.pop("Content-Type").startswith("text/html")
    assert headers.pop("Content-Length", "0") == "0"
    assert headers == without_django()
    assert not ask().cookies


def test_plain_http_first_leads_to_https_at_the_same_host():
    response = ask("/a/", secure=False)
    assert (response.status_code, response.headers["Location"]) == (301, f"https://{OTHER}/a/")
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.django_db
def test_what_was_posted_to_another_host_is_sent_again_and_shown_with_every_answer():
    response = ask("/consultation/", method="post", data=ANSWERS, headers={"origin": f"https://{OTHER}"})
    assert (response.status_code, response.headers["Location"]) == (308, f"{SITE}/consultation/")

    strict = Client(enforce_csrf_checks=True)
    headers = {"host": "practice.example", "origin": f"https://{OTHER}"}  # as a browser sends it after a 308
    page = strict.post("/consultation/", ANSWERS, secure=True, headers=headers)
    assert page.status_code == 403
    assert "Please ring me." in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["practice.example", "127.0.0.1", "localhost", "[::1]"])
def test_the_host_of_the_site_and_this_machine_lead_nowhere(host):
    assert ask("/robots.txt", host).status_code == 200


@pytest.mark.django_db
def test_an_unknown_host_is_refused():
    assert ask(host="elsewhere.example").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["[::1", "elsewhere.example"])
def test_a_body_that_cannot_be_read_is_refused_at_any_host(host):
    damaged = {"data": b"--x", "content_type": "multipart/form-data"}  # without a boundary
    response = Client(raise_request_exception=False).post("/draft/x/", **damaged, secure=True, headers={"host": host})
    assert response.status_code == 400


@pytest.mark.django_db
def test_the_health_of_the_site_is_told_at_every_host():
    assert ask("/health/").status_code in (200, 503)
    assert ask("/health/", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 301
