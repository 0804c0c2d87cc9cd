"""Count what a Word document contains that a page cannot, so that nothing is dropped silently."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pages.document_import.document import counted

W = "{*}"  # any namespace: Word has two, and drawings and equations have their own


def omissions(parts: dict[str, bytes], body: Element) -> list[str]:
    return [*_other_parts(parts), *_elements(body), *_formatting(body)]


def _other_parts(parts: dict[str, bytes]) -> Iterator[str]:
    """Yield comments, headers, footers and macros, which are separate files in the zip."""
    comments = sum(len(root.findall(f"{W}comment")) for root in _roots(parts, "comments"))
    if comments:
        yield counted(comments, "comment")
    for kind, name in (("header", "the page header"), ("footer", "the page footer")):
        words = dict.fromkeys(words_of(root) for root in _roots(parts, rf"{kind}[0-9]*"))
        text = " / ".join(line for line in words if re.search(r"[^\W\d_]", line))
        if text:
            yield f"{name}: “{text[:80]}{'…' if len(text) > 80 else ''}”"
    if any(name.endswith("vbaProject.bin") for name in parts):
        yield "its macros"


def _roots(parts: dict[str, bytes], name: str) -> Iterator[Element]:
    for path, content in parts.items():
        if re.fullmatch(rf"word/{name}\.xml", path):
            yield ElementTree.fromstring(content)  # noqa: S314 (word_archive refuses entities)


def _elements(body: Element) -> Iterator[str]:
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
    # Word writes a drawing twice; the second one is a fallback for older readers, which include mammoth.
    boxes = sum(1 for shape in body.iterfind(f".//{W}txbx") if words_of(shape))
    fallbacks = {shape for fallback in body.iterfind(f".//{W}Fallback") for shape in fallback.iter()}
    boxes += sum(1 for shape in body.iterfind(f".//{W}textbox") if words_of(shape) and shape not in fallbacks)
    if boxes:
        yield f"{counted(boxes, 'text box', 'text boxes')} (the words come after the paragraph beside it)"
    drawings = sum(1 for shape in body.iterfind(f".//{W}wsp") if shape.find(f"{W}txbx") is None)
    if drawings:
        yield counted(drawings, "drawing")
    if any(body.find(f".//{W}{tag}") is not None for tag in ("ins", "del", "moveFrom", "moveTo")):
        yield "tracked changes: taken as accepted"


def _formatting(body: Element) -> Iterator[str]:
    formats: dict[str, Callable[[Element], bool]] = {
        "underlined": lambda run_format: _value(run_format, "u") not in ("", "none"),
        "crossed out": lambda run_format: _value(run_format, "strike") not in ("", "0", "false"),
        "hidden in Word": lambda run_format: _value(run_format, "vanish") not in ("", "0", "false"),
        "in colour": lambda run_format: (
            _value(run_format, "color") not in ("", "auto", "000000") or bool(_value(run_format, "highlight"))
        ),
    }
    for name, applies in formats.items():
        if number := sum(_passages(paragraph, applies) for paragraph in body.iterfind(f".//{W}p")):
            yield f"{counted(number, 'passage')} {name}: the words are kept without this formatting"


def _passages(paragraph: Element, applies: Callable[[Element], bool]) -> int:
    """Count passages; neighbouring runs with the same formatting are one passage."""
    runs = [run for run in paragraph.iterfind(f"{W}r") if words_of(run)]
    alike = groupby(runs, lambda run: any(applies(run_format) for run_format in run.iterfind(f"{W}rPr")))
    return sum(1 for has_format, _ in alike if has_format)


def _value(run_format: Element, name: str) -> str:
    """Return the value of a property such as `<w:strike/>` or `<w:color w:val="FF0000"/>`."""
    element = run_format.find(f"{W}{name}")
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.endswith("}val")), "on")


def words_of(element: Element) -> str:
    return " ".join(" ".join(text.text or "" for text in element.iterfind(f".//{W}t")).split())
