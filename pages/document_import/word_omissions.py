"""Count what a Word document contains that a page cannot, so that nothing is dropped silently."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pages.document_import.document import counted
from pages.document_import.word_styles import Styles, W, value

MAX_EXAMPLES = 3
MAX_EXAMPLE_CHARS = 60


def omissions(parts: dict[str, bytes], body: Element, styles: Styles) -> list[str]:
    return [*_other_parts(parts), *_elements(body), *_formatting(body, styles)]


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
        pictures = sum(
            1
            for root in _roots(parts, rf"{kind}[0-9]*")
            for element in root.iter()
            if element.tag.rpartition("}")[2] in ("blip", "imagedata")
        )
        if pictures:
            yield f"{counted(pictures, 'picture')} in {name}"
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


def _formatting(body: Element, styles: Styles) -> Iterator[str]:
    formats: dict[str, Callable[[Element | None, set[str]], bool]] = {
        "underlined": lambda run_format, toggles: value(run_format, "u") not in (None, "none"),
        "crossed out": lambda run_format, toggles: bool(toggles & {"strike", "dstrike"}),
        "hidden in Word": lambda run_format, toggles: "vanish" in toggles,
        "in colour": lambda run_format, toggles: (
            value(run_format, "color") not in (None, "auto", "000000") or bool(value(run_format, "highlight"))
        ),
        "raised or lowered": lambda run_format, toggles: value(run_format, "vertAlign") not in (None, "baseline"),
        "in capitals": lambda run_format, toggles: any(
            value(run_format, name) not in (None, "0", "false") for name in ("caps", "smallCaps")
        ),
    }
    for name, applies in formats.items():
        passages = [words for paragraph in body.iterfind(f".//{W}p") for words in _passages(paragraph, styles, applies)]
        if passages:
            examples = f" ({_examples(passages)})" if name in ("crossed out", "hidden in Word") else ""
            yield f"{counted(len(passages), 'passage')} {name}{examples}: the words are kept without this formatting"


def _examples(passages: list[str]) -> str:
    texts = [text if len(text) <= MAX_EXAMPLE_CHARS else f"{text[:MAX_EXAMPLE_CHARS]}…" for text in passages]
    return ", ".join(f"“{text}”" for text in texts[:MAX_EXAMPLES]) + (" …" if len(texts) > MAX_EXAMPLES else "")


def _passages(paragraph: Element, styles: Styles, applies: Callable[[Element | None, set[str]], bool]) -> Iterator[str]:
    """Yield the words of passages; neighbouring runs with the same formatting are one passage."""
    style = value(paragraph.find(f"{W}pPr"), "pStyle")
    links = [run for link in paragraph.iterfind(f"{W}hyperlink") for run in link.iterfind(f"{W}r")]
    inserted = [run for change in paragraph.iterfind(f"{W}ins") for run in change.iterfind(f"{W}r")]
    runs = [run for run in [*paragraph.iterfind(f"{W}r"), *inserted] if words_of(run)]
    struck_links = [run for run in links if styles.toggles(run, style) & {"strike", "dstrike", "vanish"}]
    alike = groupby([*runs, *struck_links], lambda run: applies(run.find(f"{W}rPr"), styles.toggles(run, style)))
    for has_format, group in alike:
        if has_format:
            yield " ".join(words_of(run) for run in group)


def words_of(element: Element) -> str:
    return " ".join(" ".join(text.text or "" for text in element.iterfind(f".//{W}t")).split())
