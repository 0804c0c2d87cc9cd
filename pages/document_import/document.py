"""The data that readers of documents return."""

from dataclasses import dataclass, field
from typing import Any

from pages.picture_edits import UNEDITED, PictureEdits

MAX_FILE_BYTES = 10_000_000
MAX_PAGES = 100
WORDS_PER_PAGE = 500
CHARS_PER_PAGE = 3500  # for a text with hardly any spaces


class DocumentError(ValueError):
    """Tells the therapist, in a sentence, why a document was not imported."""


@dataclass(frozen=True)
class DocumentText:
    html: str


@dataclass(frozen=True)
class DocumentImage:
    data: bytes
    alt: str
    name: str
    edits: PictureEdits = UNEDITED  # as the document shows it


@dataclass(frozen=True)
class DocumentBlock:
    """A block that is not plain text, written in Markdown as `::: question How long does it take?`."""

    kind: str
    argument: str
    html: str = ""


Part = DocumentText | DocumentImage | DocumentBlock


@dataclass(frozen=True)
class Document:
    title: str
    fields: dict[str, Any] = field(default_factory=dict)  # fields of a page that the document sets
    parts: list[Part] = field(default_factory=list)  # in reading order
    dropped: list[str] = field(default_factory=list)  # such as “2 comments”


def refuse_if_too_long(text: str, pages: int = 0) -> None:
    """Check the length of the text and the number of pages that the file declares. Raises DocumentError."""
    pages = max(pages, -(-len(text.split()) // WORDS_PER_PAGE), -(-len(text) // CHARS_PER_PAGE))
    if pages > MAX_PAGES:
        raise DocumentError(
            f"This document is about {pages:,} pages long; at most {MAX_PAGES} can be imported at once. "
            "Import it in parts."
        )


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun, such as “1 comment” or “2 comments”."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
