"""The screens for somebody who is signed in: how they sign in, and where."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import sessions, texts
from practice.requests import StaffRequest
from practice.sign_in import reauthentication, second_factor

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def how_you_sign_in(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """List the password and what the second factor is made of; remove one, or make new recovery codes."""
    if request.method == "POST":
        return reauthentication.question(request, admin_context) or _change(request)
    factors = second_factor.factors(request.user)
    context = {
        "title": "How you sign in",
        "factors": [{"pk": factor.pk, "name": _name(factor), "factor": factor} for factor in factors],
        "codes_left": second_factor.codes_left(request.user),
        "has_app": second_factor.has_app(request.user),
        "passkeys_work": second_factor.passkeys_work(request),
        "is_last": second_factor.is_required() and len(factors) == 1,
    }
    return render(request, "admin/sign_in/how_you_sign_in.html", admin_context | context)


def _name(factor: Any) -> str:
    return "App on your phone" if factor.type == second_factor.APP else factor.wrap().name


def _change(request: StaffRequest) -> HttpResponse:
    if "new_codes" in request.POST and second_factor.is_set_up(request.user):
        second_factor.replace_recovery_codes(request.user)
        return redirect("admin:recovery_codes")
    pk = request.POST.get("remove", "")
    if pk.isascii() and pk.isdecimal():
        try:
            second_factor.remove(request.user, int(pk))
        except second_factor.LastFactorError:
            messages.error(request, texts.LAST_SECOND_FACTOR)
        else:
            messages.success(request, texts.SECOND_FACTOR_REMOVED)
    return redirect("admin:how_you_sign_in")


@get_or_post
def where_you_are_signed_in(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """List the sessions, and end one or all others. No password is asked: ending one takes nothing from anybody."""
    own = sessions.own_digest(request)
    if request.method == "POST":
        if "others" in request.POST:
            sessions.end_all(request.user, but=own)
            messages.success(request, texts.OTHER_SESSIONS_ENDED)
        elif sessions.end(request.user, key_digest=request.POST.get("end", "")):
            messages.success(request, texts.SESSION_ENDED)
        return redirect("admin:where_you_are_signed_in")
    found = sessions.sessions_of(request.user)
    context = {
        "title": "Where you’re signed in",
        "own": next((session for session in found if session.pk == own), None),
        "others": [session for session in found if session.pk != own],
    }
    return render(request, "admin/sign_in/where_you_are_signed_in.html", admin_context | context)
