"""Divide well-formed HTML into a title and the parts of a page."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pages import richtext
from pages.document_import import html_lists, html_tables
from pages.document_import.document import (
    Document,
    DocumentBlock,
    DocumentError,
    DocumentImage,
    DocumentText,
    Part,
    counted,
)

MAX_TITLE_CHARS = 120
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FOOTNOTE = re.compile("#(foot|end)note-")
_PICTURE = re.compile(r'<img [^>]*?src="([0-9]+)">')


def document(
    html: str,
    stem: str = "",
    images: Sequence[DocumentImage | DocumentBlock] = (),
    dropped: Sequence[str] = (),
    fields: dict | None = None,
    has_bold_headings: bool = False,
) -> Document:
    """Return a Document; `<img src="0" />` stands for the first of the images or other blocks.

    The title is taken from a field, a heading, the file's name or the first words. Raises DocumentError.
    """
    # The HTML was written by mammoth, markdown-it or plain_text, which escape text.
    root = ElementTree.fromstring(f"<div>{html}</div>".replace("<pre>", "<p>").replace("</pre>", "</p>"))  # noqa: S314
    notes = [*dropped, *_links(root)]
    notes += html_tables.simplify(root)
    notes += html_lists.tidy(root)
    notes += _check_boxes(root)
    _trim_breaks(root)
    if has_bold_headings:
        _bold_headings(root)
    fields = dict(fields or {})
    title = fields.pop("title", "") or _take_title(root)
    _order_headings(root)
    _add_footnote_heading(root)
    _drop_empty(root)
    parts = list(_parts(root, images))
    notes += _formatting_lost(parts)
    parts = [part for part in map(_sanitised, parts) if not isinstance(part, DocumentText) or part.html]
    if not parts and not title:
        raise DocumentError("The document has no text to make a page from.")
    return Document(title or _title_of_file(stem) or _first_words(parts), fields, parts, notes)


def _text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _title_of_file(stem: str) -> str:
    words = " ".join(re.split(r"[\s_-]+", stem)).strip()
    return textwrap.shorten(words[:1].upper() + words[1:], MAX_TITLE_CHARS, placeholder="…").strip("…")


def _links(root: Element) -> Iterator[str]:
    """Remove links to addresses that the site does not allow, and those inside the document; keep their text."""
    refused, inner = [], 0
    for link in root.iter("a"):
        address = link.attrib.get("href", "").partition('"')[0].strip()  # mammoth adds the options of a link field
        allowed = richtext.allowed_address(address)
        if allowed:
            if link.text == link.attrib["href"]:
                link.text = allowed  # an address in the text is the same as that of the link
            link.attrib["href"] = allowed
            continue
        link.tag = "span"
        if address.startswith("#"):
            inner += not _FOOTNOTE.match(address)
        elif address:
            refused.append(address)
    if refused:
        examples = ", ".join(dict.fromkeys(refused[:5])) + (" …" if len(refused) > 5 else "")
        links = counted(len(refused), "link")
        yield f"{links} whose address does not begin with https: {examples} (the words are kept)"
    if inner:
        yield f"{counted(inner, 'link')} to a place in the document (the words are kept)"


def _check_boxes(root: Element) -> Iterator[str]:
    """Show check boxes as characters."""
    boxes = list(root.iter("input"))
    for box in boxes:
        box.tag, box.text = "span", "☒" if "checked" in box.attrib else "☐"
    if boxes:
        yield f"{counted(len(boxes), 'check box', 'check boxes')}: shown as ☐ or ☒, which visitors cannot tick"


def _trim_breaks(root: Element) -> None:
    """Remove line breaks at the edges of paragraphs, such as those of a new page in Word."""
    for block in root.iter():
        if block.tag in ("p", "li", "td", "th", *HEADINGS):
            while len(block) and block[0].tag == "br" and not (block.text or "").strip():
                block.text = block[0].tail
                del block[0]
            while len(block) and block[-1].tag == "br" and not (block[-1].tail or "").strip():
                del block[-1]


def _bold_headings(root: Element) -> None:
    """In a document without headings, turn short bold paragraphs with text after them into headings."""
    if any(child.tag in HEADINGS for child in root):
        return
    bold = [_is_bold_line(child) for child in root]
    for number, child in enumerate(root):
        if bold[number] and number + 1 < len(root) and (number == 0 or not bold[number + 1]):
            child.tag = "h2"
            if number == 0:
                child.tag, child.attrib["class"] = "h1", "title"


def _is_bold_line(element: Element) -> bool:
    words = _text_of(element)
    bold = "".join(_text_of(strong) for strong in element.iter("strong"))
    is_short = 0 < len(words) <= 80 and words[-1] not in ".,;:"
    return element.tag == "p" and is_short and bold.replace(" ", "") == words.replace(" ", "")


def _take_title(root: Element) -> str:
    """Remove and return the first Title, or a Heading 1 that comes first or is the only one."""
    large = [child for child in root if child.tag == "h1" and _text_of(child)]
    titles = [child for child in large if child.get("class") == "title"]
    first = titles[0] if titles else large[0] if large and (root[0] is large[0] or len(large) == 1) else None
    if first is None or len(_text_of(first)) > MAX_TITLE_CHARS or first.find(".//img") is not None:
        return ""
    root.remove(first)
    return _text_of(first)


def _order_headings(root: Element) -> None:
    """Make the largest headings h2 and others h3; in lists, tables and quotations they become bold text."""
    tops = [child for child in root if child.tag in HEADINGS]
    inner = {element for element in root.iter() if element.tag in HEADINGS} - set(tops)
    for element in inner:
        _embolden(element)
    largest = min((heading.tag for heading in tops), default="h2")
    for number, heading in enumerate(tops):
        _plain_heading(heading)
        heading.tag = "h2" if number == 0 or heading.tag == largest else "h3"


def _embolden(element: Element) -> None:
    words, element.tag = list(element), "p"
    strong = Element("strong")
    strong.text, strong[:] = element.text, words
    element.text, element[:] = "", [strong]


def _plain_heading(heading: Element) -> None:
    """Remove bold from a heading."""
    for part in heading.iter("strong"):
        part.tag = "span"


def _add_footnote_heading(root: Element) -> None:
    """Put a heading above the footnotes, which mammoth puts last, and remove their arrows."""
    if not len(root) or root[-1].tag != "ol":
        return
    footnotes = [item for item in root[-1] if re.match("(foot|end)note-", item.get("id", ""))]
    for link in chain.from_iterable(note.iter("span") for note in footnotes):
        link.text = "" if link.text == "↑" else link.text
    if footnotes:
        heading = Element("h2")
        heading.text = "Notes"
        root.insert(len(root) - 1, heading)


def _drop_empty(element: Element) -> None:
    element[:] = [child for child in element if not _is_empty(child)]
    for child in element:
        _drop_empty(child)


def _is_empty(element: Element) -> bool:
    return element.tag in ("p", *HEADINGS) and not _text_of(element) and element.find(".//img") is None


def _parts(root: Element, images: Sequence[DocumentImage | DocumentBlock]) -> Iterator[Part]:
    """Divide the HTML at its pictures, before it is sanitised; a picture in a list or table comes after it."""
    html = ""
    for child in root:
        for piece in _pieces(child):
            if isinstance(piece, int):
                yield DocumentText(html)
                yield images[piece]
                html = ""
            else:
                html += piece
    yield DocumentText(html)


def _pieces(element: Element) -> Iterator[str | int]:
    html = ElementTree.tostring(element, encoding="unicode", method="html")
    tag = element.tag
    if tag in ("p", *HEADINGS):
        words = html[html.index(">") + 1 : html.rindex("<")]
        for number, piece in enumerate(_PICTURE.split(words)):  # every second piece is the number of a picture
            # The sanitiser closes what the cut left open.
            yield int(piece) if number % 2 else f"<{tag}>{piece}</{tag}>" if piece.strip() else ""
    else:
        pieces = _PICTURE.split(html)
        yield "".join(pieces[::2])
        yield from (int(number) for number in pieces[1::2])


def _formatting_lost(parts: Sequence[Part]) -> Iterator[str]:
    """Yield a note if sanitising will make plain paragraphs of any part."""
    number = sum(richtext.loses_formatting(part.html) for part in parts if not isinstance(part, DocumentImage))
    if number:
        texts = counted(number, "text")
        yield (
            f"the headings, lists, tables, links, bold and italics of {texts} with too much formatting for one block "
            "(the words are kept as plain paragraphs; to keep the formatting, import the document in smaller parts)"
        )


def _sanitised(part: Part) -> Part:
    return part if isinstance(part, DocumentImage) else replace(part, html=richtext.sanitise(part.html))


def _first_words(parts: Sequence[Part]) -> str:
    """Return a title for a text without headings."""
    words = next((richtext.to_text(part.html) for part in parts if isinstance(part, DocumentText)), "")
    return textwrap.shorten(words.split("\n")[0], 60, placeholder="…").strip("….,;:") or "New page"
