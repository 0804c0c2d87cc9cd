"""Check how easily the page reads, and what a search result shows of it."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pages.checks.findings import CheckContext, Finding, finding
from pages.checks.passages import Passage
from pages.page_source import Source, field
from pages.search_engine_preview import (
    MAX_DESCRIPTION_LETTERS,
    MAX_TITLE_LETTERS,
    MIN_DESCRIPTION_LETTERS,
    search_title,
)
from pages.shortening import shortened

MAX_READING_AGE_YEARS = 14.0
MIN_WORDS_FOR_READING_AGE = 100  # with fewer, it means little
MAX_PARAGRAPH_WORDS = 120
MAX_SENTENCE_WORDS = 45

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)?")
_SENTENCE_END = re.compile(r"[.!?…]+[”’\"')]*(?=\s|$)|\n")
_VOWELS = re.compile(r"[aeiouyà-ÿ]+")
_SILENT = re.compile(r"(?:[^aeiouyl]e|[^aeiouydt]ed|[^aeiouyszxcg]es|(?:[^aeiouy]|i[nrv]|[aeu]r)ely)$")
# Places where one group of vowels is two syllables.
_TWO = re.compile(
    r"ia(?!l|n)|io(?!n|us)|[aeiouy]ing$|[^aeioul]l(?:ed|es)$|ism$|(?:vid|g|th|ster)eo|ua(?!r)|iet|uous|creat|react"
    r"|(?<![tcr])ien|rienc|scien"
)


def check_wording(source: Source, passages: list[Passage], context: CheckContext) -> Iterator[Finding]:
    if not _is_hidden(source):
        yield from _search_result(source, context)
    prose = [passage for passage in passages if passage.is_prose]
    yield from _long_passages(prose)
    text = "\n".join(passage.text for passage in prose)
    age = reading_age(text)
    if age > MAX_READING_AGE_YEARS and len(_WORD.findall(text)) >= MIN_WORDS_FOR_READING_AGE:
        yield finding(
            "reading-age",
            f"The page reads as if written for people of {age:.0f} and over; "
            f"{MAX_READING_AGE_YEARS:.0f} is a good aim.",
            "A worried reader takes in shorter sentences and everyday words more easily.",
        )


def reading_age(text: str) -> float:
    """Return the age at which a text is read with ease: Flesch-Kincaid grade plus five years; 0.0 without words."""
    words = _WORD.findall(text)
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    if not words:
        return 0.0
    count = sum(syllables(word.lower()) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59
    return round(max(grade + 5, 5.0), 1)


@lru_cache(maxsize=8192)
def syllables(word: str) -> int:
    """Count the syllables of an English word in lower case: groups of vowels, less the silent ones."""
    word = word.split("'")[0].split("’")[0]
    count = len(_VOWELS.findall(word)) + len(_TWO.findall(word))
    if _SILENT.search(word):
        count -= 1
    return max(count, 1)


def _is_hidden(source: Source) -> bool:
    return isinstance(source, dict) and source.get("noindex") is True


def _search_result(source: Source, context: CheckContext) -> Iterator[Finding]:
    title, description = (
        " ".join(search_title(source, context.facts.practice.name).split()),
        " ".join(field(source, "description").split()),
    )
    if len(title) > MAX_TITLE_LETTERS:
        yield finding(
            "title-length",
            f"The title in search results has {len(title)} letters; about {MAX_TITLE_LETTERS} are shown.",
            "The rest is cut off. A shorter one can be written under “title in search results”.",
            place="seo_title" if field(source, "seo_title") else "title",
            quote=title,
        )
    if not description:
        yield finding(
            "description-missing",
            "The page has no description for search results.",
            "A search engine then chooses words of its own from the page.",
            place="description",
        )
    elif not MIN_DESCRIPTION_LETTERS <= len(description) <= MAX_DESCRIPTION_LETTERS:
        is_short = len(description) < MIN_DESCRIPTION_LETTERS
        yield finding(
            "description-length",
            f"The description has {len(description)} letters; "
            + (
                f"{MIN_DESCRIPTION_LETTERS} or more say enough."
                if is_short
                else f"about {MAX_DESCRIPTION_LETTERS} are shown."
            ),
            "It is what people read before they decide to come in." if is_short else "The rest is cut off.",
            place="description",
            quote=description,
        )


def _long_passages(prose: list[Passage]) -> Iterator[Finding]:
    for passage in prose:
        if len(passage.text) < MAX_SENTENCE_WORDS:
            continue
        count = len(_WORD.findall(passage.text))
        if count > MAX_PARAGRAPH_WORDS:
            yield finding(
                "paragraph-long",
                f"The paragraph that begins “{shortened(passage.text, 40)}” has {count} words.",
                "On a phone it fills the screen. Two paragraphs, or a list, are easier to take in.",
                place=passage.place,
                quote=passage.text,
            )
        if count > MAX_SENTENCE_WORDS:
            yield from _long_sentences(passage)


def _long_sentences(passage: Passage) -> Iterator[Finding]:
    for sentence in _SENTENCE_END.split(passage.text):
        count = len(_WORD.findall(sentence))
        if count > MAX_SENTENCE_WORDS:
            yield finding(
                "sentence-long",
                f"The sentence that begins “{shortened(sentence, 40)}” has {count} words.",
                "Two shorter sentences are easier to follow.",
                place=passage.place,
                quote=sentence.strip(),
            )
