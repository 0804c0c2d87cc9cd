"""Read the words of a Word document's XML without mammoth, to compare them with the page."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

DELETED = ("del", "moveFrom", "conflictDel")


def source_words(root: Element) -> str:
    """Return the words of a part as its author sees them, read without mammoth and before anything is rewritten."""
    return "".join(_text(root, root.tag.rpartition("}")[0] + "}"))


def _text(element: Element, w: str) -> Iterator[str]:
    name = local_name(element) if element.tag.startswith(w) else ""
    if name in DELETED or (name == "tr" and element.find(f"{w}trPr/{w}del") is not None):
        return
    if name == "t":
        yield element.text or ""
    elif name == "noBreakHyphen":
        yield "\u2011"
    elif name in ("tab", "br", "cr", "ptab"):
        yield " "
    if name == "ruby":
        children = [*element.findall(f"{w}rubyBase"), Element(f"{w}br"), *element.findall(f"{w}rt")]
    else:
        children = list(without_alternatives(element))
    for child in children:
        yield from _text(child, w)
    if name == "p" and element.find(f"{w}pPr/{w}rPr/{w}del") is None:
        yield " "


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def without_alternatives(parent: Iterable[Element]) -> Iterator[Element]:
    for child in parent:
        if local_name(child) == "AlternateContent":
            yield from without_alternatives(_alternative(child))
        else:
            yield child


def _alternative(element: Element) -> list[Element]:
    """Return the first alternative with words or pictures; mammoth would read the last one only."""
    for choice in element:
        if any(local_name(child) in ("t", "pic", "imagedata") for child in choice.iter()):
            return list(choice)
    return list(element[-1]) if len(element) else []
