"""Messages as emails. Subjects and senders are neutral, because someone else may read the screen."""

import smtplib
from datetime import datetime
from email.charset import QP, Charset
from email.header import decode_header, make_header
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error

from bookings import private_links
from bookings.encryption import UnreadableText
from bookings.messages import conversation
from bookings.messages.automatic_words import MessageWords, current_words, fill, one_line, values_in
from bookings.messages.calendar_files import (
    attached_appointment,
    attached_series,
    with_calendar_file,
    with_series_file,
)
from bookings.messages.context import MessageContext, UnreadableMessageError, UnwritableMessageError
from bookings.messages.conversation import ConversationStoppedError, TimeLimit, UnconfirmedError
from bookings.messages.definitions import Audience, MessageChannel
from bookings.messages.failures import Failure, FailureKind
from bookings.models import Message, Reply
from practice.email_addresses import UnsendableAddressError, own_to_ascii, to_ascii
from practice.models import Practice

QUOTED_PRINTABLE = Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = QP
SERVER_CLOSES = 421  # "service not available, closing transmission channel" (RFC 5321, 3.8)
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}  # RFC 3834


class NoNotificationAddressError(Exception):
    """There is no address to send to."""


class EmailTransport:
    """Delivers to the mail server."""

    def deliver(self, message: Message, practice: Practice, now: datetime, limit: TimeLimit) -> None:
        try:
            email = compose(message, practice, now)
            email.message().as_bytes()  # headers and parts are written here, not only once the server has answered
        except Error:  # the database is away: nothing is wrong with this message
            raise
        except Exception as problem:
            raise UnwritableMessageError from problem
        if not conversation.send(email, limit):
            raise NoNotificationAddressError

    def describe(self, problem: Exception) -> Failure:
        """Return what went wrong, in words without an address, and whom it concerns."""
        cause = problem.__cause__ if isinstance(problem, UnwritableMessageError) else problem
        match cause:
            case smtplib.SMTPRecipientsRefused():
                code = max(code for code, _ in cause.recipients.values())
                return Failure(f"The mail server refused the receiver’s address ({code}).", _kind_of_refusal(code))
            case smtplib.SMTPAuthenticationError():
                sentence = f"The mail server refused our user name or password ({cause.smtp_code})."
                return Failure(sentence, FailureKind.SERVER)
            case smtplib.SMTPSenderRefused():
                return Failure(f"The mail server refused our own address ({cause.smtp_code}).", FailureKind.SERVER)
            case smtplib.SMTPDataError():
                code = cause.smtp_code
                return Failure(f"The mail server refused the message ({code}).", _kind_of_refusal(code))
            case smtplib.SMTPResponseException():
                return Failure(f"The mail server refused the connection ({cause.smtp_code}).", FailureKind.SERVER)
            case UnsendableAddressError():
                return Failure("No email can be sent to the receiver’s address.", FailureKind.REFUSED)
            case UnreadableMessageError():
                return Failure("Its words cannot be read: their key is missing from FIELD_KEY.")
            case NoNotificationAddressError():
                return Failure("There is no address to send it to. Fill in your notification email.")
            case UnconfirmedError():
                return Failure("The mail server took the message but did not confirm it.", FailureKind.UNCONFIRMED)
            case ConversationStoppedError():
                return Failure("The site was stopped while it was being sent.", FailureKind.STOPPED)
            case smtplib.SMTPException() | OSError():
                is_late = isinstance(cause, TimeoutError) or isinstance(cause.__context__, TimeoutError)
                late = "The mail server did not answer in time."  # smtplib wraps the timeout in an error of its own
                return Failure(late if is_late else "The mail server could not be reached.", FailureKind.SERVER)
            case _:
                return Failure(f"The message could not be written ({type(cause).__name__}).")


def _kind_of_refusal(code: int) -> FailureKind:
    if code == SERVER_CLOSES:
        return FailureKind.SERVER
    return FailureKind.REFUSED if code >= 500 else FailureKind.MESSAGE


def compose(message: Message, practice: Practice, now: datetime) -> EmailMessage:
    """Compose the email as it is to be sent now. Its Message-ID stays the same however often it is tried.

    Raises UnreadableMessageError and UnsendableAddressError.
    """
    email = reply_email(message.reply, practice, now) if message.reply else _automatic_email(message, practice, now)
    if any(isinstance(text, UnreadableText) for text in (email.subject, email.body, *email.to)):
        raise UnreadableMessageError
    email.subject = one_line(str(email.subject))
    is_for_person = message.definition.audience == Audience.PERSON
    email.to = [to_ascii(address) if is_for_person else own_to_ascii(address) for address in email.to]
    email.from_email, email.reply_to = own_to_ascii(email.from_email), list(map(own_to_ascii, email.reply_to))
    email = with_calendar_file(email, attached_appointment(message), now)
    email = with_series_file(email, attached_series(message, now), now)
    if not email.message().as_string().isascii():
        # Not every mail server says that it takes 8-bit text, and one that converts it breaks a signature (DKIM).
        email.encoding = QUOTED_PRINTABLE
    email.extra_headers["Message-ID"] = message.message_id
    return email


def _automatic_email(message: Message, practice: Practice, now: datetime) -> EmailMessage:
    definition = message.definition
    words = current_words(definition)
    filled = fill(words, values_in(definition, words, MessageContext(message, now)))
    if definition.audience == Audience.THERAPIST:
        return automatic_email(filled, message.recipient or notification_address(practice), practice)
    address = message.enquiry.contact.address_for(MessageChannel.EMAIL) if message.enquiry else ""
    return automatic_email(filled, address, practice)


def automatic_email(words: MessageWords, address: str, practice: Practice) -> EmailMessage:
    return EmailMessage(
        subject=words.subject,
        body=words.body,
        from_email=sender(practice),
        to=[address],
        reply_to=_reply_to(practice),
        headers=dict(HEADERS),
    )


def reply_email(reply: Reply, practice: Practice, now: datetime) -> EmailMessage:
    """Compose what the therapist wrote.

    {link} becomes their private link only now, so that no stored reply holds it. A complaint has none.
    """
    has_link = "{link}" in reply.body and not reply.enquiry.is_complaint
    link = private_links.address(reply.enquiry, now) if has_link else ""
    return EmailMessage(
        subject=reply.subject,
        body=reply.body.replace("{link}", link),
        from_email=sender(practice),
        to=[reply.enquiry.contact.email],
        reply_to=_reply_to(practice),
    )


def headers_and_body(email: EmailMessage) -> dict[str, str]:
    """Return what a preview shows of it."""
    return {
        "sender": str(make_header(decode_header(email.from_email))),
        "to": email.to[0],
        "reply_to": ", ".join(email.reply_to),
        "subject": one_line(str(email.subject)),
        "body": str(email.body),
    }


def sender(practice: Practice) -> str:
    """Return what the receiver's screen shows: the neutral sender name and the site's address."""
    return formataddr((practice.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def notification_address(practice: Practice) -> str:
    return practice.notification_address or settings.THERAPIST_EMAIL


def _reply_to(practice: Practice) -> list[str]:
    return [practice.reply_to] if practice.reply_to else []
