"""Search the published pages.

In: the words that a visitor typed, and the current time. Out: `SearchHit`s with a title, a path and a snippet in which
the matching words are marked, best match first. `search()` is the way in; `suggestion()` proposes a spelling where
nothing matches, and `is_crisis()` says whether urgent help should be shown.

The words never reach the database, so that none of its logs can hold them: all published texts are read and compared
in Python, ignoring case and accents, by exact word, stem and beginning, with one group of synonyms.

Limits: MAX_QUERY_CHARS, MAX_QUERY_WORDS, MAX_PAGE_CHARS and MAX_HITS. tests/pages/test_large_site.py holds the queries,
benchmarks/search.py measures the time.

Tried instead: the full-text search of the databases. SQLite's FTS5 and PostgreSQL's `tsvector` stem, fold accents and
rank differently, so that the same query would find different pages on each, and the words
would be part of SQL statements.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from operator import itemgetter

import snowballstemmer  # type: ignore[import-untyped]
from django.db.models.functions import Left
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pages.models import BLOCKS, Revision
from pages.page_source import Source, field, known_blocks
from pages.richtext import to_text

MAX_QUERY_CHARS = 100
MAX_QUERY_WORDS = 8
MAX_PAGE_CHARS = 100_000  # the text beyond is not searched
MAX_HITS = 30
SNIPPET_CHARS = 170
SNIPPET_LEAD_CHARS = 40  # before the first match
MAX_SNIPPET_MATCHES = 50  # tried as the beginning of a snippet

EXACT, SAME_STEM, BEGINNING, OTHER = 3, 2, 1, 0
TITLE, HEADING, LEAD, TEXT = 4, 3, 2, 1

_STOP_WORDS = """
    a about am an and any are as at be been but by can could do does for from had has have he her his how i if in is it
    its many me much my of on or our she should so that the their them there they this to was we were what when where
    which who why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
SYNONYMS = ["cost", "price", "fee", "charge"]

_WORD = re.compile("\\w+(?:[\u0300-\u036f'’]+\\w+)*[\u0300-\u036f]*")
_MARKS = re.compile("[\u0300-\u036f'’]")  # combining accents and apostrophes
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
    """A word of the query, folded."""

    text: str
    stem: str
    synonyms: frozenset[str]  # their stems
    prefixes: tuple[str, ...]  # every word with one of these stems begins with one of them

    def level(self, other: str) -> int:
        if other == self.text:
            return EXACT
        stem = _stem(other)
        if stem == self.stem:
            return SAME_STEM
        is_longer = len(self.text) > 2 and other.startswith(self.text)
        return BEGINNING if is_longer or stem in self.synonyms else OTHER

    def best_in(self, folded: str) -> int:
        best = OTHER
        pattern = "|".join(map(re.escape, self.prefixes))
        for match in re.finditer(rf"(?:{pattern})\w*", folded):  # much faster than with \b in front
            if not folded[match.start() - 1 : match.start()].isalnum():
                best = max(best, self.level(match[0]))
            if best == EXACT:
                break
        return best


@dataclass(frozen=True)
class SearchQuery:
    words: list[SearchWord]
    phrase: re.Pattern[str] | None  # None for a single word

    def matches(self, folded: str) -> bool:
        return any(word.best_in(folded) for word in self.words)

    def has_phrase(self, folded: str) -> bool:
        return self.phrase is not None and bool(self.phrase.search(folded))


def search(words: str, now: datetime) -> list[SearchHit]:
    """Return the best matching published pages, best first; none if the query has only stop words.

    This makes at most two database queries.
    """
    query = _query(words)
    if not query.words:
        return []
    public = Revision.objects.public(now).with_current_path()
    texts = {
        pk: (text, folded)
        for pk, text in public.values_list("pk", Left("text", MAX_PAGE_CHARS))
        if query.matches(folded := _fold(text))
    }
    rows = public.filter(pk__in=texts).values_list("pk", "path", "source")
    ranked = sorted((_rank(query, source, texts[pk][1]), path, pk, source) for pk, path, source in rows)
    return [
        SearchHit(field(source, "title") or path, path, _snippet(query, source, texts[pk][0]))
        for _, path, pk, source in ranked[:MAX_HITS]
    ]


def suggestion(words: str, now: datetime) -> str:
    """Respell a query that matched nothing with words of the site's titles and headings; empty if none is similar.

    This makes one database query, which does not contain the words.
    """
    vocabulary = {
        word
        for source in Revision.objects.public(now).values_list("source", flat=True)
        for text in (field(source, "title"), *_headings(source))
        for word in _words(text)
        if len(word) > 3 and word not in STOP_WORDS
    }
    typed = [text for text in _words(words[:MAX_QUERY_CHARS]) if text not in STOP_WORDS][:MAX_QUERY_WORDS]
    respelt = [text if text in vocabulary else _nearest(text, vocabulary) for text in typed]
    return " ".join(respelt) if respelt != typed and all(respelt) else ""


def _nearest(text: str, vocabulary: set[str]) -> str:
    return next(iter(get_close_matches(text, sorted(vocabulary), 1, 0.8)), "")


def is_crisis(words: str) -> bool:
    """Return whether someone who searches for this may need urgent help."""
    return bool(_CRISIS.search(" ".join(_words(words))))


