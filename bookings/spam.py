"""Keeping robots out without JavaScript, cookies or puzzles. A suspect is set aside for a look, never dropped."""

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

YOUNGEST = timedelta(seconds=3)
OLDEST = timedelta(hours=24)
AGAIN = "~"  # in no random word
HOUR = timedelta(hours=1)
MAX_LINKS = 2
LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)

MAYBE_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:]+))(?::\d+)?")  # some proxies add it

# In memory only: with the process goes every way back from a digest to a connection. Workers that are
# forked from one loaded process share it.
_salt = secrets.token_bytes(32)


def _signer() -> signing.TimestampSigner:
    # Made when asked for, so that a missing SECRET_KEY is told by the checks and not by an import.
    return signing.TimestampSigner(salt="consultation form")


class FormAge(Enum):
    FINE = "fine"
    TOO_YOUNG = "too young"
    TOO_OLD = "too old"


@dataclass(frozen=True)
class FormToken:
    """What the hidden field of a form says: how old the form is, and which privacy notice it showed."""

    age: FormAge
    notice: str = ""


@dataclass(frozen=True)
class SubmissionRate:
    """How many forms were taken within the last hour."""

    from_this_connection: int
    from_everyone: int


def new_form_token(notice: str = "", *, is_first: bool = True) -> str:
    """Signed time, a random word that makes every page view another form, and the version of the privacy notice."""
    return _signer().sign(f"{secrets.token_urlsafe(12)}{'' if is_first else AGAIN} {notice}")


def read_form_token(token: str) -> FormToken:
    """A token that is missing, forged or from another key counts as too old: the form is simply shown again.

    A form that came back is never too young: whoever corrects one field has filled in the others before.
    """
    try:
        word, _, notice = _signer().unsign(token, max_age=OLDEST).partition(" ")
    except signing.BadSignature:
        return FormToken(FormAge.TOO_OLD)
    if word.endswith(AGAIN):
        return FormToken(FormAge.FINE, notice)
    try:
        _signer().unsign(token, max_age=YOUNGEST)
    except signing.SignatureExpired:
        return FormToken(FormAge.FINE, notice)
    return FormToken(FormAge.TOO_YOUNG, notice)


def suspicion(age: FormAge, honeypot: str, message: str, rush: SubmissionRate) -> str:
    """Why an enquiry looks like a robot’s, in words for the therapist; empty where it does not."""
    if rush.from_everyone >= settings.ENQUIRIES_PER_HOUR_ALL:
        return "Unusually many messages came within an hour."
    if honeypot:
        return "A field that people cannot see was filled in."
    if age is FormAge.TOO_YOUNG:
        return "The form was sent within three seconds."
    if len(LINK.findall(message)) > MAX_LINKS:
        return "The message holds several links."
    return ""


def connection_digest(request: HttpRequest) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # The last entry is the one our own proxy wrote; those before it are whatever the sender liked.
        address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    return hmac.new(_salt, _network(address).encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """An IPv6 connection owns its whole /64 (RFC 6177), so that is what counts as one."""
    if found := MAYBE_WITH_PORT.fullmatch(address):
        address = found["v6"] or found["v4"]
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address) and not known.ipv4_mapped:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def submission_rate(digest: str, now: datetime) -> SubmissionRate:
    counted = SubmissionAttempt.objects.filter(at__gt=now - HOUR).aggregate(
        mine=Count("pk", filter=Q(digest=digest)), everyones=Count("pk")
    )
    return SubmissionRate(counted["mine"], counted["everyones"])


def record_attempt(digest: str, now: datetime) -> None:
    """Only of forms that are taken: a refused one counts neither against its sender nor against anybody else."""
    SubmissionAttempt.objects.create(digest=digest, at=now)


def delete_old_attempts(now: datetime) -> None:
    SubmissionAttempt.objects.filter(at__lt=now - HOUR).delete()
