"""Show error responses and tracebacks without anything that a person typed."""

from collections.abc import Callable, ItemsView
from types import FrameType
from typing import Any, TypeVar

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.debug import SafeExceptionReporterFilter

from practice.admin_site import ADMIN_POLICY
from practice.unsaved_posts import is_own_post, show_unsaved_post

View = TypeVar("View", bound=Callable[..., HttpResponse])
CSRF_HANDLER = "on_csrf_failure"  # the attribute of a view that holds its handler


def on_csrf_failure(handler: Callable[..., HttpResponse]) -> Callable[[View], View]:
    """Give a view a handler of its own, called with the arguments of the view, which can keep what was typed."""

    def decorate(view: View) -> View:
        setattr(view, CSRF_HANDLER, handler)
        return view

    return decorate


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
