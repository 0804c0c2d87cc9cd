"""The cookie that shows that somebody has signed in to an account on this device before.

It lets nobody in. It only spares the device from waiting because strangers have tried wrong passwords. A change of the
password makes it worthless.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, get_random_string

from practice import keys
from practice.keys import KeyLabel

MAX_AGE = timedelta(seconds=settings.KNOWN_DEVICE_COOKIE_AGE)


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Make the device known for the user who has just signed in or changed the password on it."""
    device = device_for(request, user.username) or get_random_string(22)
    password_digest = keys.digest(KeyLabel.KNOWN_DEVICE, _password_of(user))
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE_NAME,
        _signer().sign(f"{device}:{user.pk}:{password_digest}"),
        max_age=MAX_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def device_for(request: HttpRequest, username: str) -> str:
    """Return the name of the device if it is known for the account with this username, else nothing."""
    value = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, "")
    try:
        device, user_pk, password_digest = _signer().unsign(value, max_age=MAX_AGE).split(":")
    except (signing.BadSignature, ValueError):
        return ""
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None or user.username.casefold() != username.casefold():
        return ""
    valid = keys.digests(KeyLabel.KNOWN_DEVICE, _password_of(user))
    return device if any(constant_time_compare(password_digest, digest) for digest in valid) else ""


def _password_of(user: User) -> str:
    return f"{user.pk} {user.password}"


def _signer() -> signing.TimestampSigner:
    key, older = keys.signing_keys(KeyLabel.KNOWN_DEVICE)
    return signing.TimestampSigner(key=key, salt="known device", fallback_keys=older)
