"""What the doctor says of the certificate and of HSTS, against a TLS server on loopback."""

import socket

import pytest
from django.utils import timezone

from practice.doctor import website
from tests.bookings.ical.tls_server import CalendarServer, CertificateAuthority, reply

YEAR = "max-age=31536000"
GOOD = reply(b"", Strict_Transport_Security=YEAR)


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """One that this machine trusts."""
    authority = CertificateAuthority(tmp_path)
    (tmp_path / "authority.pem").write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def serve(authority, settings):
    """Returns a function that starts the site's proxy, with a certificate for so many days."""
    running = []

    def start(answer=GOOD, host="localhost", begins=-30, ends=60):
        context = authority.server_context(host, begins=begins, ends=ends)
        server = CalendarServer(context, answer and {"/": answer}).__enter__()
        running.append(server)
        settings.HTTPS, settings.SITE_URL = True, f"https://localhost:{server.listener.getsockname()[1]}"
        return server

    yield start
    for server in running:
        server.__exit__()


def look():
    return {finding.name: finding for finding in website.findings(timezone.now())}


def test_a_good_site_is_fine(serve):
    server = serve()
    found = look()
    assert list(found) == ["website", "certificate", "HSTS"]
    assert all(finding.is_fine and finding.is_known for finding in found.values())
    assert "answers with status 200" in found["website"].sentence
    assert "is valid for another 59 days" in found["certificate"].sentence
    assert "for 1 year, for this host only" in found["HSTS"].sentence
    assert b"Cookie" not in server.requests[0]


@pytest.mark.parametrize(
    ("begins", "ends", "is_fine", "left"),
    [
        (-76, 13.5, False, "13 days"),
        (-75, 14.5, True, "14 days"),
        (-1, 6.5, True, "6 days"),
        (-4.5, 1.4, False, "33 hours"),
        (-4.5, 1.6, True, "38 hours"),
        (-0.01, 0.49, True, "11 hours"),  # of Caddy's own authority
        (-0.35, 0.15, True, "3 hours"),
        (-0.4, 0.1, False, "2 hours"),
    ],
)
def test_a_certificate_that_ends_soon_fails(serve, begins, ends, is_fine, left):
    """One that lives for days or hours has a quarter of its life left, because it's renewed before."""
    serve(begins=begins, ends=ends)
    assert look()["certificate"].is_fine == is_fine
    assert f"is valid for another {left}." in look()["certificate"].sentence


@pytest.mark.parametrize(
    ("host", "ends", "words"),
    [("localhost", -1, "certificate has expired"), ("another.example", 60, "Hostname mismatch")],
)
def test_a_certificate_that_browsers_refuse_fails(serve, host, ends, words):
    serve(host=host, ends=ends)
    [finding] = website.findings(timezone.now())
    assert finding.name == "certificate"
    assert not finding.is_fine
    assert words in finding.sentence


def test_a_certificate_that_nobody_has_signed_fails(serve, monkeypatch, tmp_path):
    serve()
    (tmp_path / "other").mkdir()
    other = CertificateAuthority(tmp_path / "other")
    (tmp_path / "other.pem").write_text(other.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    [finding] = website.findings(timezone.now())
    assert not finding.is_fine
    assert "Browsers refuse the certificate" in finding.sentence


@pytest.mark.parametrize(
    ("header", "is_fine", "words"),
    [
        (None, False, "no Strict-Transport-Security header"),
        ("max-age=300", True, "for 5 minutes, for this host only."),
        ("MAX-AGE=86400; IncludeSubDomains", True, "for 1 day, for every host below it too."),
        ('max-age="63072000"; includeSubDomains; preload', True, "asks to be on the list that browsers come with"),
        ("max-age=0", False, "may leave HTTPS again"),
        ("max-age=", False, "can't be understood"),
        ("includeSubDomains", False, "can't be understood"),
        ("max-age=one year", False, "can't be understood"),
    ],
)
def test_hsts_is_read(serve, header, is_fine, words):
    serve(reply(b"", **({"Strict_Transport_Security": header} if header is not None else {})))
    assert look()["HSTS"].is_fine == is_fine
    assert words in look()["HSTS"].sentence


@pytest.mark.parametrize(
    ("status", "is_fine"), [("302 Found", True), ("404 Not Found", False), ("502 Bad Gateway", False)]
)
def test_a_proxy_without_a_site_behind_it_fails(serve, status, is_fine):
    serve(reply(b"", status, Strict_Transport_Security=YEAR))
    assert look()["website"].is_fine == is_fine
    assert look()["certificate"].is_fine


@pytest.mark.parametrize("state", ["refused", "no name", "silent", "no TLS answer"])
def test_what_cannot_be_reached_from_here_is_unknown_and_not_bad(serve, settings, monkeypatch, state):
    monkeypatch.setattr(website, "MAX_SECONDS", 0.5)
    match state:
        case "refused":
            with socket.create_server(("127.0.0.1", 0)) as free:
                settings.HTTPS, settings.SITE_URL = True, f"https://localhost:{free.getsockname()[1]}"
        case "no name":
            settings.HTTPS, settings.SITE_URL = True, "https://no-such-host.invalid"
        case "silent":
            serve(None)
        case "no TLS answer":
            serve(b"nonsense\r\n\r\n")

    [finding] = website.findings(timezone.now())
    assert finding.name == "website"
    assert finding.is_fine
    assert not finding.is_known


def test_a_site_without_https_is_not_visited(settings):
    assert settings.HTTPS is False
    assert list(website.findings(timezone.now())) == []
