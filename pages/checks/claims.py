"""Phrases that advertising rules make risky for an addiction therapist; each can be reworded, or answered by a note."""

import re
from collections.abc import Iterable, Iterator

from pages.checks.claim_offers import OFFERS
from pages.checks.claim_promises import PROMISES
from pages.checks.claim_words import TESTIMONIALS, Rule
from pages.checks.findings import Finding, finding
from pages.checks.passages import Passage, sentence_around

RULES = [*PROMISES, *OFFERS]

# One letter for one letter, so that what is found in the plain text stands at the same place in the original.
_PLAIN = str.maketrans(
    {**{chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}, "’": "'", "‘": "'", "“": '"', "”": '"'}
    | dict.fromkeys("\xa0\u2009\u202f", " ")
    | dict.fromkeys("‑–—", "-")
)

_NOT = re.compile(
    r"\b(?:no|not|never|nobody|none|neither|nor|without|cannot|\w+n't|rather than|instead of|myth|distrust|wary"
    r"|beware)\b"
)
_REALLY = re.compile(r"\b(?:not only|why not|not just|no matter|no longer|don't wait|no need|nothing beats)\b")
_CLAUSE = re.compile(
    r"[;:]|\s-\s|\b(?:but|yet)\b|, (?:and |so )?(?:i|we|you|our|my|be|get|let|call|book|ask|it|this)\b"
)
_DENIED_AFTER = re.compile(
    r"\W+(?:is|are|was|were|would be|isn't|aren't)? ?(?:not|never|isn't|aren't|dishonest|impossible|a myth|nobody)\b"
    r"|\W+(?:\w+ )?(?:are|is) (?:not|never)\b"
)

_IN_PRAISE = re.compile(r"\b(?:therap\w+|sessions?|counsell\w+|helped|sober|recover\w+|grateful|thank\w*|listened)\b")
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my)\b")
_SOMEONE_SEEN = re.compile(
    r"\b(?:client|patient|anonymous)\b|^\W*[a-z]\.?(?: ?[a-z]\.?)?(?:,|$)|^\W*[a-z]+, (?:\d\d\b|[a-z]+$)"
)


def check_claims(passages: Iterable[Passage]) -> Iterator[Finding]:
    for passage in passages:
        yield from check_text(passage.text, passage.place)
        if passage.element in ("blockquote", "quote-text", "quote-source") and _is_praise(passage):
            yield _found(_TESTIMONIAL, passage.text, passage.place, 0, len(passage.text))


def check_text(text: str, place: str = "") -> Iterator[Finding]:
    """Of one passage; each rule speaks at most once in a sentence."""
    plain = text.translate(_PLAIN)
    for rule in RULES:
        heard = -1
        for match in rule.pattern.finditer(plain):
            begins, ends = sentence_around(plain, *match.span())
            if begins > heard and not _is_excused(
                rule, plain[begins:ends], match.start() - begins, match.end() - begins
            ):
                heard = begins
                yield _found(rule, text, place, *match.span())


def _is_excused(rule: Rule, sentence: str, start: int, end: int) -> bool:
    if rule.excuse and rule.excuse.search(sentence):
        return True
    before = sentence[:start]
    clause = before[max((mark.end() for mark in _CLAUSE.finditer(before)), default=0) :]
    denied = _NOT.search(_REALLY.sub("", clause))
    return bool(denied or _DENIED_AFTER.match(sentence, end))


def _is_praise(passage: Passage) -> bool:
    plain = passage.text.translate(_PLAIN)
    if passage.element == "quote-source":
        return bool(_SOMEONE_SEEN.search(plain))
    return bool(_FIRST_PERSON.search(plain) and _IN_PRAISE.search(plain))


def _found(rule: Rule, text: str, place: str, start: int, end: int) -> Finding:
    begins, ends = sentence_around(text, start, end)
    quote = text[start:end]
    return finding(
        rule.slug,
        rule.message.format(quote if len(quote) <= 80 else f"{quote[:79]}…"),
        rule.reason,
        place=place,
        quote=quote,
        sentence=text[begins:ends],
        source=rule.source,
    )


_TESTIMONIAL = next(rule for rule in OFFERS if rule.source is TESTIMONIALS)
