"""Keep secret addresses out of the logs, of Django and of the web server."""

import logging
import re

# Whatever follows these words in a path opens something, however it is written: a private page, a shared draft, the
# therapist's appointments, an account. tests/practice/test_secret_addresses.py compares them with the routes that take
# a token.
SECRET_PATHS = ("private", "draft", "calendar", "new-password")
SECRET = re.compile(
    rf"(?i:(?P<path>/+(?:{'|'.join(SECRET_PATHS)})/+)(?!(?:erased)?(?:[/?\s\"']|$)))[^/?#\s\"']+"
    r"|(?<=/)(?=[\w:%-]*[A-Z0-9])[\w:%-]{20,}"
)
BAD_REQUEST = 400
QUERY = re.compile(r"(?P<path>(?:^|\s)(?:https?:/)?/[^\s?\"']*)\?[^\s\"']*")


def without_secrets(text: str) -> str:
    """Blank what opens something, and what follows a question mark in an address."""
    return QUERY.sub(r"\g<path>?…", SECRET.sub(lambda match: f"{match['path'] or ''}…", text))


class SecretPathFilter(logging.Filter):
    """Remove each part of a path that could be a key: of a private link, a shared draft or a calendar feed."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), ()
        if record.name.startswith("django.security") or getattr(record, "status_code", 0) == BAD_REQUEST:
            record.exc_info = None  # a refused request is no fault, and whoever sends many would fill the log
        return True


class SecretTracebackFormatter(logging.Formatter):
    """The traceback is text too: the message of an exception may hold an address."""

    def formatException(self, ei: object) -> str:  # noqa: N802 (the name in logging)
        return without_secrets(super().formatException(ei))  # type: ignore[arg-type]
