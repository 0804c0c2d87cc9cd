"""Match the elements of two sequences, in bounded time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

MIN_SIMILARITY = 0.4  # share of common words from which two texts count as one that changed
MAX_PAIRS_PER_STEP, MAX_PAIRS_IN_TOTAL = 400_000, 8_000_000  # pairs of elements that SequenceMatcher is given
MAX_TEXT_PAIRS = 10_000  # pairs of texts whose similarity is computed

Step = tuple[bool, int, int, int, int]  # is_same; start and end on the left; start and end on the right


class Matcher:
    """Compares several sequences within one budget of pairs, and more coarsely once it is used up."""

    def __init__(self) -> None:
        self._remaining_pairs = MAX_PAIRS_IN_TOTAL

    def steps(self, left: Sequence[Any], right: Sequence[Any]) -> Iterator[Step]:
        """Yield steps like difflib's opcodes; long sequences are first cut at what is unique on both sides."""
        begin = _common_prefix_length(left, right)
        end = _common_prefix_length(left[begin:][::-1], right[begin:][::-1])
        a = c = begin
        b, d = len(left) - end, len(right) - end
        yield True, 0, begin, 0, begin
        cuts = _common_unique(left[a:b], right[c:d]) if (b - a) * (d - c) > MAX_PAIRS_PER_STEP else []
        for i, j in cuts:
            yield from self._between(left, right, (a, begin + i, c, begin + j))
            a, c = begin + i + 1, begin + j + 1
            yield True, a - 1, a, c - 1, c
        yield from self._between(left, right, (a, b, c, d))
        yield True, b, len(left), d, len(right)

    def _between(self, left: Sequence[Any], right: Sequence[Any], bounds: tuple[int, int, int, int]) -> Iterator[Step]:
        a, b, c, d = bounds
        size = (b - a) * (d - c)
        if size > min(MAX_PAIRS_PER_STEP, self._remaining_pairs):
            yield False, a, b, c, d
            return
        self._remaining_pairs -= size
        for name, i, j, k, m in SequenceMatcher(None, left[a:b], right[c:d], autojunk=False).get_opcodes():
            yield name == "equal", a + i, a + j, c + k, c + m


def most_similar(left: list[set[str]], right: list[set[str]], *, in_order: bool = False) -> list[tuple[int, int]]:
    """Pair the indexes of texts with enough words in common, each at most once, the most similar first."""
    if len(left) * len(right) > MAX_TEXT_PAIRS:
        return []
    shares = [(_share(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)]
    pairs: dict[int, int] = {}
    for share, i, j in sorted(shares, key=lambda item: (-item[0], item[1:])):
        is_free = i not in pairs and j not in pairs.values()
        crosses = in_order and any((a < i) != (b < j) for a, b in pairs.items())
        if share >= MIN_SIMILARITY and is_free and not crosses:
            pairs[i] = j
    return list(pairs.items())


def _share(left: set[str], right: set[str]) -> float:
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 1


def longest_increasing(indexes: list[int]) -> set[int]:
    """Return a longest increasing subsequence of the indexes; the other ones were moved."""
    ends: list[int] = []
    depths = []
    for index in indexes:
        depth = bisect_left(ends, index)
        ends[depth : depth + 1] = [index]
        depths.append(depth)
    unmoved, next_depth = set(), len(ends) - 1
    for index, depth in zip(reversed(indexes), reversed(depths), strict=True):
        if depth == next_depth:
            unmoved.add(index)
            next_depth -= 1
    return unmoved


def _common_prefix_length(left: Sequence[Any], right: Sequence[Any]) -> int:
    for number, (old, new) in enumerate(zip(left, right, strict=False)):
        if old != new:
            return number
    return min(len(left), len(right))


def _common_unique(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[int, int]]:
    """Return the indexes of elements that occur once on each side, in an order that both sides share."""
    left_indexes, right_indexes = _unique_indexes(left), _unique_indexes(right)
    pairs = [(index, right_indexes[item]) for item, index in left_indexes.items() if item in right_indexes]
    unmoved = longest_increasing([j for _, j in pairs])
    return [(i, j) for i, j in pairs if j in unmoved]


def _unique_indexes(items: Sequence[Any]) -> dict[Any, int]:
    counts = Counter(items)
    return {item: index for index, item in enumerate(items) if counts[item] == 1}
