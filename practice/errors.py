"""Show error responses and tracebacks without anything that a person typed."""

import logging
import sys
from collections.abc import Callable, ItemsView
from types import FrameType
from typing import Any, TypeVar

from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.views.debug import SafeExceptionReporterFilter
from django.views.defaults import permission_denied as render_permission_denied
from django.views.defaults import server_error as render_server_error

from practice.admin_site import ADMIN_POLICY
from practice.texts import NOT_IN_YOUR_ROLE
from practice.unsaved_posts import is_own_post, posted_fields, show_unsaved_post

UNANSWERED = (OperationalError, InterfaceError)
RETRY_SECONDS = 30

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., HttpResponse])
CSRF_HANDLER = "on_csrf_failure"  # the attribute of a view that holds its handler


def on_csrf_failure(handler: Callable[..., HttpResponse]) -> Callable[[View], View]:
    """Give a view a handler of its own, called with the arguments of the view, which can keep what was typed."""

    def decorate(view: View) -> View:
        setattr(view, CSRF_HANDLER, handler)
        return view

    return decorate


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Handle the status 500; outside of views, as in middleware, a database that doesn't answer ends here too."""
    if isinstance(sys.exc_info()[1], UNANSWERED):
        return database_unavailable(request)
    return render_server_error(request)


def database_unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 without a query. What was posted from a page of this site stays in a form, to be sent again."""
    context: dict[str, Any] = {
        "fields": posted_fields(request) if is_own_post(request) else [],
        "has_files": bool(request.FILES),
    }
    context["csrf_token"] = get_token(request) if context["fields"] else ""
    # Without the request, no context processor reads the database.
    response = HttpResponse(loader.get_template("503.html").render(context), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store, private"
    return response


class DatabaseUnavailable:
    """Middleware: answer 503 where a view met a database that doesn't answer."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, UNANSWERED):
            return None
        logger.error("The database did not answer (%s).", type(exception).__name__)
        return database_unavailable(request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Handle the status 403; on the desk, say in its own look why it refuses."""
    user = getattr(request, "user", None)
    if not (isinstance(user, User) and user.is_staff and request.path.startswith(reverse("admin:index"))):
        return render_permission_denied(request, exception)
    context = {"title": "You can’t open this", "reason": str(exception) or NOT_IN_YOUR_ROLE}

    @csp_replace(ADMIN_POLICY)
    def refuse(request: HttpRequest) -> HttpResponse:
        return render(request, "admin/refused.html", admin.site.each_context(request) | context, status=403)

    response = refuse(request)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer 403 in the site's look, unless the view has a handler of its own."""
    match = request.resolver_match
    if match and (handler := getattr(match.func, CSRF_HANDLER, None)):
        return handler(request, *match.args, **match.kwargs)
    if (
        request.path.startswith(reverse("admin:index"))
        and request.path != reverse("admin:login")
        and is_own_post(request)
    ):
        return csp_replace(ADMIN_POLICY)(show_unsaved_post)(request)
    return render(request, "403_csrf.html", status=403)


class PersonalDataFilter(SafeExceptionReporterFilter):
    """Tracebacks name the place but show nothing posted and no variable, in development too (UK GDPR Art. 5(1)(c))."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = request.POST if request is not None else {}
        return dict.fromkeys(posted, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()
