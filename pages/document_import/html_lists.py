"""Give numbered lists the numbers that they have in the document."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pages.document_import.document import counted
from pages.document_import.word_preparation import NUMBER_MARK

MAX_NUMBER = 9_999  # as the sanitiser allows


def tidy(root: Element) -> Iterator[str]:
    """Divide lists where the document's numbers do not continue, and say where each begins."""
    restarted = 0
    for parent in list(root.iter()):
        for number, child in reversed(list(enumerate(parent))):
            if child.tag == "ol":
                parent[number : number + 1] = _divided(child)
    for numbered in root.iter("ol"):
        start = numbered.get("start", "1")
        restarted += not (start.isdecimal() and int(start) <= MAX_NUMBER)
    if restarted:
        yield f"the first numbers of {counted(restarted, 'list')}"


def _divided(numbered: Element) -> list[Element]:
    """Return lists whose items have consecutive numbers. An item without a number of its own continues the list."""
    lists: list[Element] = []
    previous = int(numbered.get("start", "1")) - 1 if numbered.get("start", "1").isdecimal() else 0
    for item in numbered:
        number = _number(item)
        if not lists or (number is not None and number != previous + 1):
            attributes = {name: text for name, text in numbered.attrib.items() if name != "start"}
            lists.append(Element("ol", attributes))
            first = previous + 1 if number is None else number
            if first != 1:
                lists[-1].attrib["start"] = str(first)
        previous = previous + 1 if number is None else number
        lists[-1].append(item)
    lists[-1:] = lists[-1:] or [numbered]
    lists[-1].tail = numbered.tail
    return lists


def _number(item: Element) -> int | None:
    """Return the number that the import of Word documents marked the item with."""
    mark = _first_mark(item)
    if mark is None:
        return None
    return int(mark.attrib.pop("id")[len(NUMBER_MARK) :])


def _first_mark(element: Element) -> Element | None:
    for child in element:
        if child.tag in ("ul", "ol", "li"):
            return None
        if child.get("id", "").startswith(NUMBER_MARK):
            return child
        if (mark := _first_mark(child)) is not None:
            return mark
    return None
