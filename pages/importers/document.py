"""What a page is made of, once a file or a pasted text has been read."""

from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 10_000_000
MAX_PAGES = 100
WORDS_ON_A_PAGE = 500
LETTERS_ON_A_PAGE = 3500  # for a text that hardly has spaces


class DocumentError(ValueError):
    """Says in a sentence for the therapist why a document was not taken in."""


@dataclass(frozen=True)
class DocumentText:
    html: str


@dataclass(frozen=True)
class DocumentImage:
    data: bytes
    alt: str
    name: str


@dataclass(frozen=True)
class DocumentBlock:
    """A block that is not plain text, as Markdown writes it: `::: question How long does it take?`."""

    kind: str
    argument: str
    html: str = ""


@dataclass(frozen=True)
class Document:
    title: str
    fields: dict[str, Any] = field(default_factory=dict)  # of a page, where the document names them
    parts: list[DocumentText | DocumentImage | DocumentBlock] = field(default_factory=list)  # in reading order
    dropped: list[str] = field(default_factory=list)  # such as “2 comments”, to follow “Left out or changed:”


def refuse_if_long(text: str, pages: int = 0) -> None:
    """By the length of its text and by the number of pages that it claims. Raises DocumentError."""
    pages = max(pages, -(-len(text.split()) // WORDS_ON_A_PAGE), -(-len(text) // LETTERS_ON_A_PAGE))
    if pages > MAX_PAGES:
        raise DocumentError(
            f"This document is about {pages:,} pages long, and {MAX_PAGES} is the most that can be brought in "
            "at once. Bring it in part by part."
        )


def counted(number: int, noun: str, nouns: str = "") -> str:
    """“1 comment”, “2 comments”."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
