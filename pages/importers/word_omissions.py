"""What a Word document holds that a page cannot: counted, so that nothing goes missing unsaid."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pages.importers.document import counted

W = "{*}"  # both spellings of Word's namespace, and those of drawings and equations


def left_out(parts: dict[str, bytes], body: Element) -> list[str]:
    return [*_beside(parts), *_in(body), *_looks(body)]


def _beside(parts: dict[str, bytes]) -> Iterator[str]:
    """Comments, headers and footers are files of their own in the zip."""
    comments = sum(len(root.findall(f"{W}comment")) for root in _roots(parts, "comments"))
    if comments:
        yield counted(comments, "comment")
    for kind, name in (("header", "the page header"), ("footer", "the page footer")):
        words = dict.fromkeys(words_of(root) for root in _roots(parts, rf"{kind}[0-9]*"))
        said = " / ".join(each for each in words if re.search(r"[^\W\d_]", each))
        if said:
            yield f"{name}: “{said[:80]}{'…' if len(said) > 80 else ''}”"
    if any(name.endswith("vbaProject.bin") for name in parts):
        yield "its programs (macros)"


def _roots(parts: dict[str, bytes], name: str) -> Iterator[Element]:
    for path, content in parts.items():
        if re.fullmatch(rf"word/{name}\.xml", path):
            yield ElementTree.fromstring(content)  # noqa: S314 (archive.py has refused entities)


def _in(body: Element) -> Iterator[str]:
    kinds = {
        "equation": "oMath",
        "chart": "chart",
        "diagram": "relIds",
        "embedded file": "OLEObject",
        "inserted document": "altChunk",
    }
    for noun, tag in kinds.items():
        if number := len(body.findall(f".//{W}{tag}")):
            yield counted(number, noun)
    # Word writes a drawing twice: for readers of today and, as a fallback, for those of before, mammoth among them.
    boxes = sum(1 for shape in body.iterfind(f".//{W}txbx") if words_of(shape))
    fallbacks = {shape for each in body.iterfind(f".//{W}Fallback") for shape in each.iter()}
    boxes += sum(1 for shape in body.iterfind(f".//{W}textbox") if words_of(shape) and shape not in fallbacks)
    if boxes:
        yield f"{counted(boxes, 'text box', 'text boxes')} (the words stand after the paragraph beside it)"
    drawings = sum(1 for shape in body.iterfind(f".//{W}wsp") if shape.find(f"{W}txbx") is None)
    if drawings:
        yield counted(drawings, "drawing")
    if any(body.find(f".//{W}{tag}") is not None for tag in ("ins", "del", "moveFrom", "moveTo")):
        yield "tracked changes: taken as accepted"


def _looks(body: Element) -> Iterator[str]:
    looks: dict[str, Callable[[Element], bool]] = {
        "underlined": lambda look: _value(look, "u") not in ("", "none"),
        "crossed out": lambda look: _value(look, "strike") not in ("", "0", "false"),
        "hidden in Word": lambda look: _value(look, "vanish") not in ("", "0", "false"),
        "in colour": lambda look: (
            _value(look, "color") not in ("", "auto", "000000") or bool(_value(look, "highlight"))
        ),
    }
    for name, applies in looks.items():
        if number := sum(_passages(paragraph, applies) for paragraph in body.iterfind(f".//{W}p")):
            yield f"{counted(number, 'passage')} {name}: the words are kept, without that look"


def _passages(paragraph: Element, applies: Callable[[Element], bool]) -> int:
    """Neighbouring runs that look alike are one passage."""
    runs = [run for run in paragraph.iterfind(f"{W}r") if words_of(run)]
    alike = groupby(runs, lambda run: any(applies(look) for look in run.iterfind(f"{W}rPr")))
    return sum(1 for is_so, _ in alike if is_so)


def _value(look: Element, name: str) -> str:
    """Of a property that is written `<w:strike/>` or `<w:color w:val="FF0000"/>`."""
    found = look.find(f"{W}{name}")
    if found is None:
        return ""
    return next((value for key, value in found.attrib.items() if key.endswith("}val")), "on")


def words_of(element: Element) -> str:
    return " ".join(" ".join(text.text or "" for text in element.iterfind(f".//{W}t")).split())
