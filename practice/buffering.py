"""Serve a WSGI application as an ASGI one: requests are read whole, then answered in a few threads.

Whoever sends slowly, or half a request, keeps a coroutine waiting and not a thread. Django still runs as a WSGI
application, because its own ASGI handler makes a thread for each request, and with it a new connection to the database.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings

from practice.security_headers import without_django

THREADS = 4  # of each process; further requests wait for one of them
MAX_SILENCE_SECONDS = 20  # of a client in the middle of a request
MAX_SECONDS = 600  # for one request: a large picture over a slow line
MAX_BYTES_IN_MEMORY = 8 * settings.MAX_BYTES_FROM_STAFF  # of all requests that are being read or answered

Scope = dict[str, Any]
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
WsgiApplication = Callable[[dict[str, Any], Callable], Iterable[bytes]]

logger = logging.getLogger(__name__)


class RefusedError(Exception):
    """The request is not read to its end; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Answer:
    """What a WSGI application answers, collected so that no thread waits for a client that reads slowly."""

    def __init__(self, application: WsgiApplication, environ: dict[str, Any]) -> None:
        self.status, self.headers = 0, list[tuple[bytes, bytes]]()
        content = application(environ, self._start)
        try:
            self.body = b"".join(content)
        finally:
            if close := getattr(content, "close", None):
                close()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


class BufferedApplication:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: WsgiApplication, threads: int = THREADS) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self.bytes_in_memory = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is served here, not {scope['type']}.")
        body = bytearray()
        try:
            length = declared_length(scope)
            if length <= limit_of(scope):  # else Django refuses it by its length
                await self._read(scope, receive, body)
                length = len(body)
            environ = wsgi_environ(scope, bytes(body), length)
            answer = await asyncio.get_running_loop().run_in_executor(self.threads, Answer, self.application, environ)
            await _send(send, answer.status, answer.headers, answer.body)
        except RefusedError as refusal:
            await _send_status(send, refusal.status)
        except Exception:
            logger.exception("A request was not answered.")
            await _send_status(send, HTTPStatus.INTERNAL_SERVER_ERROR)
        finally:
            self.bytes_in_memory -= len(body)

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                while True:
                    async with asyncio.timeout(MAX_SILENCE_SECONDS):
                        event = await receive()
                    if event["type"] == "http.disconnect":
                        raise RefusedError(HTTPStatus.BAD_REQUEST)  # gone, or no HTTP; the latter still listens
                    chunk = event.get("body", b"")
                    body += chunk
                    self.bytes_in_memory += len(chunk)
                    if len(body) > limit_of(scope):
                        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                    if self.bytes_in_memory > MAX_BYTES_IN_MEMORY:
                        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
                    if not event.get("more_body"):
                        return
        except TimeoutError as problem:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from problem


def declared_length(scope: Scope) -> int:
    """Return the bytes that the body is said to have; 0 if nothing is said, as of one that comes in chunks."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def limit_of(scope: Scope) -> int:
    """Return how many bytes may be read before Django has seen who sends them."""
    is_staff = scope["raw_path"].startswith(b"/admin/")
    return settings.MAX_BYTES_FROM_STAFF if is_staff else settings.MAX_BYTES_FROM_VISITORS


def wsgi_environ(scope: Scope, body: bytes, length: int) -> dict[str, Any]:
    """Return the request as a WSGI application takes it (PEP 3333)."""
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:  # X_Forwarded_For would be taken for X-Forwarded-For, which only the proxy sets
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        separator = "; " if key == "HTTP_COOKIE" else ","
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(length)
    return environ


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_status(send: Send, status: HTTPStatus) -> None:
    headers = without_django() | {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await _send(send, status, encoded, status.phrase.encode())
