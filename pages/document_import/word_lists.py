"""Make lists of the paragraphs of a Word document that were typed as items, or have the style of a list."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mammoth import documents as model  # type: ignore[import-untyped]

from pages.document_import import typed_lists
from pages.document_import.html_lists import NUMBER_MARK

TWIPS_PER_CHAR = 180  # Word's indent that equals one character of indent in plain text
CONTINUED = "continued item {}"
_LIST_STYLE = re.compile(r"list (bullet|number)(?: ([2-5]))?", re.IGNORECASE)
_OTHER_STYLE = re.compile(r"(heading|title|subtitle|toc|quote|intense quote|caption)\b", re.IGNORECASE)


def style_of(element: Any) -> str:
    return (isinstance(element, model.Paragraph) and element.style_name) or ""


def divided(element: Any) -> list[Any]:
    """Return a paragraph for each line, where several of its lines are items of a typed list."""
    if not isinstance(element, model.Paragraph) or _numbering(element):
        return [element]
    lines = [element.copy(children=line) for line in _lines(element.children)]
    markers = [typed_lists.TypedLine(0, typed_lists.marker(text_of(line).lstrip())) for line in lines]
    items = [position for position in typed_lists.arrange(markers) if position and not position.continues]
    return lines if len(items) > 1 else [element]


def _lines(elements: Sequence[Any]) -> list[list[Any]]:
    lines: list[list[Any]] = [[]]
    for element in elements:
        if isinstance(element, model.Break):
            lines.append([])
        elif "\n" in text_of(element) and isinstance(element, model.HasChildren):
            first, *others = (element.copy(children=line) for line in _lines(element.children))
            lines[-1].append(first)
            lines += [[line] for line in others]
        else:
            lines[-1].append(element)
    return lines


def with_lists(elements: Sequence[Any], typed_numbers: list[str]) -> Iterator[Any]:
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
                typed_numbers.append(text_of(element).split()[0])
                item = item.copy(children=[model.bookmark(f"{NUMBER_MARK}{position.number}"), *item.children])
            yield _item(item, level, position.is_ordered)
        elif numbering := _numbering(element):
            level = min(int(numbering.level_index), level + 1, typed_lists.MAX_LEVELS - 1)
            yield _item(element, level, numbering.is_ordered)
        elif level >= 0 and (position or _is_indented(element)):
            yield element.copy(style_id=None, style_name=CONTINUED.format(level + 1))
        else:
            level = level if not text_of(element).strip() else -1
            yield element


def _item(paragraph: Any, level: int, is_ordered: bool) -> Any:
    numbering = model.numbering_level(level, is_ordered)
    return paragraph.copy(numbering=numbering, style_id=None, style_name=None)


def _line(element: Any) -> typed_lists.TypedLine:
    """Return a paragraph that may be a typed list item; anything else ends a list."""
    is_typed = (
        isinstance(element, model.Paragraph) and not _numbering(element) and not _OTHER_STYLE.match(style_of(element))
    )
    if not is_typed:
        return typed_lists.TypedLine(-1)
    text = text_of(element)
    words = text.lstrip()
    typed_indent = len(text[: len(text) - len(words)].expandtabs(4))
    return typed_lists.TypedLine(
        _twips(element.indent.start) / TWIPS_PER_CHAR + typed_indent, typed_lists.marker(words)
    )


def _numbering(paragraph: Any) -> Any:
    """Return mammoth's numbering, or that of a style such as “List Bullet 2”, whose level is only in its name."""
    if _OTHER_STYLE.match(style_of(paragraph)):
        return None
    style_match = _LIST_STYLE.fullmatch(style_of(paragraph))
    numbering = paragraph.numbering
    if style_match and (numbering is None or numbering.level_index == "0"):
        return model.numbering_level(
            int(style_match[2] or 1) - 1,
            numbering.is_ordered if numbering else style_match[1].lower() == "number",
        )
    return numbering


def _is_indented(paragraph: Any) -> bool:
    is_plain = not _OTHER_STYLE.match(style_of(paragraph)) and bool(text_of(paragraph).strip())
    is_list_style = style_of(paragraph).lower().startswith(("list paragraph", "list continue"))
    return is_plain and (is_list_style or _twips(paragraph.indent.start) >= 2 * TWIPS_PER_CHAR)


def _twips(value: str | None) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return 0


def text_of(element: Any) -> str:
    if isinstance(element, model.Text):
        return element.value
    if isinstance(element, model.Tab):
        return "\t"
    if isinstance(element, model.Break):
        return "\n"
    return "".join(text_of(child) for child in getattr(element, "children", []))


def _without_marker(paragraph: Any) -> Any:
    text = text_of(paragraph)
    words = text.lstrip()
    marker = typed_lists.marker(words)
    length = len(text) - len(words) + (marker.length if marker else 0)
    return paragraph.copy(children=_skip(paragraph.children, length)[0])


def _skip(elements: Sequence[Any], length: int) -> tuple[list[Any], int]:
    """Return the elements without their first characters, and how many characters are still to be skipped."""
    remaining = []
    for element in elements:
        size = len(text_of(element))
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
