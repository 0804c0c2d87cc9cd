"""Find phrases that advertising rules make risky for an addiction therapist. The rules stand in claims.toml."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pages.checks.findings import Finding, Origin, finding
from pages.checks.passages import Passage, sentence_around

MAX_QUOTE_IN_MESSAGE_LETTERS = 80

_EDGE = r"\b"

# One letter for one letter, so that a match in the plain text stands at the same place in the original.
_PLAIN = str.maketrans(
    {**{chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}, "’": "'", "‘": "'", "“": '"', "”": '"'}
    | dict.fromkeys("\xa0\u2009\u202f", " ")
    | dict.fromkeys("‑–—", "-")
)


@dataclass(frozen=True)
class ClaimRule:
    id: str
    message: str  # the words found are put in for {}
    reason: str
    source: Origin
    pattern: re.Pattern[str]
    excuse: re.Pattern[str] | None  # in the same sentence


class ClaimRules:
    """The rules of a file such as claims.toml, which explains their notation."""

    def __init__(self, path: Path) -> None:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        self._words: dict[str, str] = {}
        for name, phrases in data["words"].items():
            self._words[name] = f"(?:{'|'.join(map(self._expand, phrases))})"
        self.denial = {name: self._compile(phrases) for name, phrases in data["denial"].items()}
        self.quotation = {name: self._compile(data["quotation"][name]) for name in ("praise", "first-person", "client")}
        excuses = {name: self._compile(phrases) for name, phrases in data["excuses"].items()}
        self.rules = {
            rule["id"]: ClaimRule(
                rule["id"],
                rule["message"],
                rule["reason"],
                tuple(data["sources"][rule["source"]]),
                self._compile(rule["phrases"]),
                excuses[rule["excuse"]] if "excuse" in rule else None,
            )
            for rule in data["rules"]
        }
        self.testimonial = self.rules[data["quotation"]["rule"]]

    def _compile(self, phrases: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(self._with_edges(self._expand(phrase)) for phrase in phrases), re.DOTALL)

    def _expand(self, phrase: str) -> str:
        """Write the shorthand out as a regular expression."""
        phrase = re.sub(r"(^|\n) +", "", phrase).replace("_", r"\w+")
        phrase = re.sub(r"\((?!\?)", "(?:", phrase)
        phrase = re.sub(r"(?<=[a-z])(?<!\\[a-z])([*+])", r"\\w\1", phrase)
        # A gap is bounded and lazy, so that no text, however long, makes a search slow.
        phrase = re.sub(
            r"(~?) ?<(\d+)> ?(~?)",
            lambda gap: f"{'' if gap[1] else _EDGE}[^.!?]{{0,{gap[2]}}}?{'' if gap[3] else _EDGE}",
            phrase,
        )
        return re.sub(r"\{([a-z-]+)\}", lambda name: self._words[name[1]], phrase)

    @staticmethod
    def _with_edges(pattern: str) -> str:
        begin = "" if pattern.startswith(("~", "^")) else _EDGE
        end = "" if pattern.endswith(("~", "$")) else _EDGE
        return begin + pattern.removeprefix("~").removesuffix("~") + end


_CLAIMS = ClaimRules(Path(__file__).with_name("claims.toml"))


def check_claims(passages: Iterable[Passage]) -> Iterator[Finding]:
    for passage in passages:
        yield from check_text(passage.text, passage.place)
        if passage.element in ("blockquote", "quote-text", "quote-source") and _is_praise(passage):
            yield _claim(_CLAIMS.testimonial, passage.text, passage.place, 0, len(passage.text))


def check_text(text: str, place: str = "") -> Iterator[Finding]:
    """Check the text of one passage; each rule speaks at most once in a sentence."""
    plain = text.translate(_PLAIN)
    for rule in _CLAIMS.rules.values():
        reported = -1
        for match in rule.pattern.finditer(plain):
            begins, ends = sentence_around(plain, *match.span())
            start, end = match.start() - begins, match.end() - begins
            if begins > reported and not _is_excused(rule, plain[begins:ends], start, end):
                reported = begins
                yield _claim(rule, text, place, *match.span())


def _is_excused(rule: ClaimRule, sentence: str, start: int, end: int) -> bool:
    if rule.excuse and rule.excuse.search(sentence):
        return True
    denial, before = _CLAIMS.denial, sentence[:start]
    clause = before[max((mark.end() for mark in denial["clause-break"].finditer(before)), default=0) :]
    denied = denial["before"].search(denial["empty"].sub("", clause))
    return bool(denied or denial["after"].match(sentence, end))


def _is_praise(passage: Passage) -> bool:
    plain, quotation = passage.text.translate(_PLAIN), _CLAIMS.quotation
    if passage.element == "quote-source":
        return bool(quotation["client"].search(plain))
    return bool(quotation["first-person"].search(plain) and quotation["praise"].search(plain))


def _claim(rule: ClaimRule, text: str, place: str, start: int, end: int) -> Finding:
    begins, ends = sentence_around(text, start, end)
    quote = text[start:end]
    short = quote if len(quote) <= MAX_QUOTE_IN_MESSAGE_LETTERS else f"{quote[: MAX_QUOTE_IN_MESSAGE_LETTERS - 1]}…"
    return finding(
        rule.id,
        rule.message.format(short),
        rule.reason,
        place=place,
        quote=quote,
        sentence=text[begins:ends],
        source=rule.source,
    )