def _query(words: str) -> SearchQuery:
    typed = _words(words[:MAX_QUERY_CHARS])
    meaningful = [text for text in dict.fromkeys(typed) if text not in STOP_WORDS]
    chosen = [_word(text) for text in [text for text in meaningful if len(text) > 1] or meaningful][:MAX_QUERY_WORDS]
    phrase = re.compile(r"\W+".join(rf"\b{re.escape(text)}\b" for text in typed)) if len(typed) > 1 else None
    return SearchQuery(chosen, phrase)


def _word(text: str) -> SearchWord:
    stem = _stem(text)
    stems = {_stem(synonym): synonym for synonym in SYNONYMS}
    synonyms = {key: synonym for key, synonym in stems.items() if key != stem} if stem in stems else {}
    prefixes = (_prefix(text, stem), *(_prefix(synonym, key) for key, synonym in synonyms.items()))
    return SearchWord(text, stem, frozenset(synonyms), prefixes)


def _prefix(text: str, stem: str) -> str:
    prefix = "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, stem, strict=False)))
    # “therapy” and “therapies”, “use” and “using” differ before the last letter of their stem.
    return prefix[:-1] if len(prefix) > 2 and prefix[-1] in "iye" else prefix


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _fold(text))


def _fold(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return snowballstemmer.stemmer("english").stemWord(word)  # a new stemmer each time, because it is not thread-safe


def _rank(query: SearchQuery, source: Source, text: str) -> tuple[int, int, int]:
    """Return a sort key: by exact phrase, then the number of matching words, then where and how well they match."""
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
        yield from (block[name] for name in ("question", "title") if name in BLOCKS[block["type"]].text_fields)


# --- Snippets --------------------------------------------------------------------------------


@dataclass(frozen=True)
class MatchPosition:
    """A word of the text that matches a word of the query."""

    begin: int
    end: int
    word: str
    level: int


def _snippet(query: SearchQuery, source: Source, text: str) -> SafeString:
    """Return the best one or two passages in reading order; the start of the text if only the title matches."""
    lines = f"{text}\n".removeprefix(f"{field(source, 'title')}\n").split("\n")
    matching = [(number, line, matches) for number, line in enumerate(lines) if (matches := _matches(query, line))]
    best = sorted(matching, key=lambda item: (not query.has_phrase(_fold(item[1])), -_score(item[2]), item[0]))[:2]
    if not best:
        return escape(_cut(lines[0]))
    return mark_safe(_joined([_marked(line, matches) for _, line, matches in sorted(best)]))  # noqa: S308 -- escaped


def _joined(passages: list[str]) -> str:
    """Join passages with a dash after a heading, and with one ellipsis only."""
    joined = passages[0]
    for passage in passages[1:]:
        if joined.endswith("…"):
            joined += f" {passage.removeprefix('… ')}"
        elif passage.startswith("…") or _SENTENCE_END.search(joined):
            joined += f" {passage}"
        else:
            joined += f" – {passage}"
    return joined


def _matches(query: SearchQuery, line: str) -> list[MatchPosition]:
    folded = _fold(line)
    if not any(prefix in folded for word in query.words for prefix in word.prefixes):
        return []
    return [
        MatchPosition(match.start(), match.end(), word.text, level)
        for match in _WORD.finditer(line)
        for level, word in [max(((word.level(_fold(match[0])), word) for word in query.words), key=itemgetter(0))]
        if level
    ]


def _score(matches: Iterable[MatchPosition]) -> int:
    """Score a set of matches; each word of the query counts once, with its best match."""
    levels: dict[str, int] = {}
    for match in matches:
        levels[match.word] = max(match.level, levels.get(match.word, 0))
    return sum(4 + level for level in levels.values())


def _marked(line: str, matches: list[MatchPosition]) -> str:
    """Return the part of the line with the best matches, each marked."""

    def within(begin: int, end: int) -> list[MatchPosition]:
        return [match for match in matches if begin <= match.begin and match.end <= end]

    reach = SNIPPET_CHARS - SNIPPET_LEAD_CHARS
    first = max(matches[:MAX_SNIPPET_MATCHES], key=lambda match: _score(within(match.begin, match.begin + reach)))
    begin = _word_start(line, first.begin - SNIPPET_LEAD_CHARS) if len(line) > SNIPPET_CHARS else 0
    end = max(_word_end(line, begin + SNIPPET_CHARS), first.end)
    parts, at = ["… " if begin else ""], begin
    for match in within(begin, end):
        parts += [escape(line[at : match.begin]), f"<mark>{escape(line[match.begin : match.end])}</mark>"]
        at = match.end
    return "".join([*parts, escape(line[at:end]), " …" if end < len(line) else ""])


def _cut(line: str) -> str:
    end = _word_end(line, SNIPPET_CHARS)
    return line[:end] + (" …" if end < len(line) else "")


def _word_start(line: str, at: int) -> int:
    """Return where the first whole word at or after an index begins."""
    return 0 if at <= 0 else line.find(" ", at, at + 40) + 1 or at


def _word_end(line: str, at: int) -> int:
    """Return where the last whole word before an index ends."""
    return len(line) if at >= len(line) else max(line.rfind(" ", at - 40, at), 0) or at
