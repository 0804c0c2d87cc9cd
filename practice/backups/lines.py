"""The lines of JSON in a backup: the first describes it, the last says what the others add up to."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from practice.backups.errors import DAMAGED, NEWER, BackupError

FORMAT = 1


def encode(value: Any, *, is_sorted: bool = False) -> bytes:
    """Return the value as one line; if sorted, the same in whatever order a database keeps the names in JSON."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=is_sorted).encode() + b"\n"


class LineWriter:
    """Writes lines of JSON, and at the end how many they were and what they add up to."""

    def __init__(self, content: gzip.GzipFile) -> None:
        self.content, self.digest, self.number = content, hashlib.sha256(), 0

    def write(self, value: Any) -> None:
        line = encode(value)
        self.content.write(line)
        self.digest.update(line)
        self.number += 1

    def write_end(self) -> None:
        self.content.write(json.dumps({"lines": self.number, "sha256": self.digest.hexdigest()}).encode() + b"\n")


def read_lines(content: gzip.GzipFile) -> Iterator[Any]:
    """Yield the value of each line. Raises BackupError at the end if it is not all that was written."""
    digest, number = hashlib.sha256(), 0
    try:
        for line in content:
            value = json.loads(line)
            if isinstance(value, dict) and "sha256" in value:
                if value != {"lines": number, "sha256": digest.hexdigest()} or content.read(1):
                    raise BackupError(DAMAGED)
                return
            digest.update(line)
            number += 1
            yield value
    except (OSError, EOFError, ValueError) as problem:
        raise BackupError(DAMAGED) from problem
    raise BackupError(DAMAGED)


def read_header(lines: Iterator[Any]) -> dict[str, Any]:
    header = next(lines)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BackupError(NEWER.format(header.get("version", "?") if isinstance(header, dict) else "?"))
    return header
