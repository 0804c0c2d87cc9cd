"""Spam protection without JavaScript, cookies or puzzles. Suspicious enquiries are set aside, never dropped."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.core import signing

from practice import keys
from practice.keys import KeyLabel
from practice.rate_limits import ActCount, Origin, RateLimit

MIN_FORM_AGE = timedelta(seconds=3)
MAX_FORM_AGE = timedelta(hours=24)
SHOWN_AGAIN = "~"  # never part of the random part
HOUR = timedelta(hours=1)
MAX_LINKS = 2
LINK = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)

PEOPLE, ROBOTS = "enquiry", "robot’s enquiry"  # the kinds of forms that are counted


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
    """The content of the form's hidden field: how old the form is, which privacy notice it showed, and its id.

    The random id stays the same however often the form comes back. Nobody knows it but the browser that has the
    form, so it also proves who sent it.
    """

    age: FormAge
    notice_version: str = ""
    form_id: str = ""


def new_form_token(notice_version: str = "", *, is_first: bool = True, form_id: str = "") -> str:
    """Return a signed timestamp with the form’s id, a new one unless it is given, and the notice's version."""
    form_id = form_id or secrets.token_urlsafe(12)
    return _signer().sign(f"{form_id}{'' if is_first else SHOWN_AGAIN} {notice_version}")


def read_form_token(token: str) -> FormToken:
    """Check a form token. A missing or forged one counts as too old, so the form is shown again.

    A form that is shown again, after an error or by Back, is never too young: most of it was already filled in.
    """
    try:
        form_id, _, notice_version = _signer().unsign(token).partition(" ")
    except signing.BadSignature:
        return FormToken(FormAge.TOO_OLD)
    if _is_older_than(token, MAX_FORM_AGE):
        age = FormAge.TOO_OLD
    elif form_id.endswith(SHOWN_AGAIN) or _is_older_than(token, MIN_FORM_AGE):
        age = FormAge.FINE
    else:
        age = FormAge.TOO_YOUNG
    return FormToken(age, notice_version, form_id.removesuffix(SHOWN_AGAIN))


def _is_older_than(token: str, max_age: timedelta) -> bool:
    try:
        _signer().unsign(token, max_age=max_age)
    except signing.SignatureExpired:
        return True
    return False


def suspicion(age: FormAge, honeypot: str, message: str) -> str:
    """Return the reason for the therapist why an enquiry looks like spam, or an empty string."""
    if honeypot:
        return "A field that people can’t see was filled in."
    if age is FormAge.TOO_YOUNG:
        return "The form was sent within three seconds."
    if len(LINK.findall(message)) > MAX_LINKS:
        return "The message contains several links."
    return ""


def count_form(origin: Origin, now: datetime, *, is_suspicious: bool) -> ActCount | None:
    """Count the form, or return None where too many came from this connection within an hour.

    Those that look like a robot's are counted apart, so that they use up nobody's allowance. Refused forms count
    against nobody.
    """
    return _limit(ROBOTS if is_suspicious else PEOPLE).take_counted(origin, now)


def is_rush(count: ActCount) -> bool:
    """Return whether more forms than usual were accepted within the last hour."""
    return count.by_everyone > settings.ENQUIRIES_PER_HOUR_ALL


def _limit(kind: str) -> RateLimit:
    return RateLimit(kind, HOUR, from_one_origin=settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION)
