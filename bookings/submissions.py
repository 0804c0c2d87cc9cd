"""Receive the consultation form: the enquiry and the slots it requests are stored together or not at all.

A form that is sent again is added to its enquiry, where it says anything new.
"""

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error

from bookings import additions, appointments, enquiries, locking, private_links, search, spam
from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.rate_limits import Origin

WAYS_BACK_SHOWN_FOR = timedelta(seconds=settings.RECEIPT_COOKIE_AGE)

logger = logging.getLogger(__name__)

TOO_OLD = "This page was open for more than a day. Check your answers, then send them again."
TOO_MANY = (
    "Several messages came from your connection within an hour, so this one was not sent. What you wrote is still on "
    "this page: send it again in an hour."
)
TOO_MANY_ADDITIONS = (
    "You have sent this form many times, so these answers were not added. What you sent before has arrived."
)
NOT_STORED = (
    "Something went wrong here, so your message was not sent. What you wrote is still on this page: send it again in a "
    "minute."
)


class SubmissionRefused(Exception):
    """Nothing was stored; the sentence tells the person what to do, and the status is that of the response."""

    def __init__(self, sentence: str, status: int = 200) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


@dataclass(frozen=True)
class Submission:
    """The content of a valid form, and what tells whether it comes twice or from a robot."""

    details: dict[str, Any]  # the fields of the enquiry
    slots: list[Slot]  # the first choice first
    form_digest: str
    answers_digest: str
    token: spam.FormToken
    honeypot: str
    origin: Origin  # the connection it came from
    sent_before: str = ""  # the reference of what this browser sent within the last quarter of an hour


@dataclass(frozen=True)
class Receipt:
    """The stored enquiry, whether the sender made it, and what of its slots was taken meanwhile.

    Who only sent the same answers as somebody else may see nothing but the reference.
    """

    enquiry: Enquiry
    is_own: bool = True
    shows_ways_back: bool = True
    requested_slots: int = 0
    private_path: str = ""  # of the page on which to choose other slots


def submit(submission: Submission, policy: ReplyPolicy, now: datetime) -> Receipt:
    """Store the enquiry with those of its slots that are still free, or add to the one that the sender made before.

    Raises SubmissionRefused for a form that is too old, for too many from one connection, and where the database fails.
    """
    if submission.token.age is spam.FormAge.TOO_OLD:
        raise SubmissionRefused(TOO_OLD)
    try:
        # The diary's lock comes before every other. An enquiry without slots need not wait for it: `receive` is one
        # transaction by itself.
        with locking.diary_locked(now) if submission.slots else nullcontext():
            same_form, sent_before, same_answers = enquiries.like_received(
                form_digest=submission.form_digest,
                answers_digest=submission.answers_digest,
                sent_before=submission.sent_before,
                now=now,
            )
            own = same_form or (sent_before if sent_before and _is_by_the_same(sent_before, submission) else None)
            if own is None and same_answers:
                return Receipt(same_answers, is_own=False, shows_ways_back=False)
            return _receipt(own or _store(submission, policy, now), submission, policy, now)
    except additions.TooManyAdditions:
        raise SubmissionRefused(TOO_MANY_ADDITIONS, 429) from None
    except Error as problem:
        logger.error("An enquiry could not be stored (%s).", type(problem).__name__)
        raise SubmissionRefused(NOT_STORED, 503) from problem


def _is_by_the_same(enquiry: Enquiry, submission: Submission) -> bool:
    """Return whether what this browser sent before is of the same kind and by somebody with the same name or address.

    Without JavaScript, Back shows a new form, which can be told from somebody else's at the same browser only by this.
    """
    details, contact = submission.details, enquiry.contact
    is_same_person = any(
        details.get(name) and search.fold(details[name]) == search.fold(getattr(contact, name))
        for name in ("name", "email", "phone")
    )
    return is_same_person and details.get("kind", Enquiry.Kind.REQUEST) == enquiry.kind


def _receipt(enquiry: Enquiry, submission: Submission, policy: ReplyPolicy, now: datetime) -> Receipt:
    """Complete what was stored just now, or add what is new to what the sender stored before."""
    is_same_browser = enquiry.reference == submission.sent_before
    shows_ways_back = is_same_browser or now < enquiry.received_at + WAYS_BACK_SHOWN_FOR
    if enquiry.answers_digest != submission.answers_digest or enquiry.set_aside_because:
        enquiry = _add(enquiry, submission, policy, now)
    requested, private_path = _request_slots(enquiry, submission.slots, now)
    return Receipt(enquiry, True, shows_ways_back, requested, private_path)


def _add(enquiry: Enquiry, submission: Submission, policy: ReplyPolicy, now: datetime) -> Enquiry:
    return additions.add(
        enquiry,
        submission.details,
        submission.slots,
        answers_digest=submission.answers_digest,
        suspicion=_suspicion(submission),
        policy=policy,
        now=now,
    )


def _suspicion(submission: Submission) -> str:
    return spam.suspicion(submission.token.age, submission.honeypot, submission.details["message"])


def _store(submission: Submission, policy: ReplyPolicy, now: datetime) -> Enquiry:
    token, suspicion = submission.token, _suspicion(submission)
    count = spam.count_form(submission.origin, now, is_suspicious=bool(suspicion))
    if count is None:
        raise SubmissionRefused(TOO_MANY, 429)
    digests = {"form_digest": submission.form_digest, "answers_digest": submission.answers_digest}
    return enquiries.receive(
        submission.details | digests | {"notice_version": token.notice_version},
        policy=policy,
        suspicion=suspicion,
        is_rush=spam.is_rush(count),
        form_id=token.form_id,
        now=now,
    )


def _request_slots(enquiry: Enquiry, slots: list[Slot], now: datetime) -> tuple[int, str]:
    """Request the slots once: neither again for a second copy of the form, nor for an enquiry that was answered.

    Return how many were free, and where some were not, the path of the private page.
    """
    is_unanswered = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.SET_ASIDE)
    if not slots or not is_unanswered or enquiry.appointments.exists():
        return 0, ""
    requested = len(appointments.request_free_slots(enquiry, slots, now))
    return requested, private_links.path(enquiry, now) if requested < len(slots) else ""
