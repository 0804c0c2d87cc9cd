"""The cookie of a browser in which private pages are open.

A link, or the reference with its four words, is exchanged for it. So the address bar, the history and the logs of a
proxy hold the reference alone, which opens nothing. It lasts half an hour without a click and holds a few requests, so
that two tabs never act on each other's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse

from bookings.models import PrivateLink
from practice.encrypted_cookies import EncryptedCookie
from practice.keys import KeyLabel

# Lax, because the link is followed from a mailbox on another site, and the redirect after it belongs to that journey.
COOKIE = EncryptedCookie("PRIVATE_PAGE", KeyLabel.PRIVATE_PAGE, same_site="Lax")
MOST = 4  # requests at once; the one that was opened first makes room


@dataclass(frozen=True)
class OpenPage:
    """A request whose private page is open, by the link of that digest."""

    reference: str
    link_digest: str
    is_unlocked: bool  # no PIN is asked for, or it was given


def of_link(link: PrivateLink, *, is_unlocked: bool = False) -> OpenPage:
    return OpenPage(link.enquiry.reference, link.digest, is_unlocked or not link.pin_digest)


def read(request: HttpRequest) -> list[OpenPage]:
    """Return the requests that are open in this browser, the newest first."""
    return [OpenPage(**page) for page in COOKIE.read(request) or []]


def find(request: HttpRequest, reference: str) -> OpenPage | None:
    return next((page for page in read(request) if page.reference == reference), None)


def open_on(response: HttpResponse, request: HttpRequest, page: OpenPage) -> None:
    """Add the page to those that are open, or renew its half hour."""
    others = [other for other in read(request) if other.reference != page.reference]
    _set_on(response, [page, *others])


def close_on(response: HttpResponse, request: HttpRequest, reference: str) -> None:
    """Close one page in this browser, and leave others open."""
    _set_on(response, [other for other in read(request) if other.reference != reference])


def _set_on(response: HttpResponse, pages: Sequence[OpenPage]) -> None:
    if pages:
        COOKIE.set_on(response, [asdict(page) for page in pages[:MOST]])
    else:
        COOKIE.delete_from(response)
