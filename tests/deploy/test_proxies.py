"""The site behind Caddy and behind nginx, each with the example configuration."""

import socket
import struct
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

from deploy import outside
from tests.deploy import proxies
from tests.deploy.supervisor import WEB
from tests.deploy.visitor import FORM, Visitor

pytestmark = pytest.mark.any_database

SECRETS = {
    "/private/tokenofaperson-abcdefgh/": "tokenofaperson",
    "//PRIVATE//tokenofashouter/": "tokenofashouter",
    "/%70rivate/tokeninletters/": "tokeninletters",
    "/draft/tokenofadraft/": "tokenofadraft",
    "/calendar/tokenofcalendar.ics": "tokenofcalendar",
    "/search/?q=wordsearchedfor": "wordsearchedfor",
}
HEADERS = {"Referer": "https://elsewhere.example/reading", "User-Agent": "browserofmine", "Cookie": "desk=cookieofmine"}
HALF = b"POST /consultation/ HTTP/1.1\r\nHost: practice.example\r\nContent-Length: 1000\r\n\r\nhalf"
UNSPEAKABLE = [*SECRETS.values(), "elsewhere.example", "browserofmine", "cookieofmine", "127.0.0.9"]


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def proxy(request, installed_site, tmp_path_factory):
    layout, _ = installed_site
    with proxies.running(request.param, layout, tmp_path_factory.mktemp("proxy") / request.param) as proxy:
        outside.wait(proxy.site, 30)
        yield proxy


def test_the_check_from_outside_finds_nothing(proxy):
    found = {name: problems for name, problems in outside.check(proxy.site) if problems}
    assert found == {}


def test_a_form_is_accepted_and_forged_addresses_count_as_one(proxy):
    visitor = Visitor(proxy.site, f"127.0.0.{5 if proxy.kind == 'caddy' else 6}")
    sent = [visitor.ask(X_Forwarded_For=f"198.51.100.{number}", Forwarded="for=198.51.100.9") for number in range(4)]
    assert [answer.status for answer in sent] == [302, 302, 302, 429]
    assert sent[0].headers["Location"].startswith("/consultation/")


@contextmanager
def rude_site(layout):
    """Put in place of the site somebody who takes a request and closes the connection."""
    away = layout.socket.with_name("away.sock")
    layout.socket.rename(away)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(layout.socket))
        layout.socket.chmod(0o777)
        listener.listen()
        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        try:
            yield
        finally:
            thread.join(10)
            away.replace(layout.socket)


def test_neither_secrets_nor_visitors_are_logged(proxy, installed_site):
    visitor = Visitor(proxy.site, "127.0.0.9")
    for path in SECRETS:
        visitor.request("GET", path, **HEADERS)
    with rude_site(installed_site[0]):
        failed = visitor.request("POST", next(iter(SECRETS)), b"a=1", **HEADERS)
    with visitor.connect() as connection:  # broken off in the middle of a request
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(HALF.replace(b"/consultation/", next(iter(SECRETS)).encode()))
    assert failed.status in (502, 503)
    assert "116 123" in failed.text
    assert wait_for(proxy, "/search/")
    assert wait_for(proxy, str(failed.status))
    log = proxy.logs()
    assert [word for word in UNSPEAKABLE if word in log] == []


def wait_for(proxy, text, seconds=5):
    deadline = time.monotonic() + seconds
    while text not in proxy.logs() and time.monotonic() < deadline:
        time.sleep(0.1)
    return text in proxy.logs()


@pytest.mark.parametrize(("path", "limit"), [("/consultation/", 512 * 1024), ("/admin/login/", 32_000_000)])
def test_a_request_is_refused_in_a_sentence_only_above_the_limit(path, limit, proxy):
    refused = Visitor(proxy.site).begin(path, limit + 1)
    assert (refused.status, "too large" in refused.text) == (413, True)


def test_what_the_site_takes_gets_through(proxy):
    answer = Visitor(proxy.site).request("POST", "/consultation/", b"x" * 512 * 1024, Content_Type=FORM)
    assert answer.status == 403  # the site's own answer: the form has no token


def test_slow_visitors_keep_nobody_waiting(proxy):
    visitor = Visitor(proxy.site)
    with ExitStack() as slow:
        for _ in range(50):
            slow.enter_context(visitor.connect()).sendall(HALF)
        started = time.monotonic()
        assert visitor.request("GET", "/").status == 200
        assert time.monotonic() - started < 5


def test_caddy_waits_while_nothing_listens(installed_site, proxy):
    layout, _ = installed_site
    away = layout.socket.with_name("away.sock")
    layout.socket.rename(away)
    timer = threading.Timer(2, away.rename, [layout.socket])
    timer.start()
    statuses = {"caddy": 200, "nginx": 503}  # which has no such setting, and needs the socket that systemd holds
    assert Visitor(proxy.site).request("GET", "/").status == statuses[proxy.kind]
    timer.join()


def test_a_restart_of_the_site_loses_no_request(proxy, installed_site):
    _, supervisor = installed_site
    stop, statuses = threading.Event(), []

    def visit(number):
        visitor = Visitor(proxy.site, f"127.0.1.{number}")
        while not stop.is_set():
            statuses.append(("GET", visitor.request("GET", "/").status))
            # Refused by the site itself, because the form has no token.
            posted = visitor.request("POST", "/consultation/", b"a=1", Content_Type=FORM)
            statuses.append(("POST", posted.status))

    visitors = [threading.Thread(target=visit, args=[number]) for number in range(1, 5)]
    for thread in visitors:
        thread.start()
    supervisor.restart(WEB)
    deadline = time.monotonic() + 30
    while (
        len(statuses) < 40 and time.monotonic() < deadline
    ):  # those that began before the site was back are among them
        time.sleep(0.1)
    stop.set()
    for thread in visitors:
        thread.join()
    failed = [status for status in statuses if status not in {("GET", 200), ("POST", 403)}]
    assert failed == []
    assert len(statuses) >= 40
