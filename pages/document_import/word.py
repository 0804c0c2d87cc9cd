"""Read a Word document: mammoth reads its structure; this module adds lists and headings that were typed by hand."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import mammoth  # type: ignore[import-untyped]
from mammoth import documents as model
from mammoth.docx.files import InvalidFileReferenceError  # type: ignore[import-untyped]

from pages.document_import import html_parts, typed_lists, word_archive, word_pictures
from pages.document_import.comparison import losses
from pages.document_import.document import Document, DocumentError, DocumentImage, counted, refuse_if_too_long
from pages.document_import.html_lists import NUMBER_MARK
from pages.document_import.word_numbering import Numbering
from pages.document_import.word_omissions import omissions, words_of
from pages.document_import.word_pictures import PictureView
from pages.document_import.word_preparation import Preparation
from pages.document_import.word_styles import Styles
from pages.document_import.word_text import source_words

TWIPS_PER_CHAR = 180  # Word's indent that equals one character of indent in plain text
MAX_PICTURES = 20  # each is encoded six times during the request
UNSUPPORTED_FORMATS = {
    "image/x-emf": "EMF",
    "image/x-wmf": "WMF",
    "image/emf": "EMF",
    "image/wmf": "WMF",
    "image/svg+xml": "SVG",
}
NOT_WORD = (
    "This is not a Word document, although its name says so. Open it in the program that made it, save it as .docx and "
    "try again."
)
CONTINUED = "continued item {}"

STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1.title:fresh",
        *(f"p[style-name='heading {level}'] => h6:fresh" for level in (7, 8, 9)),
        "p[style-name='Quote'] => blockquote > p:fresh",
        "p[style-name='Intense Quote'] => blockquote > p:fresh",
        *(
            f"p[style-name='{CONTINUED.format(level)}'] => {'ul|ol > li > ' * level}p:fresh"
            for level in range(1, typed_lists.MAX_LEVELS + 1)
        ),
    ]
)
_LIST_STYLE = re.compile(r"list (bullet|number)(?: ([2-5]))?", re.IGNORECASE)
_OTHER_STYLE = re.compile(r"(heading|title|subtitle|toc|quote|intense quote|caption)\b", re.IGNORECASE)
_CONTENTS = re.compile(r"toc( [1-9]| heading)", re.IGNORECASE)


def read(stem: str, data: bytes) -> Document:
    """Read a .docx file. Raises DocumentError."""
    if not data.startswith(b"PK"):
        raise DocumentError(NOT_WORD)
    parts = word_archive.unpack(data)
    main = _main_part(parts)
    try:
        body = _parsed(parts[main])
        refuse_if_too_long(words_of(body), _pages(parts))
        names = _names_of_related_parts(parts, main)
        styles = Styles(_parsed(parts[names["styles"]]) if "styles" in names else None)
        dropped = omissions(parts, body, styles)
        styles.use_known_names()
        numbering = Numbering(_parsed(parts[names["numbering"]]) if "numbering" in names else None, styles)
        preparation = Preparation(styles, numbering)
        words = ""
        for name in [main, *(names[kind] for kind in ("footnotes", "endnotes") if kind in names)]:
            root = body if name == main else _parsed(parts[name])
            words += source_words(root)
            preparation.rewrite(root)
            parts[name] = ElementTree.tostring(root)
        if styles.root is not None:
            parts[names["styles"]] = ElementTree.tostring(styles.root)
        collector = _Collector(stem, preparation.pictures)
        html = _converted(parts, collector)
    except DocumentError:
        raise
    except Exception:  # mammoth raises many kinds of exceptions for damaged files
        raise DocumentError(word_archive.DAMAGED) from None
    preparation.labels += filter(typed_lists.is_other_form, collector.typed_numbers)
    dropped += [*preparation.notes(), *collector.dropped()]
    document = html_parts.document(html, stem, collector.images, dropped, has_bold_headings=True)
    has_text_boxes = any("text box" in note for note in dropped)  # whose words come in another place
    left_out = " ".join([collector.contents, *collector.typed_numbers])
    compared = [note for note in losses(words, document, left_out) if " in another " not in note or not has_text_boxes]
    return replace(document, dropped=[*document.dropped, *compared])


def _converted(parts: dict[str, bytes], collector: "_Collector") -> str:
    return mammoth.convert_to_html(
        word_archive.repack(parts),
        style_map=STYLES,
        include_embedded_style_map=False,
        transform_document=collector.tidy,
        convert_image=mammoth.images.img_element(collector.image),
    ).value


def _parsed(xml: bytes) -> Element:
    return ElementTree.fromstring(xml)  # noqa: S314 (word_archive refuses entities)


def _names_of_related_parts(parts: dict[str, bytes], main: str) -> dict[str, str]:
    """Map kinds such as “styles” to the names of their parts, which are usually but not always word/styles.xml."""
    folder, _, file = main.rpartition("/")
    names = {kind: f"{folder}/{kind}.xml" for kind in ("styles", "numbering", "footnotes", "endnotes")}
    relations = f"{folder}/_rels/{file}.rels"
    for relation in _parsed(parts[relations]) if relations in parts else ():
        target = relation.get("Target", "")
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind in names:
            names[kind] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
    return {kind: name for kind, name in names.items() if name in parts}


def _main_part(parts: dict[str, bytes]) -> str:
    """Return the name of the main part: usually word/document.xml, but Word on the web writes word/document2.xml."""
    with suppress(KeyError, ElementTree.ParseError):
        for relation in ElementTree.fromstring(parts["_rels/.rels"]):  # noqa: S314 (word_archive refuses entities)
            target = relation.get("Target", "").lstrip("/")
            if relation.get("Type", "").endswith("/officeDocument") and target in parts:
                if not target.startswith("word/"):
                    break
                return target
    raise DocumentError(NOT_WORD)


def _pages(parts: dict[str, bytes]) -> int:
    """Return the number of pages that Word stored in the file."""
    with suppress(KeyError, ElementTree.ParseError, ValueError):
        return int(ElementTree.fromstring(parts["docProps/app.xml"]).findtext("{*}Pages", "0"))  # noqa: S314
    return 0


class _Collector:
    """Collects the pictures of one document and what was dropped while mammoth reads it."""

    def __init__(self, stem: str, views: Sequence[PictureView]) -> None:
        self.stem = stem
        self.views = views
        self.images: list[DocumentImage] = []
        self.shown_views: list[PictureView] = []
        self.omitted_pictures: list[str] = []
        self.contents = ""  # the words of tables of contents
        self.typed_numbers: list[str] = []  # that became those of list items

    def dropped(self) -> Iterator[str]:
        if self.contents:
            yield "the table of contents"
        yield from word_pictures.lost(self.shown_views)
        if missing := len(self.views) - len(self.images) - len(self.omitted_pictures):
            yield counted(missing, "picture that the file does not hold", "pictures that the file does not hold")
        for reason in dict.fromkeys(self.omitted_pictures):
            yield f"{counted(self.omitted_pictures.count(reason), 'picture')} {reason}"

    def image(self, image: Any) -> dict[str, str]:
        """Return the attributes of an <img>: the number of the picture, or nothing if it is omitted."""
        if kind := UNSUPPORTED_FORMATS.get(image.content_type):
            return self._omit(f"in a format that browsers cannot show ({kind})")
        if len(self.images) == MAX_PICTURES:
            return self._omit(f"beyond the first {MAX_PICTURES}")
        try:
            with image.open() as file:
                data = file.read()
        except InvalidFileReferenceError:
            return self._omit("that the document refers to but does not hold")
        except KeyError:
            return self._omit("missing from the file")
        view = self.views[int((image.alt_text or "").split(" ")[0])]
        alt = view.alt.split("\n")[0]  # Word adds lines such as “Description automatically…”
        name = f"{self.stem}, picture {len(self.images) + 1}"
        self.images.append(DocumentImage(data, alt, name, view.edits))
        self.shown_views.append(view)
        return {"src": str(len(self.images) - 1)}

    def _omit(self, reason: str) -> dict[str, str]:
        self.omitted_pictures.append(reason)
        return {"src": ""}

    def tidy(self, element: Any) -> Any:
        """Remove tables of contents and turn typed lists into lists, everywhere in the document."""
        if isinstance(element, model.Paragraph) or not isinstance(element, model.HasChildren):
            return element
        children = [self.tidy(child) for child in element.children]
        content = [child for child in children if not _CONTENTS.fullmatch(_style(child))]
        self.contents += "".join(f"{_text(child)} " for child in children if _CONTENTS.fullmatch(_style(child)))
        divided = [part for child in content for part in _divided(child)]
        return element.copy(children=list(_with_lists(divided, self.typed_numbers)))


def _style(element: Any) -> str:
    return (isinstance(element, model.Paragraph) and element.style_name) or ""


def _divided(element: Any) -> list[Any]:
    """Return a paragraph for each line, where several of its lines are items of a typed list."""
    if not isinstance(element, model.Paragraph) or _numbering(element):
        return [element]
    lines = [element.copy(children=line) for line in _lines(element.children)]
    markers = [typed_lists.TypedLine(0, typed_lists.marker(_text(line).lstrip())) for line in lines]
    items = [position for position in typed_lists.arrange(markers) if position and not position.continues]
    return lines if len(items) > 1 else [element]


def _lines(elements: Sequence[Any]) -> list[list[Any]]:
    lines: list[list[Any]] = [[]]
    for element in elements:
        if isinstance(element, model.Break):
            lines.append([])
        elif "\n" in _text(element) and isinstance(element, model.HasChildren):
            first, *others = (element.copy(children=line) for line in _lines(element.children))
            lines[-1].append(first)
            lines += [[line] for line in others]
        else:
            lines[-1].append(element)
    return lines


def _with_lists(elements: Sequence[Any], typed_numbers: list[str]) -> Iterator[Any]:
    """Yield the elements with typed items as those of lists; the numbers that they had are added to `typed_numbers`."""
    positions = typed_lists.arrange([_line(element) for element in elements])
    level = -1  # of the previous item
    for element, position in zip(elements, positions, strict=True):
        if not isinstance(element, model.Paragraph):
            level = -1
            yield element
        elif position and not position.continues:
            level = position.level
            item = _without_marker(element)
            if position.is_ordered:
                typed_numbers.append(_text(element).split()[0])
                item = item.copy(children=[model.bookmark(f"{NUMBER_MARK}{position.number}"), *item.children])
            yield _item(item, level, position.is_ordered)
        elif numbering := _numbering(element):
            level = min(int(numbering.level_index), level + 1, typed_lists.MAX_LEVELS - 1)
            yield _item(element, level, numbering.is_ordered)
        elif level >= 0 and (position or _is_indented(element)):
            yield element.copy(style_id=None, style_name=CONTINUED.format(level + 1))
        else:
            level = level if not _text(element).strip() else -1
            yield element


def _item(paragraph: Any, level: int, is_ordered: bool) -> Any:
    numbering = model.numbering_level(level, is_ordered)
    return paragraph.copy(numbering=numbering, style_id=None, style_name=None)


def _line(element: Any) -> typed_lists.TypedLine:
    """Return a paragraph that may be a typed list item; anything else ends a list."""
    is_typed = (
        isinstance(element, model.Paragraph) and not _numbering(element) and not _OTHER_STYLE.match(_style(element))
    )
    if not is_typed:
        return typed_lists.TypedLine(-1)
    text = _text(element)
    words = text.lstrip()
    typed_indent = len(text[: len(text) - len(words)].expandtabs(4))
    return typed_lists.TypedLine(
        _twips(element.indent.start) / TWIPS_PER_CHAR + typed_indent, typed_lists.marker(words)
    )


def _numbering(paragraph: Any) -> Any:
    """Return mammoth's numbering, or that of a style such as “List Bullet 2”, whose level is only in its name."""
    if _OTHER_STYLE.match(_style(paragraph)):
        return None
    style_match = _LIST_STYLE.fullmatch(_style(paragraph))
    numbering = paragraph.numbering
    if style_match and (numbering is None or numbering.level_index == "0"):
        return model.numbering_level(
            int(style_match[2] or 1) - 1,
            numbering.is_ordered if numbering else style_match[1].lower() == "number",
        )
    return numbering


