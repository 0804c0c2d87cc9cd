"""Read text without markup, recognising headings, lists and paragraphs by their layout."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

from pages.document_import import html_parts, typed_lists
from pages.document_import.comparison import losses
from pages.document_import.document import Document, DocumentError, refuse_if_too_long

WRAP_WIDTH_CHARS = range(60, 121)  # a shorter line was ended on purpose; a longer one is a whole paragraph
NOT_TEXT = "This is not a text file. Save the text as a Word document (.docx) or as plain text in UTF-8 and try again."

_UNDERLINE = re.compile(r"([=\-_~*])\1{2,}|(?:([*_-]) ){2,}\2")
_HASHES = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*")
_SECTION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})+\.?\s")
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ADDRESS = re.compile(r"(https://[^\s<>\"“”]+)|((?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")


def read(stem: str, data: bytes) -> Document:
    """Read a text file. Raises DocumentError."""
    return from_text(decode(data), stem)


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, or Windows-1252. Raises DocumentError."""
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _BINARY.search(text):
            break
        return text
    raise DocumentError(NOT_TEXT)


def from_text(text: str, stem: str = "", *, takes_title: bool = True) -> Document:
    """Read a pasted text. Raises DocumentError."""
    refuse_if_too_long(text)
    chunks = _chunks(clean(text))
    source = "\n".join(" ".join([_without_marker(chunk), *chunk.lines[1:]]) for chunk in chunks)
    html, labels = _html(chunks)
    dropped = typed_lists.other_forms(labels)
    document = html_parts.document(html, stem=stem, dropped=dropped, takes_title=takes_title)
    return replace(document, dropped=[*document.dropped, *losses(source, document)])


def clean(text: str) -> str:
    """Normalise line endings and remove characters that XML does not allow."""
    return _NOT_IN_XML.sub("", _LINE_ENDS.sub("\n", text))


@dataclass
class _TextChunk:
    """Lines that belong together: a heading, a list item or a paragraph."""

    lines: list[str]
    indent: int
    has_gap: bool  # an empty line before it
    marker: typed_lists.ListMarker | None = None
    level: int = 0  # of a heading


def _html(chunks: list[_TextChunk]) -> tuple[str, list[str]]:
    """Return HTML and the labels of list items whose numbers will look different."""
    labels: list[str] = []
    _find_headings(chunks)
    heading = typed_lists.TypedLine(-1)
    lines = [
        heading if chunk.level else typed_lists.TypedLine(chunk.indent, chunk.marker, chunk.has_gap) for chunk in chunks
    ]
    html: list[str] = []
    items: list[tuple[typed_lists.ListPosition, str]] = []
    for number, (chunk, position) in enumerate(zip(chunks, typed_lists.arrange(lines), strict=True)):
        if position is None:
            html += [typed_lists.nested(items), _block(chunk, is_first=number == 0)]
            items = []
        else:
            label = chunk.lines[0].split()[0]
            if position.number is not None and typed_lists.is_other_form(label):
                labels.append(label)
            items.append((position, _paragraphs([_without_marker(chunk), *chunk.lines[1:]])))
    return "".join([*html, typed_lists.nested(items)]), labels


def _without_marker(chunk: _TextChunk) -> str:
    return chunk.lines[0][chunk.marker.length if chunk.marker else 0 :]


def _block(chunk: _TextChunk, is_first: bool) -> str:
    if not chunk.level:
        return _paragraphs(chunk.lines)
    heading = 'h1 class="title"' if is_first else f"h{chunk.level}"
    return f"<{heading}>{_inline(chunk.lines[0])}</{heading[:2]}>"


def _chunks(text: str) -> list[_TextChunk]:
    chunks: list[_TextChunk] = []
    lines = text.split("\n")
    has_gap = True
    for line, following in pairwise([*lines, ""]):
        words = line.strip()
        if not words:
            has_gap = True
        elif underline := _UNDERLINE.fullmatch(words):
            if not has_gap and _can_be_underlined(chunks[-1]):
                chunks[-1].level = 1 if underline[1] == "=" else 2
            has_gap = True
        else:
            chunk = _chunk(line, words, has_gap, following.strip())
            last = chunks[-1] if chunks else None
            if last and _is_continuation(last, chunk, following.strip()):
                last.lines.append(words)
            else:
                chunks.append(chunk)
            has_gap = False
    return chunks


