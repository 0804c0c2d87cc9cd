"""Logs name no address that opens something."""

import logging
import re

SECRET = re.compile(r"(?<=/)(?=[\w-]*[A-Z0-9])[\w-]{20,}")


class SecretPathFilter(logging.Filter):
    """Blanks each part of a path that is long enough to be a key: a private link, a shared draft, a calendar feed."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = SECRET.sub("…", record.getMessage()), ()
        return True
