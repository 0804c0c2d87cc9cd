"""Cookies whose content only the site can read, and no script: encrypted, HttpOnly, and of a limited age."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from practice import keys
from practice.keys import KeyLabel


@dataclass(frozen=True)
class EncryptedCookie:
    """The `name` is that of its settings: NAME_COOKIE_NAME and NAME_COOKIE_AGE in seconds."""

    name: str
    label: KeyLabel
    same_site: Literal["Lax", "Strict"]

    def read(self, request: HttpRequest) -> Any:
        """Return the content of a cookie that is valid and not too old, else None."""
        value = request.COOKIES.get(self._key, "")
        try:
            return json.loads(keys.cipher(self.label).decrypt(value.encode(), ttl=self._age))
        except InvalidToken:
            return None

    def set_on(self, response: HttpResponse, content: Any) -> None:
        value = keys.cipher(self.label).encrypt(json.dumps(content).encode()).decode()
        response.set_cookie(
            self._key, value, max_age=self._age, secure=settings.HTTPS, httponly=True, samesite=self.same_site
        )

    def delete_from(self, response: HttpResponse) -> None:
        response.delete_cookie(self._key, samesite=self.same_site)

    @property
    def _key(self) -> str:
        return getattr(settings, f"{self.name}_COOKIE_NAME")

    @property
    def _age(self) -> int:
        return getattr(settings, f"{self.name}_COOKIE_AGE")
