"""Recognise lists that were typed by hand: which lines are items, and at which level."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages.document_import.document import counted

MAX_LEVELS = 5

# Word's own bullets arrive as characters of symbol fonts, such as U+F0B7, and its second level as an “o”.
_FIRST = "•·●‣⁃∙➢➤✓✔\uf0b7\uf0fc\uf0d8*–—-"
_SECOND = "◦○"
_THIRD = "▪■□\uf0a7"
_BULLET = re.compile(
    rf"(?:(?P<first>[{_FIRST}])|(?P<second>[{_SECOND}]|o)|(?P<third>[{_THIRD}]|§(?=\t)))(?P<gap>[\t \xa0]+)(?=\S)"
)
# “A.” is no number, because a name may begin so; “A)” and “I.” are.
_NUMBER = re.compile(r"\(?(?P<number>[0-9]{1,3}|[a-z]|[A-Z](?=\))|[ivx]{1,4}|[IVX]{1,4})[.)][\t \xa0]+(?=\S)")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True)
class ListMarker:
    readings: tuple[tuple[str, int], ...]  # kind and number; “i.” is 1 as a Roman numeral and 9 as a letter
    length: int
    is_ordered: bool = False
    is_weak: bool = False  # counts only inside a list
    is_plain: bool = False  # a dash or an asterisk, which can also begin an ordinary line


@dataclass(frozen=True)
class TypedLine:
    indent: float  # in characters; a negative indent ends every list
    marker: ListMarker | None = None
    has_gap: bool = False  # an empty line before it


@dataclass(frozen=True)
class ListPosition:
    level: int
    is_ordered: bool
    number: int | None = None  # of an item of a numbered list
    begins: bool = False  # a new list
    continues: bool = False  # another paragraph of the previous item


@dataclass
class _ListLevel:
    indent: float
    kind: str
    is_ordered: bool
    count: int


def marker(text: str) -> ListMarker | None:
    """Return the marker that a line, without its indent, begins with."""
    if match := _BULLET.match(text):
        rank = str(match.lastgroup and next(name for name in ("first", "second", "third") if match[name]))
        is_weak = match[0][0] == "o" and match["gap"] in (" ", "\xa0")
        return ListMarker(((rank, 0),), match.end(), is_weak=is_weak, is_plain=match[0][0] in "*–—-")
    if match := _NUMBER.match(text):
        number = match["number"].lower()
        if number.isdecimal():
            readings = [("1", int(number))]
        else:
            readings = [("i", _ROMAN.index(number) + 1)] if number in _ROMAN else []
            readings += [("a", ord(number) - ord("a") + 1)] if len(number) == 1 else []
        return ListMarker(tuple(readings), match.end(), is_ordered=True) if readings else None
    return None


def is_other_form(label: str) -> bool:
    """Return whether a number such as “a)” looks different as an item of a list here."""
    return re.search("[0-9]", label) is None


def arrange(lines: Sequence[TypedLine]) -> list[ListPosition | None]:
    """Return the position of each line that belongs to a list; a number out of sequence is text."""
    positions: list[ListPosition | None] = []
    levels: list[_ListLevel] = []
    last: dict[str, int] = {}  # the last number of each kind of outermost list, which a later list may continue
    for line in lines:
        position = _position(line, levels, last)
        if position is None:
            levels.clear()
            position = _position(line, levels, last) if line.marker else None
        if levels and levels[0].is_ordered:
            last[levels[0].kind] = levels[0].count
        positions.append(position)
    return [None if _is_single(positions, number) else position for number, position in enumerate(positions)]


def _position(line: TypedLine, levels: list[_ListLevel], last: dict[str, int]) -> ListPosition | None:
    if line.marker is None:
        return _continuation(line, levels)
    was_open = bool(levels)
    while levels and line.indent < levels[-1].indent - 1:
        levels.pop()
    if was_open and not levels:
        return None
    return _next(line, line.marker, levels) or _first(line, line.marker, levels, last)


def _continuation(line: TypedLine, levels: list[_ListLevel]) -> ListPosition | None:
    while levels and line.indent < levels[-1].indent + 2:
        levels.pop()
    return ListPosition(len(levels) - 1, levels[-1].is_ordered, continues=True) if levels else None


def _next(line: TypedLine, marker: ListMarker, levels: list[_ListLevel]) -> ListPosition | None:
    """Return the next item of a list that is open at this indent."""
    for depth, level in reversed(list(enumerate(levels))):
        if abs(level.indent - line.indent) > 1:
            continue
        for kind, number in marker.readings:
            if kind == level.kind and (not marker.is_ordered or number == level.count + 1):
                del levels[depth + 1 :]
                level.count += 1
                return ListPosition(depth, marker.is_ordered, level.count if marker.is_ordered else None)
    return None


def _first(line: TypedLine, marker: ListMarker, levels: list[_ListLevel], last: dict[str, int]) -> ListPosition | None:
    """Return the first item of a new list, nested in the previous item if there is one."""
    readings = dict(reversed(marker.readings))
    kind = next((kind for kind, number in marker.readings if number in (0, 1)), None)
    if kind is None and not levels:
        kind = next((kind for kind, number in marker.readings if kind in last and number == last[kind] + 1), None)
    if kind is None or len(levels) == MAX_LEVELS or (marker.is_weak and not levels):
        return None
    if levels and line.indent <= levels[-1].indent + 1:
        # At the same indent, a different marker means a deeper level, as in text copied from Word: •, then o, then ▪.
        order = ("1", "a", "i", "first", "second", "third")
        if line.has_gap or order.index(kind) <= order.index(levels[-1].kind):
            return None
    levels.append(_ListLevel(line.indent, kind, marker.is_ordered, readings[kind]))
    return ListPosition(len(levels) - 1, marker.is_ordered, readings[kind] if marker.is_ordered else None, begins=True)


def _is_single(positions: list[ListPosition | None], number: int) -> bool:
    """Return whether a “1.” is the only item, so that it numbers a section and not a list."""
    position = positions[number]
    following = positions[number + 1] if number + 1 < len(positions) else None
    return (
        position is not None
        and position.is_ordered
        and position.begins
        and position.level == 0
        and (following is None or (following.level == 0 and following.begins))
    )


def other_forms(labels: Sequence[str]) -> list[str]:
    """Return a note on numbers such as “a)” or “1.1”, which become ordinary numbers."""
    if not labels:
        return []
    different = list(dict.fromkeys(labels))
    examples = ", ".join(f"“{label}”" for label in different[:3]) + (" …" if len(different) > 3 else "")
    become = "is an ordinary number" if len(different) == 1 else "are ordinary numbers"
    return [f"the form of {counted(len(labels), 'list number')}: {examples} {become} here"]


def nested(items: Sequence[tuple[ListPosition, str]]) -> str:
    """Return nested HTML lists of items with the HTML of their paragraphs."""
    html: list[str] = []
    tags: list[str] = []

    def close(levels: int) -> None:
        while len(tags) > levels:
            html.append(f"</li></{tags.pop()}>")

    for position, paragraphs in items:
        close(position.level if position.begins else position.level + 1)
        if position.begins:
            tags.append("ol" if position.is_ordered else "ul")
            start = f' start="{position.number}"' if position.number not in (None, 1) else ""
            html.append(f"<{tags[-1]}{start}><li>")
        elif not position.continues:
            html.append("</li><li>")
        html.append(paragraphs)
    close(0)
    return "".join(html)
