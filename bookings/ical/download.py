"""Download a calendar from an address that somebody typed, and connect to nothing but the public internet."""

import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from bookings.ical.errors import CalendarError
from bookings.ical.stopping import in_time, never

MAX_SECONDS = 15.0
MAX_BYTES = 2_000_000
MAX_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
CHUNK_BYTES = 65_536
HEADERS = {"Accept": "text/calendar", "User-Agent": "Practice website", "Connection": "close"}
SAFE_IN_PATHS = "/?&=%:@!$'()*+,;~-._"

PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")  # all that IANA has allocated to the internet so far
NOT_REACHABLE = [
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # Teredo and other protocols (RFC 2928)
        "2002::/16",  # 6to4, which embeds an IPv4 address (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
]

NOT_HTTPS = "The calendar’s address has to start with https:// or webcal://."
UNSUPPORTED_ADDRESS = "The calendar’s address can’t contain a user name, a password or a port."
NOT_FOUND = "The server in the calendar’s address doesn’t exist."
NOT_PUBLIC = "The calendar’s address isn’t on the public internet."
TOO_MANY_REDIRECTS = "The calendar’s address redirects too many times."
UNREACHABLE = "The calendar’s server can’t be reached or closed the connection."
BAD_CERTIFICATE = "The calendar’s server doesn’t have a valid certificate."
SLOW = "The calendar’s server takes too long to respond."
TOO_LARGE = "The calendar is too large."
COMPRESSED = "The calendar’s server sends it compressed, which isn’t supported."
REFUSED = "The calendar’s server responds, but without a calendar (status {})."
NO_CALENDAR = "The address doesn’t lead to a calendar. Is it the secret address in iCal format?"


def resolve(host: str) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def connect(ip: str, seconds: float) -> socket.socket:
    return socket.create_connection((ip, 443), timeout=seconds)


@dataclass(frozen=True)
class Network:
    """How to resolve host names, connect to IP addresses and verify certificates."""

    resolve: Callable[[str], list[str]] = resolve
    connect: Callable[[str, float], socket.socket] = connect
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)


class Budget:
    """The time and bytes left for one calendar, redirects included."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self.ends_at = time.monotonic() + seconds
        self.bytes = max_bytes

    def seconds(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        seconds = self.ends_at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def spend(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise CalendarError(TOO_LARGE)


@dataclass(frozen=True)
class Target:
    host: str
    path: str
    url: str


def fetch(
    address: str,
    *,
    seconds: float = MAX_SECONDS,
    max_bytes: int = MAX_BYTES,
    network: Network | None = None,
    is_stopped: Callable[[], bool] = never,
) -> bytes:
    """Return the calendar. `seconds` and `max_bytes` limit the download and its redirects.

    Raises CalendarError, or ReadingStoppedError once `is_stopped`.
    """
    budget = Budget(seconds, max_bytes)
    try:
        return in_time(lambda: _follow(address, budget, network or Network()), seconds, is_stopped)
    except CalendarError as problem:
        sentence = problem.sentence
    except TimeoutError:
        sentence = SLOW
    except ssl.SSLCertVerificationError:
        sentence = BAD_CERTIFICATE
    except (OSError, HTTPException, ValueError):
        sentence = UNREACHABLE
    # Raised out here, so that the cause, which may contain the address, isn't chained to it.
    raise CalendarError(sentence)


def _follow(address: str, budget: Budget, network: Network) -> bytes:
    for _ in range(1 + MAX_REDIRECTS):
        target = _target(address)
        with _connect(target.host, budget, network) as connection:
            response = _request(target, connection, budget)
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or location is None:
                return _calendar(response, budget)
            address = urljoin(target.url, location)
    raise CalendarError(TOO_MANY_REDIRECTS)


def _target(address: str) -> Target:
    """Split the address. Raises CalendarError for anything but https, a host and a path."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise CalendarError(UNSUPPORTED_ADDRESS) from None
    if parts.scheme not in ("https", "webcal"):
        raise CalendarError(NOT_HTTPS)
    if not host or port not in (None, 443) or "@" in parts.netloc:
        raise CalendarError(UNSUPPORTED_ADDRESS)
    path = quote(parts.path or "/", safe=SAFE_IN_PATHS) + (
        f"?{quote(parts.query, safe=SAFE_IN_PATHS)}" if parts.query else ""
    )
    return Target(host, path, parts._replace(scheme="https").geturl())


def _connect(host: str, budget: Budget, network: Network) -> ssl.SSLSocket:
    """Connect to one of the IP addresses that were checked, and verify that it is the host."""
    ips = _resolve(host, network)
    if not all(is_public(ip) for ip in ips):
        raise CalendarError(NOT_PUBLIC)
    for ip in ips:
        try:
            sock = network.connect(ip, budget.seconds())
        except OSError as problem:
            failure = problem
            continue
        sock.settimeout(budget.seconds())
        return network.trust.wrap_socket(sock, server_hostname=host)
    raise failure


def _resolve(host: str, network: Network) -> list[str]:
    """Return the host's IP addresses. Raises CalendarError if there are none."""
    try:
        ips = network.resolve(host)
    except socket.gaierror:
        ips = []
    if not ips:
        raise CalendarError(NOT_FOUND)
    return list(dict.fromkeys(ips))


def is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    if address.version == 6 and address not in PUBLIC_IPV6:
        return False
    if address.is_multicast or any(address in block for block in NOT_REACHABLE):
        return False
    return address.is_global


def _request(target: Target, connection: ssl.SSLSocket, budget: Budget) -> HTTPResponse:
    """Send one GET request; http.client asks for an uncompressed answer."""
    http = HTTPSConnection(target.host)
    http.sock = _DeadlineSocket(connection, budget)
    http.request("GET", target.path, headers=HEADERS)
    return http.getresponse()


class _DeadlineSocket(io.RawIOBase):
    """A socket for http.client that keeps to the budget."""

    def __init__(self, connection: ssl.SSLSocket, budget: Budget) -> None:
        self.connection = connection
        self.budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(self.budget.seconds())
        count = self.connection.recv_into(buffer)
        self.budget.spend(count)
        return count

    def sendall(self, data: bytes) -> None:
        self.connection.settimeout(self.budget.seconds())
        self.connection.sendall(data)

    def close(self) -> None:
        """Do nothing: http.client closes too early, and the caller closes the connection."""

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _calendar(response: HTTPResponse, budget: Budget) -> bytes:
    if response.status != 200:
        raise CalendarError(REFUSED.format(response.status))
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise CalendarError(COMPRESSED)
    if (response.length or 0) > budget.bytes:
        raise CalendarError(TOO_LARGE)
    content = b"".join(iter(lambda: response.read(CHUNK_BYTES), b""))  # in chunks: a server may announce any length
    if response.length:  # the rest of what was announced
        raise CalendarError(UNREACHABLE)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() != b"BEGIN:VCALENDAR":
        raise CalendarError(NO_CALENDAR)
    return content