def _chunk(line: str, words: str, has_gap: bool, following: str) -> _TextChunk:
    indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    if hashes := _HASHES.fullmatch(words):
        return _TextChunk([hashes[2]], indent, has_gap, level=len(hashes[1]))
    if has_gap and _looks_like_heading(words):
        if _is_capitals(words) and not _is_capitals(following):
            return _TextChunk([words], indent, has_gap, level=2)
        if len(following) >= WRAP_WIDTH_CHARS.stop and not typed_lists.marker(words):
            return _TextChunk([words], indent, has_gap, level=3)
    return _TextChunk([words], indent, has_gap, typed_lists.marker(words))


def _can_be_underlined(chunk: _TextChunk) -> bool:
    return len(chunk.lines) == 1 and len(chunk.lines[0]) <= 100 and not chunk.marker


def _is_continuation(last: _TextChunk, chunk: _TextChunk, following: str) -> bool:
    """Return whether a line belongs to the lines directly above it."""
    if chunk.has_gap or chunk.level or last.level:
        return False
    if chunk.marker:
        return _is_accidental_marker(chunk.marker, last, chunk, following)
    return not last.marker or chunk.indent > last.indent + 1 or _is_wrapped(last.lines[-1], chunk.lines[0])


def _is_accidental_marker(marker: typed_lists.ListMarker, last: _TextChunk, chunk: _TextChunk, following: str) -> bool:
    """Return whether a line inside a paragraph only happens to begin with a dash or a number."""
    if last.marker or last.lines[-1].endswith(":") or chunk.indent < last.indent:
        return False
    next_marker = typed_lists.marker(following)
    has_sibling = next_marker is not None and {kind for kind, _ in next_marker.readings} & {
        kind for kind, _ in marker.readings
    }
    return (marker.is_plain or marker.is_ordered or marker.is_weak) and not has_sibling


def _find_headings(chunks: list[_TextChunk]) -> None:
    """Mark short lines on their own, which are not sentences and have text after them, as headings."""
    candidates = [len(chunk.lines) == 1 and _looks_like_heading(chunk.lines[0]) for chunk in chunks]
    for number, (chunk, following) in enumerate(pairwise(chunks)):
        if chunk.level or not candidates[number] or not (chunk.has_gap and following.has_gap):
            continue
        before = chunks[number - 1].marker if number else None
        is_followed = number == 0 or following.marker or following.level or not candidates[number + 1]
        if chunk.marker:
            is_item = following.marker or following.indent > chunk.indent or (before and before.is_ordered)
            chunk.level = 2 if chunk.marker.is_ordered and not is_item else 0
        elif is_followed or _SECTION.match(chunk.lines[0]):
            chunk.level = 3


def _looks_like_heading(words: str) -> bool:
    letters = sum(letter.isalpha() for letter in words)
    return (
        len(words) <= 80
        and len(words.split()) <= 12
        and words[-1] not in ".,;:!…"
        and not words[0].islower()
        and letters > len(words) / 2
        and "@" not in words
        and "://" not in words
    )


def _is_capitals(words: str) -> bool:
    return words.isupper() and sum(letter.isalpha() for letter in words) >= 4


def _is_wrapped(line: str, following: str, width: int = WRAP_WIDTH_CHARS.start) -> bool:
    """Return whether the line ended because the next word did not fit."""
    return len(line) < WRAP_WIDTH_CHARS.stop and len(line) + 1 + len(following.split()[0]) > width


def _paragraphs(lines: list[str]) -> str:
    width = max(WRAP_WIDTH_CHARS.start, *(len(line) for line in lines if len(line) < WRAP_WIDTH_CHARS.stop), 0)
    html = _inline(lines[0])
    for line, following in pairwise(lines):
        if _is_wrapped(line, following, width):
            html += "" if re.search(r"\w-$", line) else " "
        elif len(line) >= WRAP_WIDTH_CHARS.stop or line[-1] in ".!?…:”":
            html += "</p><p>"
        else:
            html += "<br />"
        html += _inline(following)
    return f"<p>{html}</p>"


def _inline(words: str) -> str:
    return "".join(_pieces(" ".join(words.split())))


def _pieces(words: str) -> Iterator[str]:
    """Yield the text with email and https addresses as links."""
    end = 0
    for match in _ADDRESS.finditer(words):
        address = _without_punctuation(match[0])
        yield escape(words[end : match.start()])
        end = match.start() + len(address)
        href = escape(address if match[1] else f"mailto:{address}")
        yield f'<a href="{href}">{escape(address)}</a>'
    yield escape(words[end:])


def _without_punctuation(address: str) -> str:
    while address[-1] in ".,;:!?'’…" or (address[-1] == ")" and "(" not in address):
        address = address[:-1]
    return address
