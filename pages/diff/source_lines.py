"""Turn a source into lines of words, so that two sources can be compared."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.utils.text import capfirst

from pages import page_source
from pages.models import BLOCKS, Page
from pages.page_source import SCHEMA, is_known
from pages.pictures import WIDTHS
from pages.richtext import sanitise

LABELS = {page_field.name: str(page_field.verbose_name) for page_field in Page._meta.fields}
UNKNOWN = "A block that this version of the site cannot show"


@dataclass(frozen=True)
class ReferenceNames:
    """The names of the objects that sources refer to by id."""

    pages: dict[int, str] = field(default_factory=dict)
    locations: dict[int, str] = field(default_factory=dict)
    fees: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PictureLine:
    key: str
    width: int  # of its smallest rendition
    alt: str


class LineWord(NamedTuple):
    space: str  # in front of it
    text: str
    strong: bool = False
    em: bool = False
    href: str = ""


@dataclass(frozen=True)
class TextLine:
    """A paragraph, a heading, a list item, or one field of the page or of a block."""

    kind: str
    words: tuple[LineWord, ...]
    extra: str = ""  # what matters besides the words: the elements around them, or the crop of a picture
    picture: PictureLine | None = None


@dataclass(frozen=True)
class SourcePart:
    """The fields of the page or of one block: a fixed list of fields, then any number of lines."""

    identity: tuple[str, str]
    fields: list[TextLine]
    flow: list[TextLine] = field(default_factory=list)

    def vocabulary(self) -> set[str]:
        return {word.text for line in [*self.fields, *self.flow] for word in line.words}


_WORD = re.compile(r"(\s*)(\w+|[^\w\s]|$)")
_CELL_GAP = "\u2003"


def _words(text: str, *marks: Any) -> tuple[LineWord, ...]:
    return tuple(LineWord(_space(space), word, *marks) for space, word in _WORD.findall(text) if space or word)


def _space(space: str) -> str:
    if space in ("", " "):
        return space
    return next((gap for gap in ("\n", _CELL_GAP) if gap in space), " ")


class _Reader(HTMLParser):
    """Reads sanitised HTML as lines."""

    def __init__(self, html: str, paragraph: str) -> None:
        super().__init__()
        self.paragraph = paragraph
        self.lines: list[TextLine] = []
        self._blocks: list[str] = []
        self._inline: list[tuple[str, str]] = []
        self._words: list[LineWord] = []
        self.feed(html)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._words.append(LineWord("\n", ""))
        elif tag in ("strong", "em", "a"):
            self._inline.append((tag, dict(attrs).get("href") or ""))
        else:
            self._end_block(tag)
            self._blocks.append(tag)
            if start := dict(attrs).get("start"):  # of a numbered list; the numbers themselves are no words
                self.lines.append(_line("Numbered list", f"The numbers begin with {start}."))

    def handle_endtag(self, tag: str) -> None:
        if self._inline and tag == self._inline[-1][0]:
            self._inline.pop()
        elif tag in self._blocks:
            self._end_block(tag)
            del self._blocks[len(self._blocks) - 1 - self._blocks[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._inline}
        href = next((href for tag, href in self._inline if tag == "a"), "")
        self._words += _words(data, "strong" in tags, "em" in tags, href)

    def _end_block(self, tag: str) -> None:
        if "tr" in self._blocks and tag != "tr":
            self._words.append(LineWord(_CELL_GAP, ""))  # a table row is one line
        else:
            self._end()

    def _end(self) -> None:
        words = _joined(self._words)
        if words:
            self.lines.append(TextLine(self._kind(), words, ">".join(self._blocks)))
        self._words = []

    def _kind(self) -> str:
        kinds = {"h2": "Heading", "h3": "Smaller heading", "tr": "Table row", "blockquote": "Quotation"}
        for tag in reversed(self._blocks):
            if tag in ("ul", "ol"):
                return "List item" if tag == "ul" else "Numbered item"
            if tag in kinds:
                return kinds[tag]
        return self.paragraph


def _joined(words: Iterable[LineWord]) -> tuple[LineWord, ...]:
    """Attach separate spaces to the word after them, and strip both ends."""
    joined: list[LineWord] = []
    space = ""
    for word in words:
        if not word.text:
            space += word.space
        elif space or not joined:
            joined.append(word._replace(space=_space(space + word.space) if joined else ""))
            space = ""
        else:
            joined.append(word)
    return tuple(joined)


def _line(kind: str, text: str, extra: str = "", picture: PictureLine | None = None) -> TextLine:
    return TextLine(kind, _joined(_words(text)), extra, picture)


def parts(source: Any, names: ReferenceNames) -> list[SourcePart]:
    if not isinstance(source, dict):
        return [_unknown(source, "page")]
    parts = [SourcePart(("page", ""), [_meta(source, name) for name in page_source.FIELDS])]
    parts += [_block(block, names) if is_known(block) else _unknown(block) for block in page_source.blocks(source)]
    if source and source.get("schema") != SCHEMA:
        parts.append(_unknown({key: value for key, value in source.items() if key not in page_source.FIELDS}, "page"))
    return parts


def _meta(source: dict[str, Any], name: str) -> TextLine:
    text = page_source.field(source, name) if name != "noindex" else "Yes" if source.get(name) is True else ""
    return _line(capfirst(LABELS[name]), text)


def _unknown(value: Any, uid: str = "") -> SourcePart:
    content = as_json(value)
    uid = uid or str((isinstance(value, dict) and value.get("uid")) or content)
    return SourcePart(("unknown", uid), [_line("Unknown block", UNKNOWN, content)])


def _block(block: dict[str, Any], names: ReferenceNames) -> SourcePart:
    paragraphs = {"question": "Answer", "callout": "Callout"}.get(block["type"], "Paragraph")
    flow = _Reader(sanitise(block.get("html", "")), paragraphs).lines
    return SourcePart((block["type"], block["uid"]), list(_fields(block, names)), flow)


def _fields(block: dict[str, Any], names: ReferenceNames) -> Iterator[TextLine]:
    match block["type"]:
        case "picture":
            alt = "Decorative" if block["decorative"] else block["alt"]
            display = as_json([block["key"], block["crop"], block["focus"]])
            yield _line("Picture", alt, display, PictureLine(block["key"], min(WIDTHS[0], block["width"]), alt))
            yield _line("Caption", block["caption"])
        case "callout":
            yield _line("Callout type", _choice(BLOCKS["callout"].Tone, block["tone"]))
            yield _line("Callout heading", block["title"])
        case "question":
            yield _line("Question", block["question"])
        case "quote":
            yield _line("Quote", block["text"])
            yield _line("Quote source", block["source"])
        case "call_to_action":
            yield _line("Button text", block["label"])
            yield _line("Appointment type", block["appointment_type"])
        case "locations":
            yield _line("Locations", _named(block["locations"], names.locations, "All"))
        case "fees":
            yield _line("Fees", _named(block["fees"], names.fees, "All"))
        case "related_pages":
            yield _line("Related pages", _named(block["pages"], names.pages, "None"))
        case other:
            block_type: Any = BLOCKS[other]
            for name in block_type.text_fields:
                yield _line(capfirst(str(block_type._meta.get_field(name).verbose_name)), block[name])


def _choice(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _named(numbers: list[int], names: dict[int, str], empty: str) -> str:
    return ", ".join(names.get(number, f"number {number}, which is no longer there") for number in numbers) or empty


def as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
