"""Private links, through which people manage their own enquiry.

The token is derived from FIELD_KEY, so every message can contain it again, while the database stores only its digest.
A copy of the database opens no link, not even with SECRET_KEY.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from bookings import return_words
from bookings.actor import Actor
from bookings.events import record
from bookings.models import Enquiry, Event, PrivateLink
from practice import keys
from practice.keys import KeyLabel

LIFETIME = timedelta(days=60)  # after the last message or appointment


@dataclass(frozen=True)
class WaysBack:
    """How a person returns to their request: by the link, or from any device with the reference and four words."""

    path: str
    words: str


def create(enquiry: Enquiry, form_id: str, now: datetime) -> None:
    """Save the link of a new enquiry, with the words that belong to its form."""
    PrivateLink.objects.create(
        enquiry=enquiry,
        digest=_digest(_token(enquiry, 1)),
        words_digest=return_words.stored_digest(enquiry.reference, return_words.words_of(form_id)),
        ends_at=now + LIFETIME,
    )


def ways_back(enquiry: Enquiry, form_id: str) -> WaysBack | None:
    """Return the ways back that the sender of this form may see, or None where there are none or others by now."""
    link = PrivateLink.objects.filter(enquiry=enquiry).first()
    words = return_words.words_for(link, form_id) if link and form_id else ""
    tokens = _tokens_of(link) if link and words else []
    return WaysBack(reverse("bookings:private", args=tokens[:1]), words) if tokens else None


def make(enquiry: Enquiry, until: datetime) -> PrivateLink:
    """Return the enquiry's link, valid until that moment at least."""
    defaults = {"digest": _digest(_token(enquiry, 1)), "ends_at": until}
    link, is_new = PrivateLink.objects.get_or_create(enquiry=enquiry, defaults=defaults)
    if not is_new and (link.ends_at < until or not _tokens_of(link)):
        link.ends_at = max(link.ends_at, until)
        if not _tokens_of(link):  # made with a key that is gone
            link.digest = _digest(_token(enquiry, link.generation))
        link.save(update_fields=["ends_at", "digest"])
    return link


def has_other_words(enquiry: Enquiry, words_id: str) -> bool:
    """Return whether the link has four words already, and not those that belong to this id."""
    link = PrivateLink.objects.filter(enquiry=enquiry).select_related("enquiry").first()
    return link is not None and bool(link.words_digest) and not return_words.words_for(link, words_id)


@transaction.atomic
def give_words(enquiry: Enquiry, words_id: str, *, actor: Actor, now: datetime) -> str:
    """Return the four words that belong to this id. From now on they open the link; those before do so no longer."""
    current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    link = make(current, now + LIFETIME)
    if words := return_words.words_for(link, words_id):
        return words
    words = return_words.words_of(words_id)
    link.words_digest = return_words.stored_digest(current.reference, words)
    link.save(update_fields=["words_digest"])
    record(current, Event.Kind.DIARY, now, actor=actor, text="Four words were made to read out")
    return words


def end(enquiry: Enquiry) -> None:
    """Invalidate the link, the four words and the PIN. The next message contains a new link."""
    link = PrivateLink.objects.filter(enquiry=enquiry).first()
    if link:
        link.generation += 1
        link.digest = _digest(_token(enquiry, link.generation))
        link.words_digest = link.pin_digest = ""
        link.save(update_fields=["generation", "digest", "words_digest", "pin_digest"])


def address(enquiry: Enquiry, now: datetime) -> str:
    """Return the absolute URL for a message that is sent now."""
    return settings.SITE_URL + path(enquiry, now)


def path(enquiry: Enquiry, now: datetime) -> str:
    link = make(enquiry, now + LIFETIME)
    return reverse("bookings:private", args=_tokens_of(link)[:1])


def find(token: str, now: datetime) -> PrivateLink | None:
    """Return the valid link of this token. A complaint has none."""
    return find_by_digest(_digest(token), now)


def find_by_digest(digest: str, now: datetime) -> PrivateLink | None:
    """Return the valid link that was found by its token before."""
    valid = PrivateLink.objects.filter(digest=digest, ends_at__gt=now)
    link = valid.select_related("enquiry__person__key", "enquiry__referrer__key", "enquiry__location").first()
    return None if link is None or link.enquiry.is_complaint else link


def _tokens_of(link: PrivateLink) -> list[str]:
    """Return the token that the stored digest is of, whichever key of FIELD_KEY made it."""
    tokens = (_token(link.enquiry, link.generation, field_key) for field_key in settings.FIELD_KEYS)
    return [token for token in tokens if _digest(token) == link.digest]


def _token(enquiry: Enquiry, generation: int, field_key: str = "") -> str:
    """Return 32 URL-safe characters, 192 bits, made with the newest key unless another is given."""
    digest = bytes.fromhex(keys.digest(KeyLabel.PRIVATE_LINK, f"{enquiry.reference}:{generation}", field_key))
    return urlsafe_b64encode(digest[:24]).decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
