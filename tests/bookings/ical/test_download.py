"""Downloading a calendar, and the addresses and servers that are refused."""

import gzip
import itertools
import time
import traceback

import pytest

from bookings.ical import CalendarError, download, fetch
from tests.bookings.ical.tls_server import (
    CALENDAR,
    HOST,
    PUBLIC_IP,
    CalendarServer,
    CertificateAuthority,
    redirect,
    reply,
)

SECRET = "s3cr3t"
ADDRESS = f"https://{HOST}/{SECRET}.ics"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_server(authority):
    """Start a server with these answers and return it with its network."""
    running = []

    def start(answers, *, host=HOST, hosts=None, pause=0.05):
        if isinstance(answers, bytes) or not isinstance(answers, dict | None):
            answers = {f"/{SECRET}.ics": answers}
        server = CalendarServer(authority.server_context(host), answers, pause)
        running.append(server)
        server.__enter__()
        return server, server.network(authority.trusting(), hosts)

    yield start
    for server in running:
        server.__exit__()


def download_error(address, network, **options):
    """Return the error's sentence, once neither it nor the traceback contains the address."""
    with pytest.raises(CalendarError) as error:
        fetch(address, network=network, **options)
    assert error.value.__context__ is None
    output = "".join(traceback.format_exception(error.value)) + error.value.sentence
    assert SECRET not in output
    assert HOST not in output
    return error.value.sentence


@pytest.mark.parametrize("scheme", ["https", "webcal", "HTTPS"])
def test_a_calendar_is_downloaded(start_server, scheme):
    server, network = start_server(reply())
    assert fetch(f" {scheme}://{HOST}:443/{SECRET}.ics#top ", network=network) == CALENDAR
    assert server.connected == [PUBLIC_IP]
    [request] = server.requests
    assert request.startswith(f"GET /{SECRET}.ics HTTP/1.1\r\nHost: {HOST}\r\n".encode())
    assert b"Accept-Encoding: identity\r\n" in request


def test_a_path_is_quoted_and_cannot_add_a_header(start_server):
    _, network = start_server({"/%20a%C3%A9?x=%2F&y=1%0D%0A": reply()})
    assert fetch(f"https://{HOST}/ aé?x=%2F&y=1%0D%0A", network=network) == CALENDAR


def test_a_chunked_calendar_with_a_byte_order_mark_is_downloaded(start_server):
    chunk = b"\xef\xbb\xbf\r\n" + CALENDAR
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(chunk), chunk)
    _, network = start_server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    assert fetch(ADDRESS, network=network) == chunk


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"http://{HOST}/{SECRET}.ics", download.NOT_HTTPS),
        (f"ftp://{HOST}/{SECRET}.ics", download.NOT_HTTPS),
        ("file:///etc/passwd", download.NOT_HTTPS),
        ("", download.NOT_HTTPS),
        ("https://", download.UNSUPPORTED_ADDRESS),
        (f"https:///{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://{HOST}:8443/{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://{HOST}:0/{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://{HOST}:99999/{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://me:word@{HOST}/{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://@{HOST}/{SECRET}.ics", download.UNSUPPORTED_ADDRESS),
        (f"https://[{SECRET}/", download.UNSUPPORTED_ADDRESS),
        (f"https://{'a' * 70}.{HOST}/", download.UNSUPPORTED_ADDRESS),
        (f"https://other.{HOST}/{SECRET}.ics", download.NOT_FOUND),
    ],
)
def test_an_unsupported_address_is_never_contacted(start_server, address, sentence):
    server, network = start_server(reply())
    assert download_error(address, network) == sentence
    assert server.connected == []


NOT_PUBLIC_IPS = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 (to be refused)
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("ip", NOT_PUBLIC_IPS)
def test_an_ip_address_that_is_not_public_is_never_connected_to(ip):
    connected = []
    for ips in ([ip], [PUBLIC_IP, ip]):
        network = download.Network(lambda host, ips=ips: ips, lambda ip, seconds: connected.append(ip))
        assert download_error(ADDRESS, network) == download.NOT_PUBLIC
    assert connected == []


