"""What a check found, and the context it is told about the site."""

import hashlib
from dataclasses import dataclass

from pages.checking.passages import LIVE
from practice.facts import Facts

STOPS, WARNS, OFFERS = "stops", "warns", "offers"
LONGEST_QUOTE = 300

Origin = tuple[str, str]  # title and address of what says so


@dataclass(frozen=True)
class CheckContext:
    public_pages: set[int]
    kept_pages: set[int]  # all that were not removed, drafts too
    pictures: set[int]
    paths: set[str]  # present and former paths of public pages
    facts: Facts
    site_url: str
    path: str


@dataclass(frozen=True)
class Finding:
    rule: str
    level: str  # stops, warns, offers
    message: str
    reason: str
    place: str  # the uid of a block, the name of a field, or empty for the page as a whole
    quote: str
    key: str  # under which an answer is remembered, for as long as these words stand in this sentence
    source: Origin | None = None
    suggestion: dict[str, str] | None = None  # the live token, and the words it would replace


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
    return Finding(rule, level, message, reason, place, quote[:LONGEST_QUOTE], key, source, suggestion)


def _normal(words: str) -> str:
    return " ".join(words.casefold().split())


def shortened(text: str, length: int = 60) -> str:
    """Cut at a word, with … where something is left out."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    words, space, _ = kept.rpartition(" ")
    return (kept if text[length - 1] == " " or not space else words).rstrip(" ,;:.–-") + "…"
