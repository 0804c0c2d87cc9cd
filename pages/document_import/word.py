"""Read a Word document: mammoth reads its structure, and word_lists finds the lists that were typed by hand."""

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
from pages.document_import.word_lists import CONTINUED, divided, style_of, text_of, with_lists
from pages.document_import.word_numbering import Numbering
from pages.document_import.word_omissions import omissions, words_of
from pages.document_import.word_pictures import PictureView
from pages.document_import.word_preparation import Preparation
from pages.document_import.word_styles import Styles
from pages.document_import.word_text import source_words

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
        content = [child for child in children if not _CONTENTS.fullmatch(style_of(child))]
        self.contents += "".join(f"{text_of(child)} " for child in children if _CONTENTS.fullmatch(style_of(child)))
        parts = [part for child in content for part in divided(child)]
        return element.copy(children=list(with_lists(parts, self.typed_numbers)))
