"""Send one message through the mail server, and say what the server answered."""

import smtplib
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from bookings.messages import conversation, emails
from bookings.messages.automatic_words import MessageWords
from bookings.messages.conversation import TimeLimit
from bookings.models import new_message_id
from practice import checks, mail_account
from practice.email_addresses import UnsendableAddressError, own_to_ascii, to_ascii
from practice.facts import practice_row
from practice.health import HealthFinding
from practice.models import SiteState

NAME = "test message"
WORDS = MessageWords(
    "Test message",
    "This message shows that the website can send email. Nobody has to answer it.\n",
)
ACCEPTED = (
    "The mail server accepted the message and said: {}. No more can be known from here: look whether it arrives, and "
    "whether it is taken for spam."
)
KEPT_HERE = "EMAIL_URL names no mail server, so the message stays on this machine."
REFUSED = "{} The mail server said: {}."
MAX_LENGTH = 300  # of what the server says


def send(address: str, now: datetime) -> Iterator[HealthFinding]:
    """Send a message that says nothing, as any other is sent, and yield what came of it.

    The answer of the server may hold the address, and is for whoever asked.
    """
    try:
        email = emails.automatic_email(WORDS, to_ascii(address), practice_row())
        email.from_email, email.reply_to = own_to_ascii(email.from_email), list(map(own_to_ascii, email.reply_to))
        email.extra_headers["Message-ID"] = new_message_id()
    except UnsendableAddressError as problem:
        yield HealthFinding(NAME, f"{problem}.", is_fine=False)
        return
    talk = conversation.begin(email)
    try:
        talk.hold(TimeLimit())
    except Exception as problem:  # whatever the server or the network does
        sentence = emails.EmailTransport().describe(problem).sentence
        if words := _words(problem):
            sentence = REFUSED.format(sentence, words)
        yield HealthFinding(NAME, sentence, is_fine=False)
        return
    if any(name in settings.EMAIL_BACKEND for name in checks.LOCAL_MAIL):
        yield HealthFinding(NAME, KEPT_HERE, is_known=False)
        return
    SiteState.load()
    SiteState.objects.update(test_message_at=now)
    mail_account.remember()
    yield HealthFinding(NAME, ACCEPTED.format(_text(talk.reply or 0, talk.reply_text)))


def _words(problem: Exception) -> str:
    """Return the code and the words of a refusal."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(problem.recipients.values()))
            return _text(code, text)
        case smtplib.SMTPResponseException():
            return _text(problem.smtp_code, problem.smtp_error)
        case _:
            return ""


def _text(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return f"{code} {' '.join(printable.split())}"[:MAX_LENGTH].rstrip(". ")
