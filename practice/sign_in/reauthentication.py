"""Ask somebody who is signed in for their password again before what would let a stolen session stay for good.

It is remembered for a few minutes, from the sign-in on. What was posted is sent on once the password was right, so
nothing that was typed is lost (OWASP ASVS 5.0, 7.5.1).
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from practice.sign_in import signals
from practice.sign_in.forms import ConfirmPasswordForm, with_wait
from practice.unsaved_posts import posted_fields

CONFIRMED_AT = "password_confirmed_at"
REMEMBERED = timedelta(minutes=5)
WAS_READ = "own_page"  # posted if the page was asked for, and nothing was sent yet


def note_password(request: HttpRequest, **kwargs: object) -> None:
    """Signal handler of Django's `user_logged_in`, and whatever else has just seen the right password."""
    request.session[CONFIRMED_AT] = timezone.now().isoformat()


def forget_password(request: HttpRequest) -> None:
    """Ask at the next occasion, as after a sign-in by passkey, which saw no password."""
    request.session.pop(CONFIRMED_AT, None)


def is_recent(request: HttpRequest) -> bool:
    confirmed_at = request.session.get(CONFIRMED_AT)
    return confirmed_at is not None and timezone.now() - datetime.fromisoformat(confirmed_at) < REMEMBERED


@sensitive_variables()
def question(request: HttpRequest, admin_context: dict[str, Any]) -> HttpResponse | None:
    """Return the page that asks for the password, or None if it was right a few minutes ago or is right now.

    The view calls it first, and goes on if there is no page to return.
    """
    if is_recent(request) or not isinstance(request.user, User):
        return None
    form = ConfirmPasswordForm(request.user, request.POST if "own_password" in request.POST else None)
    if form.is_bound and form.is_valid():
        note_password(request)
        password = form.cleaned_data["own_password"]
        signals.password_confirmed.send(sender=User, request=request, user=request.user, password=password)
        return redirect(request.get_full_path()) if WAS_READ in request.POST else None
    return _page(request, admin_context, form)


def _page(request: HttpRequest, admin_context: dict[str, Any], form: ConfirmPasswordForm) -> HttpResponse:
    fields = posted_fields(request) if request.method == "POST" else [(WAS_READ, "1")]
    context = admin_context | {"title": "Enter your password again", "form": form, "fields": fields}
    return with_wait(render(request, "admin/sign_in/password_again.html", context), form)
