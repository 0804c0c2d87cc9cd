"""Split a source into passages: one for each paragraph, heading, list item, table cell or field."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from typing import Any

from pages.models import BLOCKS
from pages.page_source import Source, field, known_blocks
from pages.richtext import sanitise

LIVE = "\ufffc"  # stands in place of a live fact, which is always right and need not be checked

_TOKEN = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>|[^<]+")
_OUTWARD = ("blockquote", "li", "td", "th")  # name what stands in them
_HREF = re.compile(r' href="([^"]*)"')
_OWN_LINE = {"p", "h2", "h3", "li", "blockquote", "ul", "ol", "table", "tbody", "tr", "th", "td"}
_OF_SENTENCES = {"p", "li", "lead"}


@dataclass(frozen=True)
class Link:
    href: str
    text: str


@dataclass(frozen=True)
class Passage:
    element: str  # p, h2, li, …, or the name of the field
    text: str
    outer: str  # the outermost element around it: p for a paragraph, ul for one in a list
    links: tuple[Link, ...] = ()
    place: str = ""
    starts: bool = True  # whether it is the first in that outer element
    html: str = ""  # only of rich text

    @property
    def is_prose(self) -> bool:
        return self.element in _OF_SENTENCES


@lru_cache(maxsize=32)
def html_passages(html: str) -> tuple[Passage, ...]:
    return tuple(_read(sanitise(html)))


def _read(html: str) -> Iterator[Passage]:
    stack: list[str] = []
    around: Counter[str] = Counter()
    words: list[str] = []
    links: list[Link] = []
    href, link_began, began, starts = "", 0, 0, True
    for token in _TOKEN.finditer(html):
        closing, name, attributes = token.groups()
        if name is None:
            words.append(LIVE if href.startswith("fact:") else unescape(token[0]))
        elif name == "br":
            words.append(" ")
        elif name == "a" and not closing:
            address = _HREF.search(attributes)
            href, link_began = unescape(address[1]) if address else "", len(words)
        elif name == "a":
            links.append(Link(href, _join(words[link_began:])))
            href = ""
        elif name in _OWN_LINE:
            element = next((name for name in _OUTWARD if around[name]), stack[-1] if stack else "p")
            text = _join(words)
            if text or links or (closing and element in ("h2", "h3")):
                yield Passage(
                    element, text, stack[0] if stack else "p", tuple(links), "", starts, html[began : token.end()]
                )
                starts = False
            words, links, began = [], [], token.end()
            if not closing:
                starts = starts or not stack
                stack.append(name)
                around[name] += 1
            elif stack:
                around[stack.pop()] -= 1
                starts = starts or not stack
    if text := _join(words):
        yield Passage("p", text, "p", tuple(links), html=html[began:])


def _join(words: list[str]) -> str:
    return " ".join("".join(words).split())


def block_passages(block: dict[str, Any]) -> Iterator[Passage]:
    """Yield the passages of a block that this version can show."""
    for name in BLOCKS[block["type"]].text_fields:
        element = f"quote-{name}" if block["type"] == "quote" else name
        for line in block[name].splitlines():
            if line.strip():
                yield Passage(element, " ".join(line.split()), element, place=block["uid"])
    for passage in html_passages(block.get("html", "")):
        yield replace(passage, place=block["uid"])


def passages(source: Source) -> Iterator[Passage]:
    """Yield everything written on the page, and its words in search results and menus."""
    for name in ("title", "menu_label", "seo_title", "description", "lead"):
        for line in field(source, name).splitlines():
            if line.strip():
                yield Passage(name, " ".join(line.split()), name, place=name)
    for block in known_blocks(source):
        yield from block_passages(block)


_END = re.compile(r"[.!?…][”’\"')]*\s")
_MAX_SENTENCE_LETTERS = 400  # on each side of the words whose sentence is looked for


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence of text[start:end] begins and ends."""
    low = max(0, start - _MAX_SENTENCE_LETTERS)
    begins = max((mark.end() for mark in _END.finditer(text, low, start)), default=low)
    # The words may themselves contain the end of a sentence, or the last letter of one.
    mark = _END.search(text, max(end - 1, 0), min(len(text), end + _MAX_SENTENCE_LETTERS))
    return begins, mark.start() + 1 if mark else min(len(text), end + _MAX_SENTENCE_LETTERS)
