"""The cookie of the browser that has sent the form, by which its receipt shows more than the reference.

It lasts a quarter of an hour, is encrypted, and no script can read it.
"""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse

from bookings.submissions import Receipt
from practice.encrypted_cookies import EncryptedCookie
from practice.keys import KeyLabel

COOKIE = EncryptedCookie("RECEIPT", KeyLabel.RECEIPT, same_site="Strict")


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
    COOKIE.set_on(response, asdict(ReceiptCookie(reference, form_id if receipt.shows_ways_back else "")))


def read(request: HttpRequest) -> ReceiptCookie | None:
    """Return the content of a cookie that is valid and not too old."""
    content = COOKIE.read(request)
    return ReceiptCookie(**content) if content else None


def delete_from(response: HttpResponse) -> None:
    COOKIE.delete_from(response)
