"""The sessions of the admin in the database, under digests of their keys: a copy of the database signs nobody in.

A key has 165 random bits, so that a plain digest is enough; none could be found by guessing. A session ends half an
hour after its last request and, however it is used, twelve hours after the sign-in (OWASP ASVS 5.0, 7.3).
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils import timezone

from practice.models import UserSession

SIGNED_IN_AT = "signed_in_at"
METHOD = "sign_in_method"


def digest(session_key: str) -> str:
    return sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Django's own, which keeps only the digest of the key and ends twelve hours after the sign-in."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:  # type: ignore[override]  # the stubs promise Django's model
        return UserSession

    def _get_session_from_db(self) -> UserSession | None:
        session = UserSession.objects.live(timezone.now()).filter(pk=digest(self.session_key or "")).first()
        if session is None:
            self._session_key = None
        return session

    def exists(self, session_key: str) -> bool:
        return UserSession.objects.filter(pk=digest(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key:
            UserSession.objects.filter(pk=digest(session_key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        signed_in_at = data.get(SIGNED_IN_AT)
        return UserSession(
            session_key=digest(str(self._get_or_create_session_key())),  # type: ignore[attr-defined]  # not in the stubs
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            signed_in_at=datetime.fromisoformat(signed_in_at) if signed_in_at else None,
            method=data.get(METHOD, ""),
        )

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        expiry = super().get_expiry_date(**kwargs)
        signed_in_at = self.get(SIGNED_IN_AT)
        return min(expiry, datetime.fromisoformat(signed_in_at) + settings.SESSION_LIMIT) if signed_in_at else expiry


def note_sign_in(request: HttpRequest, **kwargs: object) -> None:
    """Signal handler of Django's `user_logged_in`: the twelve hours begin."""
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()


def sessions_of(user: User) -> list[UserSession]:
    """Return the sessions that have not ended, the newest first."""
    return list(UserSession.objects.live(timezone.now()).filter(user=user).order_by("-signed_in_at"))


def own_digest(request: HttpRequest) -> str:
    return digest(request.session.session_key or "")


def end(user: User, *, key_digest: str) -> bool:
    """End one session of the user, and return whether there was one."""
    return bool(UserSession.objects.filter(user=user, pk=key_digest).delete()[0])


def end_all(user: User, *, but: str = "") -> int:
    """End the sessions of the user, but for the one with this digest, and return how many there were."""
    return UserSession.objects.filter(user=user).exclude(pk=but).delete()[0]


def age(request: HttpRequest, now: datetime) -> timedelta | None:
    """Return how long ago the user signed in, or None without a session of anybody."""
    signed_in_at = request.session.get(SIGNED_IN_AT)
    return now - datetime.fromisoformat(signed_in_at) if signed_in_at else None
