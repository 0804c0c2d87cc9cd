"""What a browser finds at SITE_URL: whether it answers, how long its certificate is valid, and what HSTS promises."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings

from practice import certificates, durations
from practice.health import HealthFinding

MAX_SECONDS = 10
NO_ADDRESS = (
    "{} has no address that this machine can find, so nothing is known of its certificate. The machine may be offline, "
    "or the name is not in the DNS yet."
)
UNREACHABLE = (
    "{} can't be reached from this machine ({}), so nothing is known of its certificate. Look from another network: "
    "some keep a machine from reaching its own public address."
)
REFUSED = "Browsers refuse the certificate of {}: {}."
ENDS = "The certificate of {} is valid for another {}."
ENDS_SOON = ENDS + " It should have been renewed by now: look at the log of what renews it."
ANSWERS = "{} answers with status {}."
NO_HSTS = "{} does not tell browsers to keep to HTTPS (no Strict-Transport-Security header)."
NOT_HSTS = "The Strict-Transport-Security header of {} can't be understood: {}"
HSTS_OFF = "{} tells browsers that they may leave HTTPS again (max-age=0)."
HSTS = "{} tells browsers to keep to HTTPS for {}, for {}."


@dataclass(frozen=True)
class Visit:
    """What one request was answered with, and the certificate of the connection."""

    status: int
    hsts: str | None
    certificate: dict[str, Any]


def findings(now: datetime) -> Iterator[HealthFinding]:
    """Visit SITE_URL as a browser does; without HTTPS, yield nothing."""
    if not settings.HTTPS:
        return
    host = urlsplit(settings.SITE_URL).netloc
    try:
        visit = _visit(settings.SITE_URL)
    except ssl.SSLCertVerificationError as problem:
        yield HealthFinding("certificate", REFUSED.format(host, problem.verify_message), is_fine=False)
    except socket.gaierror:
        yield HealthFinding("website", NO_ADDRESS.format(host), is_known=False)
    except (OSError, http.client.HTTPException) as problem:
        yield HealthFinding("website", UNREACHABLE.format(host, type(problem).__name__), is_known=False)
    else:
        yield HealthFinding("website", ANSWERS.format(host, visit.status), is_fine=visit.status < 400)
        yield _certificate(host, visit.certificate, now)
        yield _hsts(host, visit.hsts)


def _visit(url: str) -> Visit:
    address = urlsplit(url)
    connection = http.client.HTTPSConnection(
        address.hostname or "", address.port, timeout=MAX_SECONDS, context=ssl.create_default_context()
    )
    try:
        connection.connect()
        certificate = cast(ssl.SSLSocket, connection.sock).getpeercert() or {}
        connection.request("GET", address.path or "/", headers={"User-Agent": "doctor"})
        response = connection.getresponse()
        return Visit(response.status, response.headers["Strict-Transport-Security"], certificate)
    finally:
        connection.close()


def _certificate(host: str, certificate: dict[str, Any], now: datetime) -> HealthFinding:
    left = durations.in_words(certificates.seconds_left(certificate, now.timestamp()))
    is_fine = not certificates.is_overdue(certificate, now.timestamp())
    return HealthFinding("certificate", (ENDS if is_fine else ENDS_SOON).format(host, left), is_fine=is_fine)


def _hsts(host: str, header: str | None) -> HealthFinding:
    """Read the header as RFC 6797, 6.1 says."""
    if header is None:
        return HealthFinding("HSTS", NO_HSTS.format(host), is_fine=False)
    directives = {}
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    seconds = directives.get("max-age", "")
    if not (seconds.isascii() and seconds.isdigit()):
        return HealthFinding("HSTS", NOT_HSTS.format(host, header[:200]), is_fine=False)
    if int(seconds) == 0:
        return HealthFinding("HSTS", HSTS_OFF.format(host), is_fine=False)
    reach = "every host below it too" if "includesubdomains" in directives else "this host only"
    reach += ", and asks to be on the list that browsers come with" if "preload" in directives else ""
    return HealthFinding("HSTS", HSTS.format(host, durations.in_words(int(seconds)), reach))
