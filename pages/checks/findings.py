"""A finding, and the context of the site that the checks need."""

import hashlib
from dataclasses import dataclass

from pages.checks.passages import LIVE
from practice.facts import Facts

LEVELS = STOPS, WARNS, OFFERS = "stops", "warns", "offers"
MAX_QUOTE_LETTERS = 300

Origin = tuple[str, str]  # title and URL of the rule or the law


@dataclass(frozen=True)
class CheckContext:
    public_pages: set[int]
    existing_pages: set[int]  # all that were not deleted, drafts too
    pictures: set[int]
    paths: set[str]  # present and former paths of public pages
    facts: Facts
    site_url: str
    path: str


@dataclass(frozen=True)
class Finding:
    rule: str
    level: str  # one of LEVELS
    message: str
    reason: str
    place: str  # the uid of a block, the name of a field, or empty for the whole page
    quote: str
    key: str  # a note on the finding is stored under it; it changes when the sentence changes
    source: Origin | None = None
    suggestion: dict[str, str] | None = None  # the token of a live fact, and the words it would replace


def finding(
    rule: str,
    message: str,
    reason: str,
    *,
    place: str = "",
    quote: str = "",
    sentence: str = "",
    level: str = WARNS,
    source: Origin | None = None,
    suggestion: dict[str, str] | None = None,
) -> Finding:
    message, quote = message.replace(LIVE, "…"), quote.replace(LIVE, "…")
    parts = [rule, place, _normal(quote), _normal(sentence)]
    key = hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).hexdigest()
    return Finding(rule, level, message, reason, place, quote[:MAX_QUOTE_LETTERS], key, source, suggestion)


def _normal(words: str) -> str:
    return " ".join(words.casefold().split())
