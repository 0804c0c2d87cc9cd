"""“Forgotten your password?”: a link by email, and a new password. The second factor is still asked afterwards."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from practice import sessions, texts
from practice.rate_limits import Origin, RateLimit
from practice.sealing import practice_keys
from practice.sign_in import reset, signals
from practice.sign_in.forms import ForgottenPasswordForm

TOKEN = "new_password_token"  # noqa: S105 (the name in the session)
REQUESTS = RateLimit("password reset", timedelta(hours=1), from_one_origin=10)
TOO_MANY = "There have been too many requests from your connection. Wait an hour, then try again."

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def forgotten(request: HttpRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """Send a link if there is such an account. Nobody learns here whether there is."""
    form = ForgottenPasswordForm(request.POST or None)
    status = 200
    if form.is_valid():
        if REQUESTS.take(Origin.connection(request), timezone.now()):
            if user := reset.account_to_tell(form.cleaned_data["username"]):
                signals.reset_asked.send(sender=User, user=user)
            return redirect("admin:forgotten_password_sent")
        form.add_error(None, TOO_MANY)
        status = 429
    context = admin_context | {"title": "Forgotten your password?", "form": form, "is_sealing": practice_keys.is_on()}
    return render(request, "admin/sign_in/forgotten_password.html", context, status=status)


@require_GET
def forgotten_sent(request: HttpRequest, admin_context: dict[str, Any]) -> HttpResponse:
    context = {"title": "Look at your email"}
    return render(request, "admin/sign_in/forgotten_password_sent.html", admin_context | context)


@require_GET
def take_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move the token into the session, so that it stands in no address that the browser sends on."""
    if reset.user_of(token):  # no row among the sessions for whatever strangers make up
        request.session[TOKEN] = token
    return redirect("admin:new_password")


@sensitive_post_parameters()
@sensitive_variables()
@get_or_post
def new_password(request: HttpRequest, admin_context: dict[str, Any]) -> HttpResponse:
    user = reset.user_of(request.session.get(TOKEN, ""))
    if user is None:
        context = admin_context | {"title": "This link no longer works"}
        return render(request, "admin/sign_in/link_expired.html", context, status=410)
    form = SetPasswordForm(user, request.POST or None)
    if form.is_valid():
        form.save()
        del request.session[TOKEN]
        sessions.end_all(user)
        messages.success(request, texts.PASSWORD_SET)
        response = redirect("admin:login")
        password = form.cleaned_data["new_password1"]
        signals.password_changed.send(
            sender=User, request=request, response=response, user=user, password=password, old_password=None
        )
        return response
    context = admin_context | {"title": "Set a new password", "form": form, "is_sealing": practice_keys.is_on()}
    return render(request, "admin/sign_in/new_password.html", context)
