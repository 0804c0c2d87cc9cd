"""How the page reads, and how a search result shows it."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pages.checking.findings import CheckContext, Finding, finding, shortened
from pages.checking.passages import Passage
from pages.source import Source, field

TITLE_LENGTH = 60
DESCRIPTION_LENGTH = range(50, 156)
OLDEST_READER = 14.0
ENOUGH_WORDS = 100  # with fewer, a reading age means little
PARAGRAPH_WORDS = 120
SENTENCE_WORDS = 45

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)?")
_SENTENCE_END = re.compile(r"[.!?…]+[”’\"')]*(?=\s|$)|\n")
_VOWELS = re.compile(r"[aeiouyà-ÿ]+")
_SILENT = re.compile(r"(?:[^aeiouyl]e|[^aeiouydt]ed|[^aeiouyszxcg]es|(?:[^aeiouy]|i[nrv]|[aeu]r)ely)$")
# Two vowels that are two syllables, and endings that one group of vowels hides.
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
    if age > OLDEST_READER and len(_WORD.findall(text)) >= ENOUGH_WORDS:
        yield finding(
            "reading-age",
            f"The page reads as if written for people of {age:.0f} and over; {OLDEST_READER:.0f} is a good aim.",
            "A worried reader takes in shorter sentences and everyday words more easily.",
        )


def search_preview(source: Source, context: CheckContext) -> dict[str, str]:
    """Title, address and description as a search result shows them."""
    return {
        "title": shortened(_title(source, context), TITLE_LENGTH),
        "url": f"{context.site_url.rstrip('/')}{context.path}",
        "description": shortened(field(source, "description"), DESCRIPTION_LENGTH[-1]),
    }


def reading_age(text: str) -> float:
    """The age at which a text is read with ease: Flesch-Kincaid grade and five years; 0.0 for none."""
    words = _WORD.findall(text)
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    if not words:
        return 0.0
    count = sum(syllables(word.lower()) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59
    return round(max(grade + 5, 5.0), 1)


@lru_cache(maxsize=8192)
def syllables(word: str) -> int:
    """Of an English word in small letters: groups of vowels, less the silent ones."""
    word = word.split("'")[0].split("’")[0]
    count = len(_VOWELS.findall(word)) + len(_TWO.findall(word))
    if _SILENT.search(word):
        count -= 1
    return max(count, 1)


def _is_hidden(source: Source) -> bool:
    return isinstance(source, dict) and source.get("noindex") is True


def _title(source: Source, context: CheckContext) -> str:
    return field(source, "seo_title") or f"{field(source, 'title')} | {context.facts.practice.name}"


def _search_result(source: Source, context: CheckContext) -> Iterator[Finding]:
    title, description = " ".join(_title(source, context).split()), " ".join(field(source, "description").split())
    if len(title) > TITLE_LENGTH:
        yield finding(
            "title-length",
            f"The title in search results has {len(title)} letters; about {TITLE_LENGTH} are shown.",
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
    elif len(description) not in DESCRIPTION_LENGTH:
        is_short = len(description) < DESCRIPTION_LENGTH[0]
        yield finding(
            "description-length",
            f"The description has {len(description)} letters; "
            + (
                f"{DESCRIPTION_LENGTH[0]} or more say enough."
                if is_short
                else f"about {DESCRIPTION_LENGTH[-1]} are shown."
            ),
            "It is what people read before they decide to come in." if is_short else "The rest is cut off.",
            place="description",
            quote=description,
        )


def _long_passages(prose: list[Passage]) -> Iterator[Finding]:
    for passage in prose:
        if len(passage.text) < SENTENCE_WORDS:
            continue
        count = len(_WORD.findall(passage.text))
        if count > PARAGRAPH_WORDS:
            yield finding(
                "paragraph-long",
                f"The paragraph that begins “{shortened(passage.text, 40)}” has {count} words.",
                "On a phone it fills the screen. Two paragraphs, or a list, are easier to take in.",
                place=passage.place,
                quote=passage.text,
            )
        if count > SENTENCE_WORDS:
            yield from _long_sentences(passage)


def _long_sentences(passage: Passage) -> Iterator[Finding]:
    for sentence in _SENTENCE_END.split(passage.text):
        count = len(_WORD.findall(sentence))
        if count > SENTENCE_WORDS:
            yield finding(
                "sentence-long",
                f"The sentence that begins “{shortened(sentence, 40)}” has {count} words.",
                "Two shorter sentences are easier to follow.",
                place=passage.place,
                quote=sentence.strip(),
            )
