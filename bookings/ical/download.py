"""Reads a calendar from an address that somebody typed, without being led anywhere but to the public internet."""

import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from bookings.ical.errors import CalendarError

MAX_SECONDS = 15.0
MAX_BYTES = 2_000_000
MAX_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
AT_ONCE = 65_536
HEADERS = {"Accept": "text/calendar", "User-Agent": "Busy times of a practice", "Connection": "close"}
AS_TYPED = "/?&=%:@!$'()*+,;~-._"

PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")  # what is given out: IANA, Internet Protocol Version 6 Address Space
LEADS_ELSEWHERE = [
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocols (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # Teredo and other protocols (RFC 2928)
        "2002::/16",  # 6to4, holds an IPv4 address (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
]

NOT_HTTPS = "The calendar’s address has to start with https:// or webcal://."
ODD = "The calendar’s address can’t contain a user name, a password or a port."
NOT_FOUND = "The server in the calendar’s address doesn’t exist."
NOT_PUBLIC = "The calendar’s address isn’t on the public internet."
REDIRECTED = "The calendar’s address redirects too many times."
UNREACHABLE = "The calendar’s server can’t be reached or closed the connection."
UNPROVEN = "The calendar’s server doesn’t have a valid certificate."
SLOW = "The calendar’s server takes too long to respond."
HUGE = "The calendar is too large."
PACKED = "The calendar’s server sends it compressed, which isn’t supported."
REFUSED = "The calendar’s server responds, but without a calendar (status {})."
NO_CALENDAR = "The address doesn’t lead to a calendar. Is it the secret address in iCal format?"


def resolve(host: str) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def connect(ip: str, seconds: float) -> socket.socket:
    return socket.create_connection((ip, 443), timeout=seconds)


@dataclass(frozen=True)
class Network:
    """How names become IP addresses, how those are reached, and whose certificates count."""

    resolve: Callable[[str], list[str]] = resolve
    connect: Callable[[str, float], socket.socket] = connect
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)


class Allowance:
    """The time and the bytes that one calendar may take, whatever is read and wherever it leads."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self.ends_at = time.monotonic() + seconds
        self.bytes = most_bytes

    def seconds(self) -> float:
        """What is left. Raises TimeoutError when nothing is."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def spend(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise CalendarError(HUGE)


@dataclass(frozen=True)
class Target:
    host: str
    path: str
    url: str


def fetch(
    address: str, *, seconds: float = MAX_SECONDS, most_bytes: int = MAX_BYTES, network: Network | None = None
) -> bytes:
    """Return the calendar within `seconds` and `most_bytes`, redirects included. Raises CalendarError."""
    try:
        return _follow(address, Allowance(seconds, most_bytes), network or Network())
    except CalendarError as problem:
        sentence = problem.sentence
    except TimeoutError:
        sentence = SLOW
    except ssl.SSLCertVerificationError:
        sentence = UNPROVEN
    except (OSError, HTTPException, ValueError):
        sentence = UNREACHABLE
    raise CalendarError(sentence)  # out here, so that what was caught, and may name the address, is not kept with it


def _follow(address: str, allowed: Allowance, network: Network) -> bytes:
    for _ in range(1 + MAX_REDIRECTS):
        target = _target(address)
        with _reach(target.host, allowed, network) as connection:
            response = _ask(target, connection, allowed)
            onward = response.headers.get("Location")
            if response.status not in REDIRECTS or onward is None:
                return _calendar(response, allowed)
            address = urljoin(target.url, onward)
    raise CalendarError(REDIRECTED)


def _target(address: str) -> Target:
    """Raises CalendarError for anything but https, a host and a path."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise CalendarError(ODD) from None
    if parts.scheme not in ("https", "webcal"):
        raise CalendarError(NOT_HTTPS)
    if not host or port not in (None, 443) or "@" in parts.netloc:
        raise CalendarError(ODD)
    path = quote(parts.path or "/", safe=AS_TYPED) + (f"?{quote(parts.query, safe=AS_TYPED)}" if parts.query else "")
    return Target(host, path, parts._replace(scheme="https").geturl())


def _reach(host: str, allowed: Allowance, network: Network) -> ssl.SSLSocket:
    """A connection to one of the very IP addresses that were looked at, and proven to be the host."""
    ips = _look_up(host, allowed, network)
    if not all(is_public(ip) for ip in ips):
        raise CalendarError(NOT_PUBLIC)
    for ip in ips:
        try:
            plain = network.connect(ip, allowed.seconds())
        except OSError as problem:
            failed = problem
            continue
        plain.settimeout(allowed.seconds())
        return network.trust.wrap_socket(plain, server_hostname=host)
    raise failed


def _look_up(host: str, allowed: Allowance, network: Network) -> list[str]:
    """In a thread, because the system's resolver knows no deadline. Raises CalendarError when there is no such host."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        ips = pool.submit(network.resolve, host).result(timeout=allowed.seconds())
    except socket.gaierror:
        ips = []
    finally:
        pool.shutdown(wait=False)
    if not ips:
        raise CalendarError(NOT_FOUND)
    return list(dict.fromkeys(ips))


def is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    if address.version == 6 and address not in PUBLIC_IPV6:
        return False
    if address.is_multicast or any(address in block for block in LEADS_ELSEWHERE):
        return False
    return address.is_global


def _ask(target: Target, connection: ssl.SSLSocket, allowed: Allowance) -> HTTPResponse:
    """One GET; http.client asks for it uncompressed."""
    conversation = HTTPSConnection(target.host)
    conversation.sock = _DeadlineSocket(connection, allowed)
    conversation.request("GET", target.path, headers=HEADERS)
    return conversation.getresponse()


class _DeadlineSocket(io.RawIOBase):
    """A socket as http.client uses it, that keeps to what is allowed."""

    def __init__(self, connection: ssl.SSLSocket, allowed: Allowance) -> None:
        self.connection = connection
        self.allowed = allowed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.connection.settimeout(self.allowed.seconds())
        count = self.connection.recv_into(buffer)
        self.allowed.spend(count)
        return count

    def sendall(self, data: bytes) -> None:
        self.connection.settimeout(self.allowed.seconds())
        self.connection.sendall(data)

    def close(self) -> None:
        """Nothing: whoever opened the connection closes it, and http.client asks too early."""

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _calendar(response: HTTPResponse, allowed: Allowance) -> bytes:
    if response.status != 200:
        raise CalendarError(REFUSED.format(response.status))
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise CalendarError(PACKED)
    if (response.length or 0) > allowed.bytes:
        raise CalendarError(HUGE)
    content = b"".join(iter(lambda: response.read(AT_ONCE), b""))  # in pieces: a server may promise any length
    if response.length:  # the rest of what was promised
        raise CalendarError(UNREACHABLE)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() != b"BEGIN:VCALENDAR":
        raise CalendarError(NO_CALENDAR)
    return content
