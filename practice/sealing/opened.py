"""The keys that are open during one request of a signed-in therapist, and never elsewhere.

The private half of the account's key lies in the session, encrypted under a random key that only a cookie holds:
neither opens anything alone. It goes with the session, at sign-out or after half an hour without a request. With it,
the keys of the practice are opened when a sealed text is read for the first time in a request.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from practice import accounts, aead
from practice.sealing import account_keys, envelopes, practice_keys

SESSION_KEY = "opened_account_key"
UNOPENED = "unopened_account_key"  # how its password is stretched
NEW_COOKIE = "_new_opened_key_cookie"  # an attribute of the request

_keys: ContextVar[Callable[[], Mapping[int, bytes]] | None] = ContextVar("open keys", default=None)


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let sealed texts be read during a request that brings the cookie."""

    def handle(request: HttpRequest) -> HttpResponse:
        if settings.OPENED_KEY_COOKIE_NAME in request.COOKIES:
            with lent(_of_request(request)):
                response = get_response(request)
        else:
            response = get_response(request)
        if cookie := getattr(request, NEW_COOKIE, ""):
            response.set_cookie(
                settings.OPENED_KEY_COOKIE_NAME, cookie, secure=settings.HTTPS, httponly=True, samesite="Strict"
            )
        return response

    return handle


@contextmanager
def lent(keys: Callable[[], Mapping[int, bytes]]) -> Iterator[None]:
    before = _keys.set(keys)
    try:
        yield
    finally:
        _keys.reset(before)


def keys() -> Mapping[int, bytes]:
    """Return the keys of the practice that are open now, by their number; none in the worker and for visitors."""
    read = _keys.get()
    return read() if read else {}


def read(sealed: str, place: aead.Place) -> str | None:
    """Return the text that was sealed for this place; None unless its key is open."""
    try:
        return practice_keys.unseal(sealed, keys(), place)
    except aead.CannotBeOpenedError:
        return None


def remember(request: HttpRequest, private_key: bytes) -> None:
    """Keep the account's key open for this session; the middleware sets the cookie."""
    cookie_key = aead.new_key()
    request.session[SESSION_KEY] = aead.encrypt(envelopes.to_text(private_key), cookie_key, _place(request))
    setattr(request, NEW_COOKIE, envelopes.to_text(cookie_key))


def note_unopened(request: HttpRequest, user: User) -> None:
    """Keep that the present password, which was just typed, doesn't open the account's key, as after a reset."""
    request.session[UNOPENED] = account_keys.stretching_of(user)


def is_under_former_password(request: HttpRequest, user: User) -> bool:
    """Return whether the present password was tried on the account's key, which was not wrapped again since."""
    noted = request.session.get(UNOPENED)
    return bool(noted) and noted == account_keys.stretching_of(user)


def is_open() -> bool:
    """Return whether the keys of the practice are open now."""
    return bool(keys())


def _of_request(request: HttpRequest) -> Callable[[], Mapping[int, bytes]]:
    opened: dict[int, bytes] | None = None

    def read_once() -> Mapping[int, bytes]:
        nonlocal opened
        if opened is None:
            opened = _open(request)
        return opened

    return read_once


def _open(request: HttpRequest) -> dict[int, bytes]:
    user, stored = request.user, request.session.get(SESSION_KEY)
    if not (stored and isinstance(user, User) and accounts.is_therapist(user)):
        return {}
    try:
        cookie_key = envelopes.to_bytes(request.COOKIES.get(settings.OPENED_KEY_COOKIE_NAME, ""))
        private_key = envelopes.to_bytes(aead.decrypt(stored, [cookie_key], _place(request)))
        return practice_keys.held_by(user, private_key)
    except (aead.CannotBeOpenedError, ValueError):
        return {}


def _place(request: HttpRequest) -> aead.Place:
    return aead.Place("session", SESSION_KEY, str(request.user.pk))
