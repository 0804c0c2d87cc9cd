"""The screens between the sign-in page and the desk, and those that set up a second factor, before and after.

Somebody who is signed in comes to the latter too; then the password is asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from practice import texts
from practice.models import SignInMethod
from practice.rate_limits import Origin, RateLimit
from practice.sign_in import pending, reauthentication, second_factor
from practice.sign_in.adapter import SecondFactorAdapter
from practice.sign_in.forms import WRONG_PASSKEY, CodeForm, NewAppForm, NewPasskeyForm, PasskeyForm, with_wait
from practice.sign_in.pending import PendingSignIn

APP_SECRET = "app_secret"  # noqa: S105 (the name in the session, where it is encrypted)
CHALLENGES = RateLimit("passkey", timedelta(hours=1), from_one_origin=60)  # each is a row among the sessions
WRONG_APP_CODE = "That isn’t the code that the app shows now. See that the phone’s time is right, and try the next one."

AdminContext = dict[str, Any]
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Holder:
    """Whose second factor is being set up, in a sign-in or by somebody who is signed in."""

    user: User
    sign_in: PendingSignIn | None

    def go_on(self, request: HttpRequest, method: SignInMethod) -> HttpResponse:
        if self.sign_in:
            return pending.after_second_factor(request, self.sign_in, method)
        messages.success(request, texts.SECOND_FACTOR_ADDED)
        has_codes = second_factor.has_kept_codes(self.user)
        return redirect("admin:how_you_sign_in" if has_codes else "admin:recovery_codes")


SetUpView = Callable[[HttpRequest, AdminContext, Holder], HttpResponse]


def for_holder(view: SetUpView) -> Callable[[HttpRequest, AdminContext], HttpResponse]:
    """Let in whoever is signed in and has typed the password again, or has to set up a second factor to sign in."""

    @get_or_post
    def wrapped(request: HttpRequest, admin_context: AdminContext) -> HttpResponse:
        if isinstance(request.user, User) and request.user.is_staff and pending.is_complete(request):
            question = reauthentication.question(request, admin_context)
            return question or view(request, admin_context, Holder(request.user, None))
        sign_in = pending.read(request)
        if sign_in is None:
            return redirect("admin:login")
        if sign_in.address == "admin:sign_in_code":  # there is a second factor, which has to be shown first
            return redirect(sign_in.address)
        return view(request, admin_context, Holder(sign_in.user, sign_in))

    return wrapped


# Signing in -------------------------------------------------------------------------------------


@get_or_post
def code(request: HttpRequest, admin_context: AdminContext) -> HttpResponse:
    """Take the second factor of somebody whose password was right."""
    sign_in = pending.read(request)
    if sign_in is None:
        return redirect("admin:login")
    if sign_in.address != "admin:sign_in_code":
        return redirect(sign_in.address)
    if "credential" in request.POST:
        form = CodeForm(request, sign_in.user)
        if _shows_passkey(request, sign_in.user):
            return pending.after_second_factor(request, sign_in, SignInMethod.PASSKEY)
        return _code_page(request, admin_context, sign_in, form, WRONG_PASSKEY)
    form = CodeForm(request, sign_in.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _after_code(request, sign_in, form.method)
    return _code_page(request, admin_context, sign_in, form)


def _after_code(request: HttpRequest, sign_in: PendingSignIn, method: SignInMethod) -> HttpResponse:
    response = pending.after_second_factor(request, sign_in, method)
    if method == SignInMethod.RECOVERY_CODE:
        left = second_factor.codes_left(sign_in.user)
        messages.warning(request, texts.RECOVERY_CODE_USED.format(left=left))
        if request.user.is_authenticated:
            response.headers["Location"] = reverse("admin:how_you_sign_in")
    return response


def _code_page(
    request: HttpRequest, admin_context: AdminContext, sign_in: PendingSignIn, form: CodeForm, problem: str = ""
) -> HttpResponse:
    user = sign_in.user
    has_passkey = second_factor.has_passkey(user) and second_factor.passkeys_work(request)
    context = {
        "title": "Second step",
        "form": form,
        "problem": problem,
        "has_app": second_factor.has_app(user),
        "has_passkey": has_passkey,
        "options": second_factor.passkey_options(request, user) if has_passkey else None,
    }
    return with_wait(render(request, "admin/sign_in/code.html", admin_context | context), form)


def _shows_passkey(request: HttpRequest, user: User | None) -> User | None:
    """Return whose passkey was posted, or None after a signal that a sign-in has failed."""
    form = PasskeyForm(request.POST)
    owner = second_factor.check_passkey(request, user, form.cleaned_data["credential"]) if form.is_valid() else None
    if owner is None:
        username = user.get_username() if user else ""
        user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
    return owner


@get_or_post
def passkey(request: HttpRequest, admin_context: AdminContext) -> HttpResponse:
    """Sign in by a passkey alone: GET answers what the browser needs, POST takes what it made."""
    if not second_factor.passkeys_work(request):
        return redirect("admin:login")
    if request.method != "POST":
        if not CHALLENGES.take(Origin.connection(request), timezone.now()):
            return HttpResponse(status=429)
        return HttpResponse(second_factor.passkey_options(request, None), content_type="application/json")
    owner = _shows_passkey(request, None)
    if owner is None or not (owner.is_active and owner.is_staff):
        messages.error(request, WRONG_PASSKEY)
        return redirect("admin:login")
    return pending.complete(
        request, owner, method=SignInMethod.PASSKEY_ALONE, password=None, next_url=reverse("admin:index")
    )


# Setting up a second factor ---------------------------------------------------------------------


@for_holder
def set_up(request: HttpRequest, admin_context: AdminContext, holder: Holder) -> HttpResponse:
    """Say why, and let choose."""
    context = {
        "title": "A second step for signing in",
        "passkeys_work": second_factor.passkeys_work(request),
        "is_first": holder.sign_in is not None,
    }
    return render(request, "admin/sign_in/set_up.html", admin_context | context)


@for_holder
def set_up_app(request: HttpRequest, admin_context: AdminContext, holder: Holder) -> HttpResponse:
    secret = _app_secret(request)
    form = NewAppForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        if second_factor.add_app(holder.user, secret, form.cleaned_data["code"]):
            del request.session[APP_SECRET]
            return holder.go_on(request, SignInMethod.APP)
        form.add_error("code", WRONG_APP_CODE)
    link = second_factor.app_link(holder.user, secret)
    context = {
        "title": "Set up an app",
        "form": form,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "link": link,
        "picture": mark_safe(second_factor.app_picture(link)),  # noqa: S308 -- qrcode made it
        "is_first": holder.sign_in is not None,
    }
    return render(request, "admin/sign_in/set_up_app.html", admin_context | context)


def _app_secret(request: HttpRequest) -> str:
    """Return the secret that the app gets; it stays the same until the app has shown a code of it."""
    adapter = SecondFactorAdapter()
    if APP_SECRET not in request.session:
        request.session[APP_SECRET] = adapter.encrypt(second_factor.new_app_secret())
    return adapter.decrypt(request.session[APP_SECRET])


@for_holder
def set_up_passkey(request: HttpRequest, admin_context: AdminContext, holder: Holder) -> HttpResponse:
    if not second_factor.passkeys_work(request):
        return redirect("admin:set_up_app")
    form = NewPasskeyForm(request.POST if "credential" in request.POST else None)
    if form.is_valid():
        name, credential = form.cleaned_data["name"], form.cleaned_data["credential"]
        if second_factor.add_passkey(request, holder.user, name, credential):
            return holder.go_on(request, SignInMethod.PASSKEY)
        form.add_error(None, "The browser made no passkey that works here. Try again, or use an app.")
    context = {
        "title": "Make a passkey",
        "form": form,
        "options": second_factor.options_for_new_passkey(request, holder.user),
        "is_first": holder.sign_in is not None,
    }
    return render(request, "admin/sign_in/set_up_passkey.html", admin_context | context)


@for_holder
def recovery_codes(request: HttpRequest, admin_context: AdminContext, holder: Holder) -> HttpResponse:
    """Show the recovery codes until somebody says that they are kept, and never again."""
    if holder.sign_in and not holder.sign_in.method:
        return redirect(holder.sign_in.address)
    if not second_factor.is_set_up(holder.user):
        return redirect("admin:set_up")
    if "kept" in request.POST:
        second_factor.note_codes_kept(holder.user)
    codes = second_factor.codes_to_show(holder.user)
    if codes:
        context = {"title": "Your recovery codes", "codes": codes, "is_first": holder.sign_in is not None}
        return render(request, "admin/sign_in/recovery_codes.html", admin_context | context)
    if holder.sign_in and holder.sign_in.method:
        return pending.finish(request, holder.sign_in, holder.sign_in.method)
    return redirect("admin:how_you_sign_in")
