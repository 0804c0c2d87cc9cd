"""Requests are read whole before a thread answers them, within limits of time and size."""

import asyncio
import threading
from io import BytesIO

import pytest
from django.core.wsgi import WSGIHandler

from practice import buffering
from practice.buffering import BufferedApplication, wsgi_environ

VISITORS = 512 * 1024


def scope(path=b"/consultation/", headers=(), **changes):
    host = ("127.0.0.1", 8000)
    request = {"type": "http", "method": "POST", "raw_path": path, "query_string": b"", "http_version": "1.1"}
    request |= {"scheme": "http", "server": host, "client": ("192.0.2.7", 5), "headers": list(headers)}
    return request | changes


def chunks(*bodies):
    return [{"type": "http.request", "body": body, "more_body": body is not bodies[-1]} for body in bodies]


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Length", environ["CONTENT_LENGTH"])])
    return [body[:100], b"."]


def ask(application, events, request=None):
    """Return the status, the headers and the body of the answer."""
    sent, left = [], list(events)

    async def receive():
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def send(event):
        sent.append(event)

    asyncio.run(application(request or scope(), receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]


def test_a_body_in_pieces_is_read_whole():
    status, headers, body = ask(BufferedApplication(echo), chunks(b"name=", b"Zo", b"e"))

    assert (status, headers["x-length"], body) == (200, "8", b"name=Zoe.")


def test_half_a_body_keeps_no_thread_and_is_told_so(monkeypatch):
    monkeypatch.setattr(buffering, "MAX_SILENCE_SECONDS", 0.1)
    called = []
    application = BufferedApplication(lambda *request: called.append(request), threads=1)

    status, headers, body = ask(application, chunks(b"name=", b"")[:1])

    assert (status, body, called) == (408, b"Request Timeout", [])
    assert headers["x-frame-options"] == "DENY"
    assert headers["connection"] == "close"


def test_a_body_that_drips_has_an_end(monkeypatch):
    monkeypatch.setattr(buffering, "MAX_SECONDS", 0.3)

    async def drip():
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"a", "more_body": True}

    sent = []

    async def send(event):
        sent.append(event)

    asyncio.run(BufferedApplication(echo)(scope(), drip, send))
    assert sent[0]["status"] == 408


def test_a_body_that_breaks_off_is_refused():
    """granian says the same of a client that has gone and of a body that is no HTTP."""
    status, _, body = ask(BufferedApplication(echo), [*chunks(b"a", b"b")[:1], {"type": "http.disconnect"}])

    assert (status, body) == (400, b"Bad Request")


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [(b"/search/", VISITORS, 200), (b"/search/", VISITORS + 1, 413), (b"/admin/pages/", VISITORS + 1, 200)],
)
def test_a_body_of_unknown_length_has_a_limit(path, size, status):
    pieces = chunks(b"a" * (size - 1), b"b")

    assert ask(BufferedApplication(echo), pieces, scope(path))[0] == status


def test_a_body_that_is_said_to_be_too_long_is_left_to_django_unread():
    request = scope(headers=[(b"content-length", b"600000")])

    status, headers, body = ask(BufferedApplication(echo), [], request)

    assert (status, headers["x-length"], body) == (200, "600000", b".")


def test_all_bodies_together_have_a_limit_and_are_counted_down(monkeypatch):
    monkeypatch.setattr(buffering, "MAX_BYTES_IN_MEMORY", 1000)
    application = BufferedApplication(echo)

    assert ask(application, chunks(b"a" * 1001))[0] == 503
    assert ask(application, chunks(b"a" * 1000))[0] == 200
    assert ask(application, [*chunks(b"a" * 900, b"")[:1], {"type": "http.disconnect"}])[0] == 400
    assert application.bytes_in_memory == 0


def test_an_application_that_fails_is_answered_500_and_keeps_nothing(caplog):
    def failing(environ, start_response):
        raise ValueError("jane@example.org")

    application = BufferedApplication(failing)
    status, headers, body = ask(application, chunks(b"abc"))

    assert (status, body) == (500, b"Internal Server Error")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert application.bytes_in_memory == 0
    assert "A request was not answered" in caplog.text


def test_the_answer_is_closed_so_that_django_ends_the_request():
    closed = []

    class Content(list):
        def close(self):
            closed.append(threading.current_thread().name)

    def application(environ, start_response):
        start_response("200 OK", [])
        return Content([b"a"])

    ask(BufferedApplication(application), chunks(b""))
    assert closed[0].startswith("request")


def test_only_http_is_served():
    with pytest.raises(ValueError, match="websocket"):
        ask(BufferedApplication(echo), [], {"type": "websocket"})


def test_the_path_reaches_django_as_it_was_sent():
    request = WSGIHandler.request_class(wsgi_environ(scope(b"/Zo%C3%AB/%FF/", query_string=b"a=%20"), b"", 0))

    assert request.path == "/Zoë/%FF/"
    assert request.GET["a"] == " "


def test_headers_reach_django_as_a_proxy_sent_them():
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"x-forwarded-for", b"192.0.2.2"),
        (b"x_forwarded_proto", b"https"),
        (b"content-type", b"text/plain"),
        (b"referer", "é".encode("latin-1")),
    ]
    environ = wsgi_environ(scope(headers=headers), b"ab", 2)

    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"
    assert "HTTP_X_FORWARDED_PROTO" not in environ  # a header with an underscore is none of the proxy's
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"], environ["HTTP_REFERER"]) == ("text/plain", "2", "é")
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert isinstance(environ["wsgi.input"], BytesIO)


def test_a_unix_socket_has_no_address():
    assert wsgi_environ(scope(client=None, server=None), b"", 0)["REMOTE_ADDR"] == ""
