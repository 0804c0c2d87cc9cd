"""The link by which somebody sets a new password who has forgotten it. It works once, for two hours."""

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from practice import keys
from practice.keys import KeyLabel


class ResetTokens(PasswordResetTokenGenerator):
    """Django's, under keys of our own: a copy of the database and SECRET_KEY make no link."""

    key_salt = "practice.sign_in.reset"

    def _get_secret(self) -> str:
        return keys.signing_keys(KeyLabel.PASSWORD_RESET)[0]

    def _get_fallbacks(self) -> list[str | bytes]:
        return keys.signing_keys(KeyLabel.PASSWORD_RESET)[1]

    secret = property(_get_secret)  # type: ignore[assignment]
    secret_fallbacks = property(_get_fallbacks)  # type: ignore[assignment]


tokens = ResetTokens()


def link(user: User) -> str:
    """Return the whole address. A sign-in or a new password makes it worthless."""
    return settings.SITE_URL + reverse("new_password_link", args=[f"{user.pk}-{tokens.make_token(user)}"])


def may_sign_in(user: User) -> bool:
    return user.is_active and user.is_staff


def user_of(token: str) -> User | None:
    """Return whose link it is, unless it no longer works."""
    pk, _, rest = token.partition("-")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    user = User.objects.filter(pk=pk).first()
    return user if user and may_sign_in(user) and tokens.check_token(user, rest) else None


def account_to_tell(username: str) -> User | None:
    """Return the account to which a link is sent: one that may sign in and has an address."""
    user = User.objects.filter(username__iexact=username.strip()).order_by("pk").first()
    return user if user and may_sign_in(user) and user.email else None
