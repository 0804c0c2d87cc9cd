"""The admin site, called “Your desk”. Each app registers its own panels for the first page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from practice import __version__, texts
from practice.roles import role_of
from practice.sealing import views as sealing_views
from practice.sign_in import account_views, pending, reset_views, second_factor, views
from practice.sign_in.forms import SignInForm
from practice.sign_in.password_views import OwnPasswordView, SignInView
from practice.unsaved_posts import is_own_post, show_unsaved_post

# The page editor needs a nonce for its import map and injects one style of its own, allowed by its hash;
# the admin's scripts build elements from strings, which Trusted Types would refuse.
EDITOR_STYLE = (
    "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA=' "  # django-prose-editor 0.28.0
    "'sha256-N1v+9oYdxeZd/nv2iKYNMLWqP5BlGZff7wM0R1mK4ws='"  # django-content-editor 9.1.0
)
ADMIN_POLICY = {
    "script-src": [SELF, NONCE],
    "style-src": [SELF, EDITOR_STYLE],
    "img-src": [SELF, "blob:"],  # the preview of a picture that has not been uploaded yet
    "require-trusted-types-for": None,
    "trusted-types": None,
}

ORDER = ["bookings", "pages", "practice", "auth"]


@dataclass(frozen=True)
class DashboardPanel:
    """A card on the first page: its heading, and the template that renders the rest."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


_panels: dict[Callable[[HttpRequest], DashboardPanel], tuple[int, str]] = {}


def register(panel: Callable[[HttpRequest], DashboardPanel], *, order: int, permission: str) -> None:
    """Add a panel for users with the permission. Lower orders come first.

    Apps call this when they start, and start again whenever Django's setting INSTALLED_APPS is overridden in a test,
    so registering a panel twice changes nothing.
    """
    _panels[panel] = (order, permission)


def panels(request: HttpRequest) -> list[DashboardPanel]:
    user = request.user
    if not isinstance(user, User):
        return []
    in_order = sorted(_panels.items(), key=lambda registered: registered[1])
    return [panel(request) for panel, (_, permission) in in_order if user.has_perm(permission)]


def no_role(request: HttpRequest) -> str:
    """Return the sentence for somebody who may open the desk and has no role yet."""
    return texts.NO_ROLE if isinstance(request.user, User) and role_of(request.user) is None else ""


class PracticeAdminSite(admin.AdminSite):
    login_form = SignInForm
    site_title = "Your desk"
    site_header = "Your desk"
    index_title = "Your desk"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the screens of signing in. The admin's own wrapper guards those that are for members of staff only."""

        def screen(
            route: str,
            view: Callable[..., HttpResponse],
            name: str,
            *,
            is_guarded: bool = False,
            folder: str = "sign-in",
        ) -> URLPattern:
            @wraps(view)
            def with_context(request: HttpRequest) -> HttpResponse:
                return view(request, self.each_context(request))

            guard = self.admin_view if is_guarded else self._open_to_all
            return path(f"{folder}/{route}", guard(with_context), name=name)

        return [
            screen("", account_views.how_you_sign_in, "how_you_sign_in", is_guarded=True),
            screen("where/", account_views.where_you_are_signed_in, "where_you_are_signed_in", is_guarded=True),
            screen("code/", views.code, "sign_in_code"),
            screen("passkey/", views.passkey, "sign_in_passkey"),
            screen("set-up/", views.set_up, "set_up"),
            screen("set-up/app/", views.set_up_app, "set_up_app"),
            screen("set-up/passkey/", views.set_up_passkey, "set_up_passkey"),
            screen("recovery-codes/", views.recovery_codes, "recovery_codes"),
            screen("forgotten/", reset_views.forgotten, "forgotten_password"),
            screen("forgotten/sent/", reset_views.forgotten_sent, "forgotten_password_sent"),
            screen("new-password/", reset_views.new_password, "new_password"),
            *(
                screen(route, view, name, is_guarded=True, folder="sealed")
                for route, view, name in [
                    ("", sealing_views.overview, "sealed"),
                    ("type-back/", sealing_views.type_back, "sealed_type_back"),
                    ("open/", sealing_views.open_words, "sealed_open"),
                    ("recover/", sealing_views.recover, "sealed_recover"),
                    ("former-password/", sealing_views.former_password, "sealed_former_password"),
                    ("ask-colleague/", sealing_views.ask_colleague, "sealed_ask_colleague"),
                    ("check/", sealing_views.check, "sealed_check"),
                    ("colleague/", sealing_views.colleague, "sealed_colleague"),
                    ("give/", sealing_views.give, "sealed_give"),
                ]
            ),
            *super().get_urls(),
        ]

    def _open_to_all(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        return never_cache(csp_replace(ADMIN_POLICY)(view))

    @method_decorator(sensitive_post_parameters())
    @method_decorator(never_cache)
    @method_decorator(csp_replace(ADMIN_POLICY))
    def login(  # type: ignore[override]  # the stubs promise a template's response
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Take username and password, and tell a browser whose password was not looked at how long to wait."""
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {"title": "Sign in", "passkeys_work": second_factor.passkeys_work(request)}
        request.current_app = self.name  # type: ignore[attr-defined]  # as Django does for its templates
        return SignInView.as_view(
            authentication_form=self.login_form,
            extra_context={**self.each_context(request), **context, **(extra_context or {})},
            template_name="admin/login.html",
        )(request)

    def password_change(  # type: ignore[override]  # the stubs forget its redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Limit guesses at the old password, end the other sessions, and know this browser again with the new one."""
        request.current_app = self.name  # type: ignore[attr-defined]  # as Django does for its templates
        return OwnPasswordView.as_view(
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"site_version": __version__}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Sort the apps by how often they are used; accounts come last."""
        app_list = super().get_app_list(request, app_label)
        return sorted(
            app_list, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER)
        )

    def admin_view(  # type: ignore[override]  # the stubs promise the view's own type, which no wrapper has
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        """Forbid storing every page of the admin, and keep what was typed when the session has ended."""
        guarded = super().admin_view(view)

        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not pending.is_complete(request):
                logout(request)  # the session began while the site needed no second factor
            if request.user.is_authenticated:
                request.session.modified = True  # restarts the half hour until it expires
            elif is_own_post(request):
                return show_unsaved_post(request)
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
                raise BadRequest("A field without a name.")  # Django looks for it in the model and fails
            response = guarded(request, *args, **kwargs)
            if request.path == reverse("admin:logout"):
                # The browser forgets the admin, whether or not there was still a session. It keeps the cookie of a
                # known device, so the others are deleted by name.
                response.headers["Clear-Site-Data"] = '"cache", "storage"'
                for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.OPENED_KEY_COOKIE_NAME):
                    response.delete_cookie(name)
            return response

        return csp_replace(ADMIN_POLICY)(wrapped)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {"panels": panels(request), "no_role": no_role(request), **(extra_context or {})})
