"""The cookie of the browser that has sent the form, by which its receipt shows more than the reference.

It lasts a quarter of an hour, is encrypted, and no script can read it.
"""

import json
from dataclasses import asdict, dataclass

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bookings.submissions import Receipt
from practice import keys
from practice.keys import KeyLabel


@dataclass(frozen=True)
class ReceiptCookie:
    """What was sent, and the id of its form, from which the four words follow; empty where they are not shown again."""

    reference: str
    form_id: str


def set_on(response: HttpResponse, receipt: Receipt, form_id: str, former: ReceiptCookie | None) -> None:
    """Give the sender of the form the cookie for their receipt. `former` is the one they had before."""
    reference = receipt.enquiry.reference
    if former and former.reference == reference:
        form_id = former.form_id  # that of the first form, whose words are stored
    content = ReceiptCookie(reference, form_id if receipt.shows_ways_back else "")
    value = keys.cipher(KeyLabel.RECEIPT).encrypt(json.dumps(asdict(content)).encode()).decode()
    response.set_cookie(
        settings.RECEIPT_COOKIE_NAME,
        value,
        max_age=settings.RECEIPT_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def read(request: HttpRequest) -> ReceiptCookie | None:
    """Return the content of a cookie that is valid and not too old."""
    value = request.COOKIES.get(settings.RECEIPT_COOKIE_NAME, "")
    try:
        content = keys.cipher(KeyLabel.RECEIPT).decrypt(value.encode(), ttl=settings.RECEIPT_COOKIE_AGE)
    except InvalidToken:
        return None
    return ReceiptCookie(**json.loads(content))


def delete_from(response: HttpResponse) -> None:
    response.delete_cookie(settings.RECEIPT_COOKIE_NAME, samesite="Strict")
