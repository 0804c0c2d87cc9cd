"""The second factor of an account: an app with codes that change, or passkeys, and codes in case both are lost.

The rows, the secrets and WebAuthn are django-allauth's (Authenticator); what may happen to them is here. An account
with an app or a passkey is asked for it at each sign-in. Where the site is public, every account needs one.
"""

import ipaddress
import json
from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.request import split_domain_port

from practice.models import SignInMethod
from practice.sign_in import signals

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
WITH_SECOND_FACTOR = frozenset(SignInMethod) - {SignInMethod.PASSWORD}
LAST_STEP = "last_step"  # of 30 seconds, whose code was used: each code works once (RFC 6238, 5.2)
# What a credential that no browser made lets django-allauth and fido2 raise.
UNUSABLE_CREDENTIAL = (ValidationError, ValueError, TypeError, KeyError, AttributeError, InvalidSignature)


class LastFactorError(Exception):
    """The account would be left without a second factor, which it needs here."""


def is_required() -> bool:
    """Return whether every account needs a second factor: wherever the site is not on this machine only."""
    return settings.PUBLIC


def passkeys_work(request: HttpRequest) -> bool:
    """Return whether the address has a name: a passkey belongs to a domain, never to an IP address (WebAuthn 5.1.2)."""
    host = split_domain_port(request.get_host())[0].strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def factors(user: User) -> QuerySet[Authenticator]:
    """Return the apps and passkeys of the account; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=CODES).order_by("created_at")


def is_set_up(user: User) -> bool:
    return factors(user).exists()


def has_app(user: User) -> bool:
    return factors(user).filter(type=APP).exists()


def has_passkey(user: User) -> bool:
    return factors(user).filter(type=PASSKEY).exists()


# Codes ------------------------------------------------------------------------------------------


def check_code(user: User, code: str) -> SignInMethod | None:
    """Return how the code was right, from the app or as a recovery code, and use it up; None if it was wrong."""
    for kind, is_right, method in (
        (APP, _is_code_of_app, SignInMethod.APP),
        (CODES, _is_recovery_code, SignInMethod.RECOVERY_CODE),
    ):
        if _uses_up(user, kind, is_right, code):
            return method
    return None


@transaction.atomic
def _uses_up(user: User, kind: str, is_right: Callable[[Authenticator, str], bool], code: str) -> bool:
    # The lock lets of two requests with the same code only one in, whichever process has them.
    authenticator = Authenticator.objects.select_for_update().filter(user=user, type=kind).first()
    try:
        if authenticator is None or not is_right(authenticator, code):
            return False
    except InvalidToken:  # its key is missing from FIELD_KEY, so no code is right
        return False
    authenticator.record_usage()
    return True


def _is_code_of_app(authenticator: Authenticator, code: str) -> bool:
    secret = get_adapter().decrypt(authenticator.data["secret"])
    step = _step_of(secret, code, after=authenticator.data.get(LAST_STEP, 0))
    if step:
        authenticator.data[LAST_STEP] = step
        authenticator.save(update_fields=["data"])
    return bool(step)


def _step_of(secret: str, code: str, *, after: int) -> int:
    """Return the step of 30 seconds whose code it is, or 0."""
    for step in totp.yield_hotp_counters_from_time():
        if step > after and compare_user_code(
            actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))
        ):
            return step
    return 0


def _is_recovery_code(authenticator: Authenticator, code: str) -> bool:
    return RecoveryCodes(authenticator).validate_code(code)


# An app -----------------------------------------------------------------------------------------


def new_app_secret() -> str:
    return totp.generate_totp_secret()


def app_link(user: User, secret: str) -> str:
    """Return the otpauth address that an app reads."""
    return get_adapter().build_totp_url(user, secret)


def app_picture(link: str) -> str:
    """Return the address as a QR code, an SVG element."""
    return get_adapter().build_totp_svg(link).partition("?>")[2]


def add_app(user: User, secret: str, code: str) -> bool:
    """Add the app, in place of one before, if the code is its own; return whether it was."""
    step = _step_of(secret, code, after=0)
    if not step:
        return False
    with transaction.atomic():
        factors(user).filter(type=APP).delete()
        data = {"secret": get_adapter().encrypt(secret), LAST_STEP: step}
        Authenticator.objects.create(user=user, type=APP, data=data)
    signals.second_factor_changed.send(sender=Authenticator, user=user)
    return True


# Passkeys ---------------------------------------------------------------------------------------


def options_for_new_passkey(request: HttpRequest, user: User) -> str:
    """Return as JSON what the browser needs to make a passkey, which it unlocks by a finger, a face or a PIN."""
    with context.request_context(request):
        return json.dumps(webauthn.begin_registration(user, passwordless=True), default=dict)


def add_passkey(request: HttpRequest, user: User, name: str, credential: Any) -> bool:
    """Add what the browser made, and return whether it could be used."""
    try:
        with context.request_context(request):
            webauthn.parse_registration_response(credential)
            if not webauthn.complete_registration(credential).is_user_verified():
                return False
    except UNUSABLE_CREDENTIAL:
        return False
    webauthn.WebAuthn.add(user, name, credential)
    signals.second_factor_changed.send(sender=Authenticator, user=user)
    return True


def passkey_options(request: HttpRequest, user: User | None) -> str:
    """Return as JSON what the browser needs to ask for a passkey: one of this user, or of whoever signs in."""
    with context.request_context(request):
        return json.dumps(webauthn.begin_authentication(user), default=dict)


def check_passkey(request: HttpRequest, user: User | None, credential: Any) -> User | None:
    """Return whose passkey the browser has shown, or None. Without a user, it must have asked for a finger or a PIN."""
    try:
        with context.request_context(request):
            response = webauthn.parse_authentication_response(credential)
            owner = user or webauthn.extract_user_from_response(credential)
            authenticator = webauthn.complete_authentication(owner, credential)
    except UNUSABLE_CREDENTIAL:
        return None
    finally:
        request.session.pop(webauthn.STATE_SESSION_KEY, None)  # a challenge is answered once
    if user is None and not response.response.authenticator_data.is_user_verified():
        return None
    authenticator.record_usage()
    return authenticator.user


# Recovery codes ---------------------------------------------------------------------------------


@transaction.atomic
def new_recovery_codes(user: User) -> None:
    """Make ten codes in place of those before."""
    User.objects.select_for_update().get(pk=user.pk)  # two requests would otherwise make two rows
    Authenticator.objects.filter(user=user, type=CODES).delete()
    RecoveryCodes.activate(user)


def replace_recovery_codes(user: User) -> None:
    """Make ten codes on somebody's wish; those before no longer work."""
    new_recovery_codes(user)
    signals.second_factor_changed.send(sender=Authenticator, user=user)


