"""Who is signed in, and how."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class SignInMethod(models.TextChoices):
    """What somebody has shown to sign in."""

    PASSWORD = "password", "password"
    APP = "app", "password and app"
    PASSKEY = "passkey", "password and passkey"
    RECOVERY_CODE = "recovery_code", "password and recovery code"
    PASSKEY_ALONE = "passkey_alone", "passkey"


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    def live(self, now: datetime) -> "UserSessionQuerySet":
        return self.filter(expire_date__gt=now)


class UserSession(AbstractBaseSession):
    """A session of the admin. Its key is stored only as a digest; see practice/sessions.py.

    What is told about it to its user holds no address and no name of a browser, which aren't stored.
    """

    session_key = models.CharField("digest of the key", max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=20, choices=SignInMethod, blank=True)

    objects: ClassVar[Any] = UserSessionQuerySet.as_manager()  # type: ignore[assignment]  # in place of Django's, which saves open keys

    class Meta:
        verbose_name = "session"

    def __str__(self) -> str:
        return f"session until {self.expire_date:%H:%M}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from practice.sessions import SessionStore  # which imports this model

        return SessionStore

    @property
    def last_used_at(self) -> datetime:
        """Return the last request that restarted the half hour, but not later than the session may last."""
        return self.expire_date - settings.SESSION_IDLE
