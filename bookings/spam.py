"""Spam protection without JavaScript, cookies or puzzles. Suspicious enquiries are set aside, never dropped."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.core import signing
from django.db.models import Count, Q
from django.http import HttpRequest

from bookings.models import SubmissionAttempt
from practice import keys
from practice.keys import KeyLabel

MIN_FORM_AGE = timedelta(seconds=3)
MAX_FORM_AGE = timedelta(hours=24)
SHOWN_AGAIN = "~"  # never part of the random token
HOUR = timedelta(hours=1)
MAX_LINKS = 2
LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)

IP_WITH_OPTIONAL_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:]+))(?::\d+)?")  # some proxies add the port

# Kept in memory only: once the process ends, no digest can be traced to a connection. Workers forked from one
# process share it.
_salt = secrets.token_bytes(32)


def _signer() -> signing.TimestampSigner:
    # Created on demand, so that a missing FIELD_KEY is reported by the system checks, not by an import error.
    key, older = keys.signing_keys(KeyLabel.FORM_TOKEN)
    return signing.TimestampSigner(key=key, salt="consultation form", fallback_keys=older)


class FormAge(Enum):
    FINE = "fine"
    TOO_YOUNG = "too young"
    TOO_OLD = "too old"


@dataclass(frozen=True)
class FormToken:
    """The content of the form's hidden field: how old the form is, and which privacy notice it showed."""

    age: FormAge
    notice_version: str = ""


@dataclass(frozen=True)
class SubmissionRate:
    """How many forms were accepted within the last hour."""

    from_this_connection: int
    from_everyone: int


def new_form_token(notice_version: str = "", *, is_first: bool = True) -> str:
    """Return a signed timestamp with a random part, unique to each page view, and the privacy notice's version."""
    return _signer().sign(f"{secrets.token_urlsafe(12)}{'' if is_first else SHOWN_AGAIN} {notice_version}")


def read_form_token(token: str) -> FormToken:
    """Check a form token. A missing or forged one counts as too old, so the form is shown again.

    A form that is sent again after an error is never too young, because most of it was already filled in.
    """
    try:
        random, _, notice_version = _signer().unsign(token, max_age=MAX_FORM_AGE).partition(" ")
    except signing.BadSignature:
        return FormToken(FormAge.TOO_OLD)
    if random.endswith(SHOWN_AGAIN):
        return FormToken(FormAge.FINE, notice_version)
    try:
        _signer().unsign(token, max_age=MIN_FORM_AGE)
    except signing.SignatureExpired:
        return FormToken(FormAge.FINE, notice_version)
    return FormToken(FormAge.TOO_YOUNG, notice_version)


def suspicion(age: FormAge, honeypot: str, message: str, rate: SubmissionRate) -> str:
    """Return the reason for the therapist why an enquiry looks like spam, or an empty string."""
    if rate.from_everyone >= settings.ENQUIRIES_PER_HOUR_ALL:
        return "There were unusually many messages within an hour."
    if honeypot:
        return "A field that people can’t see was filled in."
    if age is FormAge.TOO_YOUNG:
        return "The form was sent within three seconds."
    if len(LINK.findall(message)) > MAX_LINKS:
        return "The message contains several links."
    return ""


def connection_digest(request: HttpRequest) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Our own proxy wrote the last entry; the sender can forge those before it.
        address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    return hmac.new(_salt, _network(address).encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """Return the network that counts as one connection: a /64 for IPv6 (RFC 6177), otherwise the address itself."""
    if match := IP_WITH_OPTIONAL_PORT.fullmatch(address):
        address = match["v6"] or match["v4"]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and not ip.ipv4_mapped:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def submission_rate(digest: str, now: datetime) -> SubmissionRate:
    counts = SubmissionAttempt.objects.filter(at__gt=now - HOUR).aggregate(
        connection=Count("pk", filter=Q(digest=digest)), total=Count("pk")
    )
    return SubmissionRate(counts["connection"], counts["total"])


def record_attempt(digest: str, now: datetime) -> None:
    """Count an accepted form. Refused forms count against nobody."""
    SubmissionAttempt.objects.create(digest=digest, at=now)


def delete_old_attempts(now: datetime) -> None:
    SubmissionAttempt.objects.filter(at__lt=now - HOUR).delete()
