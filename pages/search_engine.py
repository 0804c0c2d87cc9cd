"""Finds published pages by words. The words never reach the database, so none of its logs can hold them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile

import snowballstemmer  # type: ignore[import-untyped]
from django.db.models.functions import Left
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pages.models import BLOCKS, Revision
from pages.richtext import to_text
from pages.source import Source, field, known_blocks

MAX_LETTERS = 100  # of what was typed
MAX_WORDS = 8  # that are looked for
MAX_TEXT = 100_000  # characters of each page that are looked at
MAX_HITS = 30
SNIPPET = 170  # characters

EXACT, SAME_STEM, BEGINNING, OTHER = 3, 2, 1, 0
TITLE, HEADING, LEAD, TEXT = 4, 3, 2, 1

_COMMON = """
    a about am an and any are as at be been but by can could do does for from had has have he her his how i if in is it
    its many me much my of on or our she should so that the their them there they this to was we were what when where
    which who why will with would you your
"""
TOO_COMMON = set(_COMMON.split())
ALIKE = ["cost", "price", "fee", "charge"]  # whoever looks for one means any

_WORD = re.compile("\\w+(?:[\u0300-\u036f'’]+\\w+)*[\u0300-\u036f]*")
_NOT_LETTERS = re.compile("[\u0300-\u036f'’]")  # accents, once they stand apart, and apostrophes
_SENTENCE_END = re.compile(r"[.!?:;][”’)]?(?:</mark>)?$")
_HEADING = re.compile(r"<h[23]>(.*?)</h[23]>", re.DOTALL)
_CRISIS = re.compile(
    r"\b(suicid\w*|overdos\w*|emergenc\w*|crisis|self ?(harm|injur)\w*|kill(ing)? (my|your|him|her|them)sel(f|ves)|"
    r"(hurt|harm|cut)(ting|ing)? (my|him|her|them)sel(f|ves)|(end|take)(ing)? (my|his|her|their) (own )?li(fe|ves)|"
    r"taking my (own )?life|(want|going) to die|better off dead|999)\b"
)


@dataclass(frozen=True)
class SearchHit:
    title: str
    path: str
    snippet: SafeString


@dataclass(frozen=True)
class SearchWord:
    """One of the words looked for, folded."""

    text: str
    stem: str
    alike: frozenset[str]  # stems of words that mean the same
    starts: tuple[str, ...]  # what every word begins with that has one of these stems

    def level(self, other: str) -> int:
        if other == self.text:
            return EXACT
        stem = _stem(other)
        if stem == self.stem:
            return SAME_STEM
        is_longer = len(self.text) > 2 and other.startswith(self.text)
        return BEGINNING if is_longer or stem in self.alike else OTHER

    def best_in(self, folded: str) -> int:
        best = OTHER
        starts = "|".join(map(re.escape, self.starts))
        for found in re.finditer(rf"(?:{starts})\w*", folded):  # much faster than with \b in front
            if not folded[found.start() - 1 : found.start()].isalnum():
                best = max(best, self.level(found[0]))
            if best == EXACT:
                break
        return best


@dataclass(frozen=True)
class SearchQuery:
    words: list[SearchWord]
    phrase: re.Pattern[str] | None  # where more than one word was typed

    def found_in(self, folded: str) -> bool:
        return any(word.best_in(folded) for word in self.words)

    def has_phrase(self, folded: str) -> bool:
        return self.phrase is not None and bool(self.phrase.search(folded))


def search(words: str, now: datetime) -> list[SearchHit]:
    """The published pages that answer best, the best first; none if every word is too common to look for.

    At most two queries. Ranked in Python, so that both databases fold accents and endings alike.
    """
    query = _query(words)
    if not query.words:
        return []
    public = Revision.objects.public(now).with_current_path()
    texts = {
        pk: (text, folded)
        for pk, text in public.values_list("pk", Left("text", MAX_TEXT))
        if query.found_in(folded := _fold(text))
    }
    rows = public.filter(pk__in=texts).values_list("pk", "path", "source")
    ranked = sorted((_rank(query, source, texts[pk][1]), path, pk, source) for pk, path, source in rows)
    return [
        SearchHit(field(source, "title") or path, path, _snippet(query, source, texts[pk][0]))
        for _, path, pk, source in ranked[:MAX_HITS]
    ]


def suggestion(words: str, now: datetime) -> str:
    """For words that found nothing: the same, in the spelling of the site's titles and headings; empty if none is near.

    One query, without the words.
    """
    known = {
        word
        for source in Revision.objects.public(now).values_list("source", flat=True)
        for text in (field(source, "title"), *_headings(source))
        for word in _words(text)
        if len(word) > 3 and word not in TOO_COMMON
    }
    typed = [text for text in _words(words[:MAX_LETTERS]) if text not in TOO_COMMON][:MAX_WORDS]
    meant = [text if text in known else _nearest(text, known) for text in typed]
    return " ".join(meant) if meant != typed and all(meant) else ""


def _nearest(text: str, known: set[str]) -> str:
    return next(iter(get_close_matches(text, sorted(known), 1, 0.8)), "")


def is_crisis(words: str) -> bool:
    """Whether somebody who looks for this may need help at once."""
    return bool(_CRISIS.search(" ".join(_words(words))))


def _query(words: str) -> SearchQuery:
    typed = _words(words[:MAX_LETTERS])
    telling = [text for text in dict.fromkeys(typed) if text not in TOO_COMMON]
    wanted = [_word(text) for text in [text for text in telling if len(text) > 1] or telling][:MAX_WORDS]
    phrase = re.compile(r"\W+".join(rf"\b{re.escape(text)}\b" for text in typed)) if len(typed) > 1 else None
    return SearchQuery(wanted, phrase)


def _word(text: str) -> SearchWord:
    stem = _stem(text)
    alike = {_stem(one): one for one in ALIKE}
    others = {} if stem not in alike else {other: one for other, one in alike.items() if other != stem}
    starts = (_start(text, stem), *(_start(one, other) for other, one in others.items()))
    return SearchWord(text, stem, frozenset(others), starts)


def _start(text: str, stem: str) -> str:
    start = "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, stem, strict=False)))
    # “therapy” and “therapies”, “use” and “using” part before the last letter of their stem.
    return start[:-1] if len(start) > 2 and start[-1] in "iye" else start


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _fold(text))


def _fold(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", text.casefold()))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return snowballstemmer.stemmer("english").stemWord(word)  # a new one, because threads cannot share it


def _rank(query: SearchQuery, source: Source, text: str) -> tuple[int, int, int]:
    """Smaller is better: the exact phrase, then how many of the words, then where and how well they were found."""
    zones = {
        TITLE: _fold(field(source, "title")),
        HEADING: _fold("\n".join(_headings(source))),
        LEAD: _fold(field(source, "lead")),
        TEXT: text,
    }
    scores = [
        max((zone * 4 + level for zone, words in zones.items() if (level := word.best_in(words))), default=0)
        for word in query.words
    ]
    phrase = max((zone for zone, words in zones.items() if query.has_phrase(words)), default=0) if all(scores) else 0
    return -phrase, -sum(map(bool, scores)), -sum(scores)


def _headings(source: Source) -> Iterable[str]:
    for block in known_blocks(source):
        yield from map(to_text, _HEADING.findall(block.get("html", "")))
        yield from (block[name] for name in ("question", "title") if name in BLOCKS[block["type"]].words)


# --- Snippets --------------------------------------------------------------------------------


@dataclass(frozen=True)
class MatchPosition:
    """A word of the text that answers one of those looked for."""

    begin: int
    end: int
    word: str
    level: int


def _snippet(query: SearchQuery, source: Source, text: str) -> SafeString:
    """The best one or two places, as they follow one another; the page's first words if only its title answers."""
    lines = f"{text}\n".removeprefix(f"{field(source, 'title')}\n").split("\n")
    found = [(number, line, places) for number, line in enumerate(lines) if (places := _places(query, line))]
    best = sorted(found, key=lambda one: (not query.has_phrase(_fold(one[1])), -_worth(one[2]), one[0]))[:2]
    if not best:
        return escape(_cut(lines[0]))
    return mark_safe(_joined([_marked(line, places) for _, line, places in sorted(best)]))  # noqa: S308 -- escaped