def _is_indented(paragraph: Any) -> bool:
    is_plain = not _OTHER_STYLE.match(_style(paragraph)) and bool(_text(paragraph).strip())
    is_list_style = _style(paragraph).lower().startswith(("list paragraph", "list continue"))
    return is_plain and (is_list_style or _twips(paragraph.indent.start) >= 2 * TWIPS_PER_CHAR)


def _twips(value: str | None) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return 0


def _text(element: Any) -> str:
    if isinstance(element, model.Text):
        return element.value
    if isinstance(element, model.Tab):
        return "\t"
    if isinstance(element, model.Break):
        return "\n"
    return "".join(_text(child) for child in getattr(element, "children", []))


def _without_marker(paragraph: Any) -> Any:
    text = _text(paragraph)
    words = text.lstrip()
    marker = typed_lists.marker(words)
    length = len(text) - len(words) + (marker.length if marker else 0)
    return paragraph.copy(children=_skip(paragraph.children, length)[0])


def _skip(elements: Sequence[Any], length: int) -> tuple[list[Any], int]:
    """Return the elements without their first characters, and how many characters are still to be skipped."""
    remaining = []
    for element in elements:
        size = len(_text(element))
        if length == 0 or size == 0:
            remaining.append(element)
        elif size > length and isinstance(element, model.Text):
            remaining.append(model.text(element.value[length:]))
            length = 0
        elif size > length:
            children, length = _skip(element.children, length)
            remaining.append(element.copy(children=children))
        else:
            length -= size
    return remaining, length
