"""Keep secret addresses out of the logs."""

import logging
import re

SECRET = re.compile(r"(?<=/)(?=[\w-]*[A-Z0-9])[\w-]{20,}")


class SecretPathFilter(logging.Filter):
    """Remove each part of a path that could be a key: of a private link, a shared draft or a calendar feed."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = SECRET.sub("…", record.getMessage()), ()
        return True
