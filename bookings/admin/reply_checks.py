"""Checks of a reply before it is sent. They warn the therapist; they never refuse to send."""

import re
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings

from bookings.admin import texts
from bookings.admin.reply_forms import EMPTY_LIST_ITEM
from bookings.models import Enquiry, Purpose
from bookings.text import practice_mention
from practice.models import Practice

STATES_TIMES = (
    Purpose.ACCEPT,
    Purpose.OFFER,
    Purpose.AGREED,
    Purpose.SERIES,
    Purpose.MOVE,
    Purpose.CHANGE,
    Purpose.PAUSE,
    Purpose.END,
    Purpose.JOIN,
    Purpose.CANCEL,
    Purpose.WITHDRAW,
)

BLANK_LINES = re.compile(r"\n{4,}(?=\S)")


def warnings(
    subject: str,
    body: str,
    enquiry: Enquiry,
    practice: Practice,
    purpose: str = Purpose.REPLY,
    times: Sequence[str] = (),
) -> list[str]:
    """Return what the therapist should check before the reply goes. `times` are the lines the body should contain."""
    contact = enquiry.contact
    checks = [
        (purpose in STATES_TIMES and not all(time in body for time in times), texts.TIME_MISSING),
        (purpose == Purpose.OFFER and "{link}" not in body, texts.LINK_MISSING),
        (enquiry.is_complaint and "{link}" in body, texts.LINK_OF_COMPLAINT),
        (BLANK_LINES.search(body), texts.BLANK_LINES),
        (enquiry.is_referral and purpose != Purpose.REPLY, texts.TO_REFERRER.format(name=contact.name)),
        # {link} is replaced only when the message is sent.
        (re.search(r"\{\w*\}", subject + body.replace("{link}", "")), texts.PLACEHOLDER_LEFT),
        (not practice.therapist_name, texts.THERAPIST_NAME_MISSING),
        (not practice.reply_to, texts.REPLY_TO_MISSING.format(address=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        (not contact.name_practice_ok and practice_mention(subject + body, practice.name), texts.PRACTICE_NAMED),
    ]
    return [warning for is_due, warning in checks if is_due]


def has_gap(body: str) -> bool:
    """Return whether something is still to be filled in."""
    return bool(EMPTY_LIST_ITEM.search(body) or BLANK_LINES.search(body))


def has_lines(body: str, lines: str) -> bool:
    """Return whether the message has each of the lines, wherever it stands."""
    return all(line.strip() in body for line in lines.splitlines())
