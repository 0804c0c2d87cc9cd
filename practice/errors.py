"""What is shown, and what is written down, when something goes wrong: never a word that a person typed."""

from types import FrameType
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.debug import SafeExceptionReporterFilter

from practice.desk import ADMIN_POLICY
from practice.unsaved_posts import is_own_post, show_unsaved_post


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 in the site's look; a view that can do better (keep what was typed) says so with `on_csrf_failure`."""
    view = getattr(request.resolver_match, "func", None)
    if handler := getattr(view, "on_csrf_failure", None):
        return handler(request)
    if (
        request.path.startswith(reverse("admin:index"))
        and request.path != reverse("admin:login")
        and is_own_post(request)
    ):
        return csp_replace(ADMIN_POLICY)(show_unsaved_post)(request)
    return render(request, "403_csrf.html", status=403)


class NothingPersonal(SafeExceptionReporterFilter):
    """Tracebacks name the place but show nothing posted and no variable, in development too (UK GDPR Art. 5(1)(c))."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = request.POST if request is not None else {}
        return dict.fromkeys(posted, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> list[tuple[str, Any]]:
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]
