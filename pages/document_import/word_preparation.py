"""Rewrite the XML of a Word document so that mammoth reads what it would skip, and note what a page cannot show.

mammoth ignores elements that it does not know, with all that is in them: simple fields, ruby, drawings with several
pictures, and others. Here they are replaced with elements that it knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from mammoth.docx.dingbats import dingbats  # type: ignore[import-untyped]

from pages.document_import.document import counted
from pages.document_import.word_numbering import Numbering
from pages.document_import.word_pictures import PictureView, view_of_drawing, view_of_shape
from pages.document_import.word_styles import Styles, W, attribute, is_on, value
from pages.document_import.word_text import DELETED, local_name, without_alternatives

NUMBER_MARK = "#"  # begins the name of a bookmark with the number of a list item; names in Word begin with a letter
MAX_EXAMPLES = 3
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
# Elements that mammoth reads or that are handled here; the contents of any other one with words take its place.
_READ = frozenset(
    re.findall(
        r"\w+",
        "document body footnotes footnote endnotes endnote p r t delText tbl tr tc customXml ins moveTo object "
        "smartTag drawing group rect roundrect shape textbox txbxContent pict hyperlink sdt sdtContent inline "
        "anchor ruby rt rubyBase del moveFrom conflictDel fldSimple",
    )
)
_VML = "{urn:schemas-microsoft-com:vml}"


@dataclass
class Preparation:
    """Rewrites the parts of one document; collects its pictures and notes for the therapist."""

    styles: Styles
    numbering: Numbering
    pictures: list[PictureView] = field(default_factory=list)  # mammoth's pictures refer to them by number
    fills: int = 0  # pictures that fill a shape
    symbols: int = 0
    rubies: int = 0
    labels: list[str] = field(default_factory=list)  # of list items whose number will look different
    heading_labels: list[str] = field(default_factory=list)

    def rewrite(self, root: Element) -> None:
        namespace = root.tag.rpartition("}")[0] + "}"
        self._rewrite(root, namespace)
        for paragraph in root.iter(f"{namespace}p"):
            self._paragraph(paragraph, namespace)

    def notes(self) -> Iterator[str]:
        if self.rubies:
            yield f"{counted(self.rubies, 'reading')} above the line: in brackets after the words"
        if self.fills:
            yield counted(self.fills, "picture that fills a shape", "pictures that fill a shape")
        if self.symbols:
            yield counted(self.symbols, "symbol of a font that only Word has", "symbols of a font that only Word has")
        if self.labels:
            yield (
                f"the form of {counted(len(self.labels), 'list number')}: {_examples(self.labels)} "
                f"{'is' if len(set(self.labels)) == 1 else 'are'} an ordinary number here"
            )
        if self.heading_labels:
            headings = counted(len(self.heading_labels), "heading")
            yield f"the automatic numbers of {headings}: {_examples(self.heading_labels)}"

    def _rewrite(self, parent: Element, w: str) -> None:
        children: list[Element] = []
        for child in without_alternatives(parent):
            self._rewrite(child, w)
            children += self._replaced(child, parent, w)
        parent[:] = children

    def _replaced(self, element: Element, parent: Element, w: str) -> Sequence[Element]:
        match local_name(element):
            case "fldSimple":
                return _complex_field(element, w)
            case "ruby":
                return self._ruby(element, w)
            case "cr":
                return [Element(f"{w}br")]
            case "ptab":
                return [Element(f"{w}tab")]
            case "br":
                return [Element(f"{w}br")]  # a break of a page or a column is one of a line
            case "sym":
                return self._symbol(element)
            case "drawing":
                return self._drawing(element, w)
            case name if name in DELETED and len(element):
                return []
            case "imagedata":
                return self._image_data(element, parent, w)
            case name if name not in _READ and element.tag.startswith((w, _VML)) and _holds_words(element, w):
                return list(element)
        return [element]

    def _ruby(self, element: Element, w: str) -> list[Element]:
        self.rubies += 1
        reading, base = element.find(f"{W}rt"), element.find(f"{W}rubyBase")
        words = "".join(text.text or "" for text in (reading.iter(f"{w}t") if reading is not None else ()))
        text = Element(f"{w}t")
        text.text = f" ({words})"
        return [*(base if base is not None else ()), text]

    def _symbol(self, element: Element) -> list[Element]:
        font, code = attribute(element, "font"), attribute(element, "char")
        number = int(code, 16)
        if (font, number) not in dingbats and (font, number & 0xFF) not in dingbats:
            self.symbols += 1
        return [element]

    def _drawing(self, element: Element, w: str) -> list[Element]:
        """Return a drawing for each picture, with its number, and a text box for each text in the drawing."""
        drawing, boxes = Element(element.tag), []
        for frame in element:
            for part in _parts_of_drawing(frame):
                if local_name(part) == "pic":
                    drawing.append(self._frame(frame, part))
                else:
                    boxes.append(_text_box(part, w))
            self.fills += _count_pictures(frame) - sum(_count_pictures(part) for part in _parts_of_drawing(frame))
            if not len(drawing) and not boxes:
                drawing.append(frame)
        return [*([drawing] if len(drawing) else []), *boxes]

    def _frame(self, frame: Element, picture: Element) -> Element:
        """Return a frame around one picture, as mammoth reads it, with its number before its description."""
        wp = frame.tag.rpartition("}")[0] + "}"
        graphic, data = frame.find(f"{W}graphic"), frame.find(f"{W}graphic/{W}graphicData")
        view = view_of_drawing(frame, picture)
        described = frame.find(f"{W}docPr")
        own = Element(f"{wp}docPr", {"descr": f"{len(self.pictures)} {view.alt}"})
        own[:] = list(described) if described is not None else []
        self.pictures.append(view)
        copy = Element(frame.tag)
        inner = SubElement(copy, graphic.tag if graphic is not None else frame.tag)
        copy.insert(0, own)
        SubElement(inner, data.tag if data is not None else frame.tag).append(picture)
        return copy

    def _image_data(self, element: Element, shape: Element, w: str) -> list[Element]:
        """Return a drawing of a picture as older versions of Word write it, since mammoth does not read its title."""
        relations = {
            name.rpartition("}")[0] + "}": text for name, text in element.attrib.items() if name.endswith("}id")
        }
        if not relations:
            return []
        view = view_of_shape(element, shape)
        drawing = Element(f"{w}drawing")
        frame = SubElement(drawing, f"{_WP}inline")
        SubElement(frame, f"{_WP}docPr", {"descr": f"{len(self.pictures)} {view.alt}"})
        data = SubElement(SubElement(frame, f"{_A}graphic"), f"{_A}graphicData")
        fill = SubElement(SubElement(data, f"{_PIC}pic"), f"{_PIC}blipFill")
        SubElement(fill, f"{_A}blip", {f"{namespace}embed": text for namespace, text in relations.items()})
        self.pictures.append(view)
        return [drawing]

    def _paragraph(self, paragraph: Element, w: str) -> None:
        properties = paragraph.find(f"{w}pPr")
        style_id = value(properties, "pStyle")
        if properties is not None and not self.styles.is_known(style_id):
            heading = self.styles.heading_id(value(properties, "outlineLvl"))
            if heading:
                style_id = heading
                _set(properties, "pStyle", heading, w)
        self._emphasise(paragraph, w)
        place = self.numbering.place(properties, style_id)
        if place:
            self._number(paragraph, place, style_id, w)

    def _number(self, paragraph: Element, place: tuple[str, int], style_id: str | None, w: str) -> None:
        """Write the list and the level into the paragraph, which may have them from its style, and its number."""
        list_id, level = place
        properties = paragraph.find(f"{w}pPr")
        if properties is None:
            properties = Element(f"{w}pPr")
            paragraph.insert(0, properties)
        is_ordered, is_visible = self.numbering.is_ordered(*place), self.numbering.is_visible(*place)
        for old in properties.findall(f"{w}numPr"):
            properties.remove(old)
        numbers = SubElement(properties, f"{w}numPr")
        _set(numbers, "ilvl", str(level), w)
        _set(numbers, "numId", list_id if is_visible else "0", w)
        if not is_ordered:
            return
        number = self.numbering.count(*place)
        if not is_visible or not _has_content(paragraph, w):
            return
        label = self.numbering.label(*place)
        style = self.styles.by_id.get(style_id or "")
        if re.match("heading|title", (value(style, "name") or "").lower()):
            self.heading_labels.append(label)
            return
        if not re.fullmatch(rf"\(?{number}[.):]?", label.strip()):
            self.labels.append(label)
        mark = Element(f"{w}bookmarkStart", {f"{w}name": f"{NUMBER_MARK}{number}"})
        paragraph.insert(list(paragraph).index(properties) + 1, mark)

    def _emphasise(self, paragraph: Element, w: str) -> None:
        """Write bold and italic into runs that have them from a character style."""
        for run in paragraph.iter(f"{w}r"):
            properties = run.find(f"{w}rPr")
            style_id = value(properties, "rStyle")
            if properties is None or style_id is None:
                continue
            for name in ("b", "i"):
                if value(properties, name) is None and is_on(self.styles.run_value(style_id, name)):
                    SubElement(properties, f"{w}{name}")


def _complex_field(element: Element, w: str) -> list[Element]:
    """Return the runs that mean the same as a simple field."""

    def run(name: str, kind: str = "", text: str = "") -> Element:
        made = Element(f"{w}r")
        inner = SubElement(made, f"{w}{name}", {f"{w}fldCharType": kind} if kind else {})
        inner.text = text or None
        return made

    instruction = run("instrText", text=attribute(element, "instr"))
    return [run("fldChar", "begin"), instruction, run("fldChar", "separate"), *element, run("fldChar", "end")]


def _parts_of_drawing(element: Element) -> Iterator[Element]:
    """Yield the pictures and the texts of a drawing, in order, but not the pictures in its texts."""
    for child in element:
        if local_name(child) in ("pic", "txbxContent"):
            yield child
        else:
            yield from _parts_of_drawing(child)


def _count_pictures(element: Element) -> int:
    return sum(local_name(part) == "blip" for part in element.iter())


def _holds_words(element: Element, w: str) -> bool:
    return element.find(f".//{w}t") is not None and all(local_name(child) not in ("tr", "tc") for child in element)


def _text_box(content: Element, w: str) -> Element:
    picture = Element(f"{w}pict")
    box = SubElement(picture, f"{_VML}textbox")
    box.append(content)
    return picture


def _set(properties: Element, name: str, text: str, w: str) -> None:
    element = properties.find(f"{w}{name}")
    element = SubElement(properties, f"{w}{name}") if element is None else element
    element.attrib[f"{w}val"] = text


def _has_content(paragraph: Element, w: str) -> bool:
    return any((text.text or "").strip() for text in paragraph.iter(f"{w}t"))


def _examples(texts: Sequence[str]) -> str:
    different = list(dict.fromkeys(texts))
    return ", ".join(f"“{text}”" for text in different[:MAX_EXAMPLES]) + (" …" if len(different) > MAX_EXAMPLES else "")
