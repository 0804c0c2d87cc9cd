"""Add what neither Django nor django-csp does to requests and responses."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from practice import database_checks, sessions
from practice.errors import database_unavailable

logger = logging.getLogger(__name__)


def plain_requests(get_response: Callable) -> Callable:
    """Clean up or refuse requests that no browser sends for a form of this site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # PostgreSQL refuses a NUL, and no cookie of this site contains one.
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        length = request.headers.get("content-length") or "0"
        if not (length.isascii() and length.isdecimal() and len(length) < 19 and is_allowed(request, int(length))):
            raise RequestDataTooBig("The request is larger than any form of this site.")
        if request.encoding:
            request.encoding = "utf-8"  # our pages are UTF-8, so their forms are
        read_form(request)
        return get_response(request)

    return middleware


def read_form(request: HttpRequest) -> None:
    """Read what was posted, so that a body that can't be read is refused here, not in a view or while another error is
    shown. PostgreSQL refuses a NUL, and no form of this site asks for one.
    """
    try:
        request.GET = without_nul(request.GET)  # type: ignore[assignment]
        request.POST = without_nul(request.POST)  # type: ignore[assignment]
    except SuspiciousOperation:
        raise
    except Exception as problem:  # Python's and Django's readers raise many kinds of exceptions for damaged bodies
        request.POST = QueryDict()  # type: ignore[assignment]  # whoever asks again finds nothing
        request._files = MultiValueDict()  # type: ignore[attr-defined]
        raise BadRequest(f"The body can't be read ({type(problem).__name__}).") from problem


def without_nul(query: QueryDict) -> QueryDict:
    if not any("\0" in text for name, texts in query.lists() for text in (name, *texts)):
        return query
    clean = QueryDict(mutable=True)
    for name, texts in query.lists():
        clean.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in texts])
    return clean


class UnusableValues:
    """Answer 400 where the database can't hold a number or text that a request names."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, (DataError, OverflowError, UnicodeEncodeError)):
            logger.error("A value could not be used (%s).", type(exception).__name__)
            raise BadRequest("A value can't be used.") from exception


def right_database(get_response: Callable) -> Callable:
    """Serve nothing with a database that doesn't fit, where that could not be told when the site started.

    It is the innermost middleware, so that what it raises and answers is treated like what a view does.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if problem := database_checks.sentence_if_unknown():
            logger.critical(problem)
            return database_unavailable(request)
        return get_response(request)

    return middleware


def is_allowed(request: HttpRequest, length: int) -> bool:
    """Allow large requests only to the admin, from a browser with a session, even an expired one."""
    if length <= settings.MAX_BYTES_FROM_VISITORS:
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    is_known = bool(key) and sessions.SessionStore().exists(str(key))
    return is_known and request.path.startswith("/admin/") and length <= settings.MAX_BYTES_FROM_STAFF