def _joined(passages: list[str]) -> str:
    """A heading does not run into the text after it, and nothing is left out twice."""
    joined = passages[0]
    for passage in passages[1:]:
        if joined.endswith("…"):
            joined += f" {passage.removeprefix('… ')}"
        elif passage.startswith("…") or _SENTENCE_END.search(joined):
            joined += f" {passage}"
        else:
            joined += f" – {passage}"
    return joined


def _places(query: SearchQuery, line: str) -> list[MatchPosition]:
    folded = _fold(line)
    if not any(start in folded for word in query.words for start in word.starts):
        return []
    return [
        MatchPosition(found.start(), found.end(), word.text, level)
        for found in _WORD.finditer(line)
        for word, level in [max(((word, word.level(_fold(found[0]))) for word in query.words), key=lambda one: one[1])]
        if level
    ]


def _worth(places: Iterable[MatchPosition]) -> int:
    """Each word counts once, as well as it was found."""
    levels: dict[str, int] = {}
    for place in places:
        levels[place.word] = max(place.level, levels.get(place.word, 0))
    return sum(4 + level for level in levels.values())


def _marked(line: str, places: list[MatchPosition]) -> str:
    """The stretch of the line where most of the words are, each marked."""

    def within(begin: int, end: int) -> list[MatchPosition]:
        return [place for place in places if begin <= place.begin and place.end <= end]

    first = max(places[:50], key=lambda place: _worth(within(place.begin, place.begin + SNIPPET - 40)))
    begin = _word_start(line, first.begin - 40) if len(line) > SNIPPET else 0
    end = max(_word_end(line, begin + SNIPPET), first.end)
    parts, at = ["… " if begin else ""], begin
    for place in within(begin, end):
        parts += [escape(line[at : place.begin]), f"<mark>{escape(line[place.begin : place.end])}</mark>"]
        at = place.end
    return "".join([*parts, escape(line[at:end]), " …" if end < len(line) else ""])


def _cut(line: str) -> str:
    end = _word_end(line, SNIPPET)
    return line[:end] + (" …" if end < len(line) else "")


def _word_start(line: str, at: int) -> int:
    """Where the first whole word at or after that place begins."""
    return 0 if at <= 0 else line.find(" ", at, at + 40) + 1 or at


def _word_end(line: str, at: int) -> int:
    """Where the last whole word before that place ends."""
    return len(line) if at >= len(line) else max(line.rfind(" ", at - 40, at), 0) or at