@pytest.mark.parametrize("ip", ["93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "2a00:1450:4009::200e"])
def test_a_public_ip_address_is_recognised(ip):
    assert download.is_public(ip)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
def test_other_spellings_of_local_addresses_are_refused(host):
    with pytest.raises(CalendarError, match=download.NOT_PUBLIC):
        fetch(f"https://{host}/")


def test_the_checked_ip_address_is_used_even_if_the_name_resolves_anew(start_server):
    answers = itertools.chain([[PUBLIC_IP]], itertools.repeat(["127.0.0.1"]))
    server, network = start_server(reply())
    changing = download.Network(lambda host: next(answers), network.connect, network.trust)
    assert fetch(ADDRESS, network=changing) == CALENDAR
    assert server.connected == [PUBLIC_IP]
    assert download_error(ADDRESS, changing) == download.NOT_PUBLIC


def test_a_second_ip_address_is_tried(start_server):
    server, network = start_server(reply(), hosts={HOST: ["1.1.1.1", PUBLIC_IP]})

    def connect(ip, seconds):
        if ip == "1.1.1.1":
            raise ConnectionRefusedError
        return network.connect(ip, seconds)

    assert fetch(ADDRESS, network=download.Network(network.resolve, connect, network.trust)) == CALENDAR
    assert server.connected == [PUBLIC_IP]


def redirect_chain(length):
    answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(length)}
    return answers | {f"/{length}": reply()}


def test_three_redirects_are_followed_and_no_more(start_server):
    _, network = start_server(redirect_chain(3))
    assert fetch(f"https://{HOST}/0", network=network) == CALENDAR
    server, network = start_server(redirect_chain(4))
    assert download_error(f"https://{HOST}/0", network) == download.TOO_MANY_REDIRECTS
    assert len(server.connected) == 4


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("http://127.0.0.1/", download.NOT_HTTPS),
        (f"http://{HOST}/calendar.ics", download.NOT_HTTPS),
        ("https://127.0.0.1/", download.NOT_PUBLIC),
        ("https://169.254.169.254/latest/meta-data/", download.NOT_PUBLIC),
        ("//inward.example/", download.NOT_PUBLIC),
        (f"https://{HOST}:8443/", download.UNSUPPORTED_ADDRESS),
        (f"https://me@{HOST}/", download.UNSUPPORTED_ADDRESS),
        ("https://[", download.UNREACHABLE),
        ("file:///etc/passwd", download.NOT_HTTPS),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect"])
def test_a_redirect_is_checked_like_the_address(start_server, location, sentence, status):
    hosts = {HOST: [PUBLIC_IP], "inward.example": ["10.1.1.1"]}
    hosts |= {ip: [ip] for ip in ("127.0.0.1", "169.254.169.254")}
    server, network = start_server(redirect(location, status), hosts=hosts)
    assert download_error(ADDRESS, network) == sentence
    assert server.connected == [PUBLIC_IP]


def test_the_certificate_must_be_trusted_and_match_the_host(start_server, tmp_path):
    _, network = start_server(reply(), host="other.example")
    assert download_error(ADDRESS, network) == download.BAD_CERTIFICATE
    server, _ = start_server(reply())
    assert (
        download_error(ADDRESS, server.network(CertificateAuthority(tmp_path).trusting())) == download.BAD_CERTIFICATE
    )


def endless_answer(*, first=b"HTTP/1.1 200 OK\r\n\r\n", each=b"x"):
    return itertools.chain([first], itertools.repeat(each))


@pytest.mark.parametrize(
    "answers",
    [
        endless_answer(first=CALENDAR),
        endless_answer(first=b"HTTP/1.1 200 OK\r\nX-Slow: "),
        endless_answer(first=b"HTTP/1.1 200 OK\r\n", each=b"A: b\r\n"),
        endless_answer(each=b"HTTP/1.1 100 Continue\r\n\r\n", first=b""),
        None,
    ],
    ids=["body", "header", "headers", "continue", "handshake"],
)
def test_a_slow_server_is_abandoned_when_time_is_up(start_server, answers):
    _, network = start_server(answers)
    began = time.monotonic()
    assert download_error(ADDRESS, network, seconds=0.5) in (download.SLOW, download.UNREACHABLE)
    assert 0.01 < time.monotonic() - began < 1.5


def test_a_slow_body_takes_too_long(start_server):
    _, network = start_server(endless_answer())
    assert download_error(ADDRESS, network, seconds=0.5) == download.SLOW


def test_a_slow_name_lookup_is_abandoned(start_server):
    _, network = start_server(reply())
    slow = download.Network(lambda host: time.sleep(4), network.connect, network.trust)
    began = time.monotonic()
    assert download_error(ADDRESS, slow, seconds=0.3) == download.SLOW
    assert time.monotonic() - began < 3


def test_a_calendar_may_be_as_large_as_the_limit_and_no_larger(start_server):
    large = CALENDAR + b"x" * 1_900_000
    _, network = start_server(reply(large))
    assert fetch(ADDRESS, network=network) == large
    _, network = start_server(reply(large + b"x" * 200_000))
    assert download_error(ADDRESS, network) == download.TOO_LARGE


@pytest.mark.parametrize(
    "headers",
    [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"],
    ids=["no length", "one endless chunk", "a chunk of less than nothing"],
)
def test_an_endless_body_is_abandoned_when_it_is_too_large(start_server, headers):
    first = b"HTTP/1.1 200 OK\r\n" + headers + CALENDAR
    _, network = start_server(endless_answer(first=first, each=b"x" * 100_000), pause=0)
    assert download_error(ADDRESS, network) == download.TOO_LARGE


def test_a_compressed_calendar_is_refused(start_server):
    _, network = start_server(reply(gzip.compress(CALENDAR), Content_Encoding="gzip"))
    assert download_error(ADDRESS, network) == download.COMPRESSED
    _, network = start_server(reply(gzip.compress(CALENDAR)))
    assert download_error(ADDRESS, network) == download.NO_CALENDAR


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (reply(b"<!doctype html><title>Sign in</title>"), download.NO_CALENDAR),
        (reply(b""), download.NO_CALENDAR),
        (reply(status="404 Not Found"), download.REFUSED.format(404)),
        (reply(status="204 No Content"), download.REFUSED.format(204)),
        (reply(status="206 Partial Content"), download.REFUSED.format(206)),
        (reply(status="302 Found"), download.REFUSED.format(302)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + CALENDAR, download.UNREACHABLE),
        (b"220 mail.example ESMTP\r\n", download.UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", download.UNREACHABLE),
        (b"", download.UNREACHABLE),
    ],
)
def test_an_answer_without_a_calendar_raises_an_error_with_a_sentence(start_server, answer, sentence):
    _, network = start_server(answer)
    assert download_error(ADDRESS, network) == sentence


def test_a_refused_connection_raises_an_error_with_a_sentence(start_server):
    _, network = start_server(reply())

    def connect(ip, seconds):
        raise ConnectionRefusedError(f"{ip} {SECRET}")

    assert download_error(ADDRESS, download.Network(network.resolve, connect, network.trust)) == download.UNREACHABLE
