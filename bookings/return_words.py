"""The four words that, with the reference of a request, open its private page from any device and without email.

They follow from the id of the form, so a second click on Send shows the same four, and only a keyed digest of them is
stored. The list has 2,048 short words, most of them from the EFF's lists (CC BY 3.0 US) without those that could hurt:
four of them are 44 bits.
"""

import hmac
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from bookings.models import Enquiry, PrivateLink
from practice import keys
from practice.keys import KeyLabel
from practice.rate_limits import Origin, RateLimit

HOUR = timedelta(hours=1)
MAX_WRONG_ONE_CONNECTION = 10  # in an hour
MAX_WRONG_ALL = 1_000  # in an hour; with more, each connection has fewer tries, so that nobody is locked out by others
MAX_WRONG_ONE_CONNECTION_IN_A_RUSH = 2


class TooManyWrongWords(Exception):
    """Nothing was looked up, because of the wrong tries of the last hour."""


@cache
def word_list() -> list[str]:
    return Path(__file__).with_name("return_words.txt").read_text(encoding="utf-8").split()


def words_of(form_id: str, field_key: str = "") -> str:
    """Return the four words that belong to the form, made with the newest key unless another is given."""
    number = int(keys.digest(KeyLabel.RETURN_WORDS, form_id, field_key), 16)
    words = []
    for _ in range(4):
        number, index = divmod(number, len(word_list()))
        words.append(word_list()[index])
    return " ".join(words)


def stored_digest(reference: str, words: str) -> str:
    return keys.digest(KeyLabel.RETURN_WORDS_STORED, _plain(reference, words))


def words_for(link: PrivateLink, form_id: str) -> str:
    """Return the words of this form, or nothing where they don't open the link or not any more."""
    candidates = (words_of(form_id, field_key) for field_key in settings.FIELD_KEYS)
    return next((words for words in candidates if _opens(link, link.enquiry.reference, words)), "")


def find(reference: str, words: str, *, origin: Origin, now: datetime) -> Enquiry | None:
    """Return the enquiry that the words open. Raises TooManyWrongWords.

    Wrong tries are counted for the connection and for everybody, never for the reference: nobody can use up the tries
    of somebody else. A try is counted before it is looked at, so that tries at the same moment aren't let through
    together, and taken back if it was right. Call it outside a transaction.
    """
    usual, in_a_rush = _limit(MAX_WRONG_ONE_CONNECTION, MAX_WRONG_ALL), _limit(MAX_WRONG_ONE_CONNECTION_IN_A_RUSH)
    wrong_try = usual.reserve(origin, now) or in_a_rush.reserve(origin, now)
    if wrong_try is None:
        raise TooManyWrongWords
    reference = _letters(reference).upper()
    links = PrivateLink.objects.exclude(words_digest="").select_related("enquiry")
    link = links.filter(enquiry__reference=reference).first()
    if not _opens(link, reference, words) or link is None:
        return None
    wrong_try.delete()
    return link.enquiry


def _limit(from_one_connection: int, from_everyone: int | None = None) -> RateLimit:
    return RateLimit("wrong return words", HOUR, from_one_connection, from_everyone)


def _opens(link: PrivateLink | None, reference: str, words: str) -> bool:
    stored = link.words_digest if link else ""
    digests = keys.digests(KeyLabel.RETURN_WORDS_STORED, _plain(reference, words))
    return any([hmac.compare_digest(digest, stored) for digest in digests])  # noqa: C419 (takes equally long)


def _plain(reference: str, words: str) -> str:
    return f"{reference}:{_letters(words).lower()}"


def _letters(text: str) -> str:
    """Drop spaces, hyphens and every other sign, which people type or leave out as they like."""
    return "".join(char for char in text if char.isalnum())
