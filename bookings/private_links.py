"""The private link: a token signed with SECRET_KEY that can be written again whenever a message goes out, while the
database keeps only its digest. Whoever has a copy of the database alone has no link."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from bookings.models import Enquiry, PrivateLink

LIVES = timedelta(days=60)  # after the last message or appointment


def make(enquiry: Enquiry, until: datetime) -> PrivateLink:
    """The enquiry's link, open at least so long."""
    fresh = {"digest": _digest(_token(enquiry, 1)), "ends_at": until}
    link, is_new = PrivateLink.objects.get_or_create(enquiry=enquiry, defaults=fresh)
    digest = _digest(_token(enquiry, link.generation))  # another one after SECRET_KEY was replaced
    if not is_new and (link.ends_at < until or link.digest != digest):
        link.ends_at, link.digest = max(link.ends_at, until), digest
        link.save(update_fields=["ends_at", "digest"])
    return link


def end(enquiry: Enquiry) -> None:
    """What was sent so far opens nothing any more; the next message carries a new one."""
    link = PrivateLink.objects.filter(enquiry=enquiry).first()
    if link:
        link.generation += 1
        link.digest = _digest(_token(enquiry, link.generation))
        link.save(update_fields=["generation", "digest"])


def address(enquiry: Enquiry, now: datetime) -> str:
    """Absolute, for a message that is being sent now."""
    return settings.SITE_URL + path(enquiry, now)


def path(enquiry: Enquiry, now: datetime) -> str:
    link = make(enquiry, now + LIVES)
    return reverse("bookings:private", args=[_token(enquiry, link.generation)])


def find(token: str, now: datetime) -> Enquiry | None:
    """Whose link it is, while it is open."""
    open_links = PrivateLink.objects.filter(digest=_digest(token), ends_at__gt=now)
    link = open_links.select_related("enquiry__location").first()
    return link.enquiry if link else None


def _token(enquiry: Enquiry, generation: int) -> str:
    """Of 32 letters, digits, - and _: 192 bits."""
    signed = salted_hmac("private link", f"{enquiry.reference}:{generation}", algorithm="sha256").digest()
    return urlsafe_b64encode(signed[:24]).decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
