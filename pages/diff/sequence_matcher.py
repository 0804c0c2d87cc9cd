"""What belongs to what in two sequences, within a bounded time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

ALIKE = 0.4  # share of words that two texts must have in common to be one that changed
MAX_EACH, MAX_IN_ALL = 400_000, 8_000_000  # pairs of elements that are weighed
MAX_PAIRS = 10_000  # of texts whose likeness is weighed

Step = tuple[bool, int, int, int, int]  # whether the same; from and to on the left, from and to on the right


class Matcher:
    """Compares several sequences, and grows coarser when that takes too long."""

    def __init__(self) -> None:
        self._left_to_do = MAX_IN_ALL

    def steps(self, left: Sequence[Any], right: Sequence[Any]) -> Iterator[Step]:
        """Like difflib's opcodes; what would take too long is first cut at what is unique on both sides."""
        begin = _alike_at_first(left, right)
        end = _alike_at_first(left[begin:][::-1], right[begin:][::-1])
        a = c = begin
        b, d = len(left) - end, len(right) - end
        yield True, 0, begin, 0, begin
        cuts = _unique_to_both(left[a:b], right[c:d]) if (b - a) * (d - c) > MAX_EACH else []
        for i, j in cuts:
            yield from self._between(left, right, (a, begin + i, c, begin + j))
            a, c = begin + i + 1, begin + j + 1
            yield True, a - 1, a, c - 1, c
        yield from self._between(left, right, (a, b, c, d))
        yield True, b, len(left), d, len(right)

    def _between(self, left: Sequence[Any], right: Sequence[Any], places: tuple[int, int, int, int]) -> Iterator[Step]:
        a, b, c, d = places
        size = (b - a) * (d - c)
        if size > min(MAX_EACH, self._left_to_do):
            yield False, a, b, c, d
            return
        self._left_to_do -= size
        for name, i, j, k, m in SequenceMatcher(None, left[a:b], right[c:d], autojunk=False).get_opcodes():
            yield name == "equal", a + i, a + j, c + k, c + m


def likest(left: list[set[str]], right: list[set[str]], *, in_order: bool = False) -> list[tuple[int, int]]:
    """Places on both sides that have enough words in common, each at most once, the most alike first."""
    if len(left) * len(right) > MAX_PAIRS:
        return []
    shares = [(_share(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)]
    pairs: dict[int, int] = {}
    for share, i, j in sorted(shares, key=lambda one: (-one[0], one[1:])):
        is_free = i not in pairs and j not in pairs.values()
        crosses = in_order and any((a < i) != (b < j) for a, b in pairs.items())
        if share >= ALIKE and is_free and not crosses:
            pairs[i] = j
    return list(pairs.items())


def _share(left: set[str], right: set[str]) -> float:
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 1


def rising(places: list[int]) -> set[int]:
    """The longest run of places that still follow one another; the others were moved."""
    ends: list[int] = []
    depths = []
    for place in places:
        depth = bisect_left(ends, place)
        ends[depth : depth + 1] = [place]
        depths.append(depth)
    staying, wanted = set(), len(ends) - 1
    for place, depth in zip(reversed(places), reversed(depths), strict=True):
        if depth == wanted:
            staying.add(place)
            wanted -= 1
    return staying


def _alike_at_first(left: Sequence[Any], right: Sequence[Any]) -> int:
    for number, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return number
    return min(len(left), len(right))


def _unique_to_both(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[int, int]]:
    """Places of what occurs once on each side, in an order that both share."""
    once = [{one: place for place, one in enumerate(side) if counts[one] == 1} for side, counts in
            ((left, Counter(left)), (right, Counter(right)))]  # fmt: skip
    pairs = [(place, once[1][one]) for one, place in once[0].items() if one in once[1]]
    staying = rising([there for _, there in pairs])
    return [(here, there) for here, there in pairs if there in staying]
