"""Receive the consultation form: the enquiry and the slots it requests are stored together or not at all."""

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error

from bookings import appointments, enquiries, locking, private_links, spam
from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.rate_limits import Origin

logger = logging.getLogger(__name__)

TOO_OLD = "This page was open for more than a day. Check your answers, then send them again"
TOO_MANY = "Several messages came from your connection within an hour, so this one was not sent. Try again in an hour"
NOT_STORED = "Something went wrong here and your message was not kept. Send it again in a minute"


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


@dataclass(frozen=True)
class Receipt:
    """The stored enquiry and, where some of its slots were taken meanwhile, the page on which to choose others."""

    enquiry: Enquiry
    requested_slots: int = 0
    private_path: str = ""


def submit(submission: Submission, policy: ReplyPolicy, now: datetime) -> Receipt:
    """Store the enquiry with those of its slots that are still free. A second copy returns the first enquiry.

    Raises SubmissionRefused for a form that is too old, for too many from one connection, and where the database fails.
    """
    if submission.token.age is spam.FormAge.TOO_OLD:
        raise SubmissionRefused(TOO_OLD)
    try:
        # The diary's lock comes before every other. An enquiry without slots need not wait for it: `receive` is one
        # transaction by itself.
        with locking.diary_locked(now) if submission.slots else nullcontext():
            enquiry = enquiries.already_received(
                form_digest=submission.form_digest, answers_digest=submission.answers_digest, now=now
            )
            return _request_slots(enquiry or _store(submission, policy, now), submission.slots, now)
    except Error as problem:
        logger.error("An enquiry could not be stored (%s).", type(problem).__name__)
        raise SubmissionRefused(NOT_STORED, 503) from problem


def _store(submission: Submission, policy: ReplyPolicy, now: datetime) -> Enquiry:
    token, message = submission.token, submission.details["message"]
    suspicion = spam.suspicion(token.age, submission.honeypot, message)
    if not spam.may_submit(submission.origin, now, is_suspicious=bool(suspicion)):
        raise SubmissionRefused(TOO_MANY, 429)
    digests = {"form_digest": submission.form_digest, "answers_digest": submission.answers_digest}
    return enquiries.receive(
        submission.details | digests | {"notice_version": token.notice_version},
        policy=policy,
        suspicion=suspicion,
        is_rush=spam.is_rush(submission.origin, now),
        now=now,
    )


def _request_slots(enquiry: Enquiry, slots: list[Slot], now: datetime) -> Receipt:
    """Request the slots once: neither again for a second copy of the form, nor for an enquiry that was answered."""
    is_unanswered = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.SET_ASIDE)
    if not slots or not is_unanswered or enquiry.appointments.exists():
        return Receipt(enquiry)
    requested = len(appointments.request_free_slots(enquiry, slots, now))
    return Receipt(enquiry, requested, private_links.path(enquiry, now) if requested < len(slots) else "")
