"""Lists that somebody typed by hand: which lines are items, and how deep each one stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LEVELS = 5

# Word's own bullets arrive as letters of symbol fonts (U+F0B7 and the like), its second level as an “o”.
_FIRST = "•·●‣⁃∙➢➤✓✔\uf0b7\uf0fc\uf0d8*–—-"
_SECOND = "◦○"
_THIRD = "▪■□\uf0a7"
_BULLET = re.compile(
    rf"(?:(?P<first>[{_FIRST}])|(?P<second>[{_SECOND}]|o)|(?P<third>[{_THIRD}]|§(?=\t)))(?P<gap>[\t \xa0]+)(?=\S)"
)
_NUMBER = re.compile(r"\(?(?P<number>[0-9]{1,3}|[a-z]|[ivx]{1,4})[.)][\t \xa0]+(?=\S)")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True)
class ListMarker:
    readings: tuple[tuple[str, int], ...]  # kind and number; “i.” is the first in Roman numbers and the ninth letter
    length: int
    is_ordered: bool = False
    is_weak: bool = False  # means something only inside a list
    is_plain: bool = False  # a dash or a star, which also begins a line by chance


@dataclass(frozen=True)
class TypedLine:
    indent: float  # in letters; below nought: ends every list
    marker: ListMarker | None = None
    has_gap: bool = False  # an empty line before it


@dataclass(frozen=True)
class ListPosition:
    level: int
    is_ordered: bool
    begins: bool = False  # a list of its own
    continues: bool = False  # a further paragraph of the item before


@dataclass
class _ListLevel:
    indent: float
    kind: str
    is_ordered: bool
    count: int = 1


def marker(text: str) -> ListMarker | None:
    """What a line without its indent begins with, if that can mark an item."""
    if found := _BULLET.match(text):
        rank = str(found.lastgroup and next(name for name in ("first", "second", "third") if found[name]))
        is_weak = found[0][0] == "o" and found["gap"] in (" ", "\xa0")
        return ListMarker(((rank, 0),), found.end(), is_weak=is_weak, is_plain=found[0][0] in "*–—-")
    if found := _NUMBER.match(text):
        number = found["number"]
        if number.isdecimal():
            readings = [("1", int(number))]
        else:
            readings = [("i", _ROMAN.index(number) + 1)] if number in _ROMAN else []
            readings += [("a", ord(number) - ord("a") + 1)] if len(number) == 1 else []
        return ListMarker(tuple(readings), found.end(), is_ordered=True) if readings else None
    return None


def arrange(lines: Sequence[TypedLine]) -> list[ListPosition | None]:
    """A place for each line that is part of a list. A number that is out of turn is text."""
    places: list[ListPosition | None] = []
    levels: list[_ListLevel] = []
    for line in lines:
        place = _place(line, levels)
        if place is None:
            levels.clear()
            place = _place(line, levels) if line.marker else None
        places.append(place)
    return [None if _is_alone(places, number) else place for number, place in enumerate(places)]


def _place(line: TypedLine, levels: list[_ListLevel]) -> ListPosition | None:
    if line.marker is None:
        return _continuation(line, levels)
    was_open = bool(levels)
    while levels and line.indent < levels[-1].indent - 1:
        levels.pop()
    if was_open and not levels:
        return None
    return _next(line, line.marker, levels) or _first(line, line.marker, levels)


def _continuation(line: TypedLine, levels: list[_ListLevel]) -> ListPosition | None:
    while levels and line.indent < levels[-1].indent + 2:
        levels.pop()
    return ListPosition(len(levels) - 1, levels[-1].is_ordered, continues=True) if levels else None


def _next(line: TypedLine, marker: ListMarker, levels: list[_ListLevel]) -> ListPosition | None:
    """The next item of a list that is open at this indent."""
    for depth, level in reversed(list(enumerate(levels))):
        if abs(level.indent - line.indent) > 1:
            continue
        for kind, number in marker.readings:
            if kind == level.kind and number in (0, level.count + 1):
                del levels[depth + 1 :]
                level.count += 1
                return ListPosition(depth, marker.is_ordered)
    return None


def _first(line: TypedLine, marker: ListMarker, levels: list[_ListLevel]) -> ListPosition | None:
    """The first item of a list, inside the item before it if there is one."""
    kind = next((kind for kind, number in marker.readings if number in (0, 1)), None)
    if kind is None or len(levels) == MAX_LEVELS or (marker.is_weak and not levels):
        return None
    if levels and line.indent <= levels[-1].indent + 1:
        # At the same indent another mark means a deeper level, as in text copied from Word: •, then o, then ▪.
        order = ("1", "a", "i", "first", "second", "third")
        if line.has_gap or order.index(kind) <= order.index(levels[-1].kind):
            return None
    levels.append(_ListLevel(line.indent, kind, marker.is_ordered))
    return ListPosition(len(levels) - 1, marker.is_ordered, begins=True)


def _is_alone(places: list[ListPosition | None], number: int) -> bool:
    """A single “1.” numbers a section, or nothing at all."""
    place = places[number]
    following = places[number + 1] if number + 1 < len(places) else None
    return (
        place is not None
        and place.is_ordered
        and place.begins
        and place.level == 0
        and (following is None or (following.level == 0 and following.begins))
    )


def nested(items: Sequence[tuple[ListPosition, str]]) -> str:
    """HTML of items, each with the HTML of its paragraphs."""
    html: list[str] = []
    tags: list[str] = []

    def close(levels: int) -> None:
        while len(tags) > levels:
            html.append(f"</li></{tags.pop()}>")

    for place, paragraphs in items:
        close(place.level if place.begins else place.level + 1)
        if place.begins:
            tags.append("ol" if place.is_ordered else "ul")
            html.append(f"<{tags[-1]}><li>")
        elif not place.continues:
            html.append("</li><li>")
        html.append(paragraphs)
    close(0)
    return "".join(html)