def codes_to_show(user: User) -> list[str]:
    """Return the codes until the user has said that they are kept; they are made if there are none."""
    if not Authenticator.objects.filter(user=user, type=CODES).exists():
        new_recovery_codes(user)
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type=CODES))
    return [] if codes.did_view else [f"{code[:4]} {code[4:]}" for code in codes.generate_codes()]


def has_kept_codes(user: User) -> bool:
    codes = Authenticator.objects.filter(user=user, type=CODES).first()
    return codes is not None and RecoveryCodes(codes).did_view


def note_codes_kept(user: User) -> None:
    """From now on nobody is shown the codes again."""
    codes = Authenticator.objects.filter(user=user, type=CODES).first()
    if codes is not None:
        RecoveryCodes(codes).mark_as_viewed()


def looks_like_recovery_code(typed: str) -> bool:
    digits = typed.replace(" ", "")
    return len(digits) == app_settings.RECOVERY_CODE_DIGITS and digits.isdecimal()


def codes_left(user: User) -> int:
    codes = Authenticator.objects.filter(user=user, type=CODES).first()
    return 0 if codes is None else app_settings.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count()


# Taking away ------------------------------------------------------------------------------------


def remove(user: User, pk: int) -> None:
    """Remove an app or a passkey, and with the last one the recovery codes. Raises LastFactorError."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        others = factors(user).exclude(pk=pk)
        if is_required() and not others.exists():
            raise LastFactorError
        factors(user).filter(pk=pk).delete()
        if not others.exists():
            Authenticator.objects.filter(user=user).delete()
    signals.second_factor_changed.send(sender=Authenticator, user=user)


def remove_all(user: User) -> None:
    """Remove everything, as a command on the server may: the next sign-in sets it up anew."""
    if Authenticator.objects.filter(user=user).delete()[0]:
        signals.second_factor_changed.send(sender=Authenticator, user=user)


def rewrite_secrets() -> tuple[int, int]:
    """Encrypt every secret with the newest key. Return how many were written, and how many no key could read."""
    written = unreadable = 0
    for pk in Authenticator.objects.exclude(type=PASSKEY).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            name = "secret" if row.type == APP else "seed"
            try:
                row.data[name] = get_adapter().encrypt(get_adapter().decrypt(row.data[name]))
            except InvalidToken:
                unreadable += 1
                continue
            row.save(update_fields=["data"])
            written += 1
    return written, unreadable
