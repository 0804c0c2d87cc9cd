"""The PIN that a person may put before their private page, for a mailbox or a phone that others can read.

It is asked for after the link. The reference and its four words open the page without it, which is the way for whoever
has forgotten it; and the therapist can end the link, which removes the PIN.
"""

import hmac
from datetime import datetime, timedelta

from bookings.models import PrivateLink
from practice import keys
from practice.keys import KeyLabel
from practice.rate_limits import Origin, RateLimit

# Six digits, of which five an hour can be tried: the tries of a link's whole life find one in eighty.
MIN_DIGITS, MAX_DIGITS = 6, 12
WRONG_PINS = RateLimit("wrong pin", timedelta(hours=1), 5)


class TooManyWrongPins(Exception):
    """Nothing was compared, because of the wrong tries of the last hour."""


def set_pin(link: PrivateLink, pin: str) -> None:
    """Ask for this PIN from now on, in this browser from its next opening."""
    link.pin_digest = keys.digest(KeyLabel.PRIVATE_PIN, _text(link, pin))
    link.save(update_fields=["pin_digest"])


def remove(link: PrivateLink) -> None:
    link.pin_digest = ""
    link.save(update_fields=["pin_digest"])


def is_right(link: PrivateLink, pin: str, now: datetime) -> bool:
    """Return whether this is the PIN. Raises TooManyWrongPins. Call it outside a transaction.

    Tries are counted for the link, so only whoever has it can use them up, and each before it is looked at, so that
    tries at the same moment aren't let through together. After a change of FIELD_KEY, a right one is stored anew.
    """
    wrong_try = WRONG_PINS.reserve(Origin.named(f"link {link.pk}"), now)
    if wrong_try is None:
        raise TooManyWrongPins
    newest, *older = keys.digests(KeyLabel.PRIVATE_PIN, _text(link, pin))
    if not any([hmac.compare_digest(digest, link.pin_digest) for digest in (newest, *older)]):  # noqa: C419
        return False
    wrong_try.delete()
    if link.pin_digest != newest:
        set_pin(link, pin)
    return True


def _text(link: PrivateLink, pin: str) -> str:
    return f"{link.enquiry.reference}:{pin}"
