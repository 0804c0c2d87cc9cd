"""One conversation with the mail server, which ends in time whatever the server does.

A timeout of a socket counts from the last byte, so a server that sends one now and then never reaches it, and a call of
the resolver has none. The conversation has a thread of its own, which is left alone when its time is over.
"""

import smtplib
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock, Thread
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.module_loading import import_string

END_OF_MESSAGE = b"\r\n.\r\n"
TAKEN = 250
LOOK_EVERY = 0.1  # seconds


class ConversationStoppedError(Exception):
    """The worker was told to stop before the server had taken the message."""


class UnconfirmedError(Exception):
    """The server was sent the whole message, but did not say whether it took it."""


@dataclass(frozen=True)
class TimeLimit:
    """How many seconds a conversation may take in all, and how many more once the worker was told to stop."""

    seconds: float = 90
    seconds_once_stopped: float = 4
    is_stopped: Callable[[], bool] = lambda: False


class Conversation:
    """Sends one email in a thread. Its socket can be shut from outside, whatever the thread waits for."""

    def __init__(self, email: EmailMessage) -> None:
        self.email = email
        self.smtp: ConversationSMTP | None = None
        self.is_handed_over = False  # the server was sent the last byte of the message
        self.reply: int | None = None  # the server's reply to it
        self.reply_text = b""
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._lock = Lock()
        self._ended = Event()
        self._count = 0
        self._problem: Exception | None = None

    def hold(self, limit: TimeLimit) -> int:
        """Return how many emails were sent. Raises TimeoutError, the two errors above, or what Django raises."""
        Thread(target=self._send, daemon=True).start()
        self._wait(limit)
        if self.reply == TAKEN:
            return 1  # whatever went wrong while saying goodbye
        if self._problem is None:
            return self._count
        if self.is_handed_over and self.reply is None:
            raise UnconfirmedError from self._problem
        raise self._problem

    def _send(self) -> None:
        try:
            count = self.email.send()
        except Exception as problem:
            self._end(0, problem)
        else:
            self._end(count, None)
        if self.smtp:
            self.smtp.close()
        if self._socket:
            self._socket.close()

    def _end(self, count: int, problem: Exception | None) -> None:
        with self._lock:
            if not self._is_cut:
                self._count, self._problem = count, problem
                self._ended.set()

    def _wait(self, limit: TimeLimit) -> None:
        deadline, is_stopping = time.monotonic() + limit.seconds, False
        while not self._ended.wait(LOOK_EVERY):
            if not is_stopping and (limit.is_stopped() or self.reply == TAKEN):
                deadline, is_stopping = min(deadline, time.monotonic() + limit.seconds_once_stopped), True
            if time.monotonic() >= deadline:
                self._cut(ConversationStoppedError() if is_stopping else TimeoutError())
                return

    def _cut(self, problem: Exception) -> None:
        """End the conversation now, unless it has just ended by itself."""
        with self._lock:
            if self._ended.is_set():
                return
            self._is_cut, self._problem = True, problem
            if self._socket:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def note_socket(self, connected: socket.socket) -> None:
        """Keep a duplicate, because TLS takes the socket itself over."""
        with self._lock:
            if self._is_cut:
                connected.close()
                raise TimeoutError
            self._socket = connected.dup()


class ConversationSMTP(smtplib.SMTP):
    """Tells its conversation of the socket, and when the whole message was sent."""

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        self.conversation = conversation
        conversation.smtp = self
        super().__init__(*args, **kwargs)

    def _get_socket(self, *args: Any) -> socket.socket:  # the only place that sees it before TLS does
        connected = super()._get_socket(*args)  # type: ignore[misc]  # the stubs leave it out
        self.conversation.note_socket(connected)
        return connected

    def send(self, s: Any) -> None:
        super().send(s)
        if isinstance(s, bytes) and s.endswith(END_OF_MESSAGE):
            self.conversation.is_handed_over = True

    def data(self, msg: Any) -> tuple[int, bytes]:
        reply = super().data(msg)
        self.conversation.reply, self.conversation.reply_text = reply
        return reply


class ConversationSMTPS(smtplib.SMTP_SSL, ConversationSMTP):
    """The same with TLS from the first byte."""

    def __init__(self, *args: Any, conversation: Conversation, **kwargs: Any) -> None:
        self.conversation = conversation
        conversation.smtp = self
        smtplib.SMTP_SSL.__init__(self, *args, **kwargs)


class ConversationBackend(EmailBackend):
    """Django's backend for one conversation."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self.conversation = conversation

    @property
    def connection_class(self) -> Any:  # type: ignore[override]  # Django calls it as it would call a class
        return partial(ConversationSMTPS if self.use_ssl else ConversationSMTP, conversation=self.conversation)


def send(email: EmailMessage, limit: TimeLimit) -> int:
    """Send the email within the time and return how many were sent; see `Conversation.hold` for what it raises."""
    return begin(email).hold(limit)


def begin(email: EmailMessage) -> Conversation:
    """Return a conversation that is still to be held, about an email that goes to the mail server."""
    conversation = Conversation(email)
    if issubclass(import_string(settings.EMAIL_BACKEND), EmailBackend):
        email.connection = ConversationBackend(conversation)
    return conversation
