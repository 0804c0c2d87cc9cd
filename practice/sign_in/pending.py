"""A sign-in between the right password and the second factor. Nobody is signed in yet.

The session says who it is. The password, which receivers of `signals.completed` need once, is kept there encrypted
under a random key that only a cookie holds: neither the database nor the cookie shows it alone. Without the cookie, the
sign-in begins again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables

from practice import known_devices, sessions
from practice.models import SignInMethod
from practice.sign_in import reauthentication, second_factor, signals

SESSION_KEY = "pending_sign_in"
MAX_AGE = timedelta(seconds=settings.PENDING_SIGN_IN_COOKIE_AGE)


@dataclass(frozen=True)
class PendingSignIn:
    user: User
    password: str
    next_url: str
    method: SignInMethod | None  # once the second factor was right

    @property
    def address(self) -> str:
        """Return the name of the screen that is next."""
        if self.method:
            return "admin:recovery_codes"
        return "admin:sign_in_code" if second_factor.is_set_up(self.user) else "admin:set_up"


@sensitive_variables()
def after_password(request: HttpRequest, user: User, password: str, next_url: str) -> HttpResponse:
    """Complete the sign-in of somebody whose password was right, or lead to the second factor."""
    if not second_factor.is_set_up(user) and not second_factor.is_required():
        return complete(request, user, method=SignInMethod.PASSWORD, password=password, next_url=next_url)
    key = Fernet.generate_key()
    request.session.cycle_key()  # who knew the session before doesn't know this one
    request.session[SESSION_KEY] = {
        "user": user.pk,
        "of_password": user.get_session_auth_hash(),
        "secret": Fernet(key).encrypt(password.encode()).decode(),
        "next_url": next_url,
        "began_at": timezone.now().isoformat(),
    }
    response = redirect("admin:sign_in_code" if second_factor.is_set_up(user) else "admin:set_up")
    response.set_cookie(
        settings.PENDING_SIGN_IN_COOKIE_NAME,
        key.decode(),
        max_age=MAX_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


@sensitive_variables()
def read(request: HttpRequest) -> PendingSignIn | None:
    """Return the sign-in that this browser has begun, unless it has ended or the password was changed since."""
    kept = request.session.get(SESSION_KEY)
    if not kept or timezone.now() - datetime.fromisoformat(kept["began_at"]) > MAX_AGE:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["of_password"], user.get_session_auth_hash()):
        return None
    try:
        key = request.COOKIES.get(settings.PENDING_SIGN_IN_COOKIE_NAME, "")
        password = Fernet(key).decrypt(kept["secret"]).decode()
    except (ValueError, InvalidToken):
        return None
    return PendingSignIn(user, password, kept["next_url"], SignInMethod(kept["method"]) if "method" in kept else None)


def after_second_factor(request: HttpRequest, pending: PendingSignIn, method: SignInMethod) -> HttpResponse:
    """Complete the sign-in, but show the recovery codes before to somebody who hasn't kept them yet."""
    if second_factor.has_kept_codes(pending.user):
        return finish(request, pending, method)
    request.session[SESSION_KEY] = {**request.session[SESSION_KEY], "method": method}
    return redirect("admin:recovery_codes")


def finish(request: HttpRequest, pending: PendingSignIn, method: SignInMethod) -> HttpResponse:
    return complete(request, pending.user, method=method, password=pending.password, next_url=pending.next_url)


@sensitive_variables()
def complete(
    request: HttpRequest, user: User, *, method: SignInMethod, password: str | None, next_url: str
) -> HttpResponse:
    """Sign the user in, and tell whoever listens. All sign-ins end here."""
    is_new_device = not known_devices.device_for(request, user.username)
    request.session.pop(SESSION_KEY, None)
    auth.login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[sessions.METHOD] = method
    if password is None:
        reauthentication.forget_password(request)
    response = redirect(next_url)
    response.delete_cookie(settings.PENDING_SIGN_IN_COOKIE_NAME, samesite="Strict")
    known_devices.remember(request, response, user)
    signals.completed.send(
        sender=User,
        request=request,
        response=response,
        user=user,
        method=method,
        is_new_device=is_new_device,
        password=password,
    )
    return response


def is_complete(request: HttpRequest) -> bool:
    """Return whether the session of a signed-in user has what this site demands.

    It has not if it began while the site demanded less.
    """
    return not second_factor.is_required() or request.session.get(sessions.METHOD) in second_factor.WITH_SECOND_FACTOR
