"""Look at the site from outside, as a visitor meets it. Nothing is sent: the form is only fetched."""

import http.client
import re
import socket
import ssl
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from practice import certificates, durations

ONCE = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
)
NEVER = ("X-Powered-By", "Via")
TIMEOUT = 20  # seconds, for each answer


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Site:
    """A site by its name, wherever that leads: `address` and the ports are others for a trial on this machine."""

    name: str
    context: ssl.SSLContext
    address: str = ""
    http_port: int = 80
    https_port: int = 443

    def get(self, path: str, *, secure: bool = True, **headers: str) -> Answer:
        """Return the answer. Raises OSError, which ssl's errors are too."""
        raw = socket.create_connection(
            (self.address or self.name, self.https_port if secure else self.http_port), TIMEOUT
        )
        connection = http.client.HTTPConnection(self.name, timeout=TIMEOUT)
        connection.sock = self.context.wrap_socket(raw, server_hostname=self.name) if secure else raw
        try:
            connection.request("GET", path, headers={"Connection": "close", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
        except http.client.HTTPException as problem:
            raise OSError(f"what answers is no web server ({type(problem).__name__})") from problem
        finally:
            connection.close()

    def certificate(self) -> dict[str, Any]:
        """Return the certificate as ssl.SSLSocket.getpeercert does. Raises OSError."""
        raw = socket.create_connection((self.address or self.name, self.https_port), TIMEOUT)
        with self.context.wrap_socket(raw, server_hostname=self.name) as connection:
            return cast("dict[str, Any]", connection.getpeercert())


def certificate(site: Site) -> Iterator[str]:
    found, now = site.certificate(), time.time()
    if certificates.is_overdue(found, now):
        left = durations.in_words(certificates.seconds_left(found, now))
        yield f"The certificate ends in {left}: the proxy should have replaced it."


def redirect(site: Site) -> Iterator[str]:
    answer = site.get("/consultation/?type=x", secure=False)
    expected = f"https://{site.name}/consultation/?type=x"
    if answer.status not in (301, 308) or answer.headers["Location"] != expected:
        yield f"http://{site.name} answers {answer.status} and doesn't lead to {expected}."


def page(site: Site) -> Iterator[str]:
    answer = site.get("/")
    if answer.status != 200 or "</html>" not in answer.text:
        yield f"The first page answers {answer.status}."
    if answer.headers.get_all("Set-Cookie"):
        yield "The first page sets a cookie."
    for name in ONCE:
        count = len(answer.headers.get_all(name, []))
        if count != 1:
            yield f"The header {name} is there {count} times: the proxy must neither add nor remove it."
    for name in NEVER:
        if answer.headers[name]:
            yield f"The header {name} says {answer.headers[name]!r}: the proxy should leave it out."
    if re.search(r"\d", answer.headers["Server"] or ""):
        yield f"The header Server says {answer.headers['Server']!r}: the proxy should leave out the version."


def stylesheet(site: Site) -> Iterator[str]:
    found = re.search(r'<link[^>]+href="(/static/[^"]+\.css)"', site.get("/").text)
    if not found or site.get(found[1]).status != 200:
        yield "The stylesheet is missing: run `practice collectstatic` and restart the site."


def form(site: Site) -> Iterator[str]:
    """Fetch the form twice, the second time with its cookie, as a browser does before it sends anything."""
    answer = site.get("/consultation/")
    cookies = answer.headers.get_all("Set-Cookie", [])
    if answer.status != 200 or 'name="csrfmiddlewaretoken"' not in answer.text:
        yield f"The form for a consultation answers {answer.status} and can't be sent."
    if not cookies:
        yield "The form sets no cookie, so it can't be sent."
    for cookie in cookies:
        if not (cookie.startswith("__Host-") and "Secure" in cookie and "Path=/" in cookie):
            yield f"The cookie {cookie.partition('=')[0]} isn't for HTTPS only: is SITE_URL right?"
    pairs = {cookie.partition(";")[0] for cookie in cookies}
    again = site.get("/consultation/", Cookie="; ".join(sorted(pairs))).headers.get_all("Set-Cookie", [])
    if not {cookie.partition(";")[0] for cookie in again} <= pairs:
        yield "The form doesn't recognise its own cookie."


def sign_in(site: Site) -> Iterator[str]:
    answer = site.get("/admin/login/")
    if answer.status != 200 or 'name="password"' not in answer.text:
        yield f"The page to sign in answers {answer.status}."


def health(site: Site) -> Iterator[str]:
    for name, value in (("Accept", "*/*"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")):
        status = site.get("/health/", secure=True, **{name: value}).status
        if status != 404:
            yield f"/health/ answers strangers with {status}: the proxy must set X-Forwarded-For."


def other_hosts(site: Site) -> Iterator[str]:
    answer = site.get("/", Host="stranger.example")
    if answer.status == 200 and "</html>" in answer.text:
        yield "The site answers under a name that isn't its own."


CHECKS: dict[str, Callable[[Site], Iterator[str]]] = {
    "The certificate is trusted and lasts": certificate,
    "http:// leads to https://": redirect,
    "The first page answers, with each security header once": page,
    "The stylesheet is there": stylesheet,
    "The form can be fetched and knows its cookie": form,
    "The desk asks for a password": sign_in,
    "/health/ is not for strangers": health,
    "Other names are refused": other_hosts,
}


def check(site: Site) -> list[tuple[str, list[str]]]:
    """Return each check's name with the problems that it found."""
    return [(name, list(_problems(site, look))) for name, look in CHECKS.items()]


def _problems(site: Site, look: Callable[[Site], Iterator[str]]) -> Iterator[str]:
    try:
        yield from look(site)
    except OSError as problem:
        yield f"No answer: {problem}."


def wait(site: Site, seconds: float) -> None:
    """Wait until the proxy has its certificate and answers, at most so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            site.get("/robots.txt")
        except OSError:
            time.sleep(1)
        else:
            return


def report(site: Site) -> bool:
    """Print what was found, and return whether all is well."""
    results = check(site)
    for name, problems in results:
        print(f"{'failing' if problems else 'fine   '}  {name}")
        for problem in problems:
            print(f"         {problem}")
    return not any(problems for _, problems in results)


def main() -> None:
    parser = ArgumentParser(prog="deploy/outside-check", description="Look at the site as a visitor meets it.")
    parser.add_argument("url", help="such as https://practice.example; a port belongs to HTTPS")
    parser.add_argument("--address", default="", help="connect to this address instead of the name's")
    parser.add_argument("--http-port", type=int, default=80)
    parser.add_argument("--authority", type=Path, help="trust this certificate authority, for a trial")
    options = parser.parse_args()
    parts = urlsplit(options.url)
    if parts.scheme != "https" or not parts.hostname:
        sys.exit("Give an address that starts with https://.")
    context = ssl.create_default_context(cafile=options.authority)
    site = Site(parts.hostname, context, options.address, options.http_port, parts.port or 443)
    sys.exit(0 if report(site) else 1)


if __name__ == "__main__":
    main()
