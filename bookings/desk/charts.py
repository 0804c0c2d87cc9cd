"""Where the shapes of a small bar chart stand, in its own units; templates/admin/bookings/charts/ draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 324
SLOT, GAP = 27, 4  # twelve columns
HEADROOM, FOOT = 16, 20  # for the count above a column, and for what stands below them
ROW = 40


@dataclass(frozen=True)
class Column:
    left: int
    top: int
    width: int
    height: int
    count: int

    @property
    def middle(self) -> int:
        return self.left + self.width // 2


@dataclass(frozen=True)
class Row:
    label: str
    top: int
    part: int
    whole: int
    part_width: int
    whole_width: int


@dataclass(frozen=True)
class Columns:
    name: str
    bars: list[Column]
    ground: int  # where the columns stand
    is_dated: bool

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def height(self) -> int:
        return self.ground + (FOOT if self.is_dated else 2)

    @property
    def foot(self) -> int:
        return self.ground + 16


def columns(name: str, counts: Sequence[int], *, highest: int, tallest: int, is_dated: bool = True) -> Columns:
    """The highest count of all charts of one scale, and how tall its column is there."""
    ground = HEADROOM + tallest
    heights = [_length(count, highest, tallest) for count in counts]
    bars = [
        Column(place * SLOT + GAP, ground - height, SLOT - 2 * GAP, height, count)
        for place, (height, count) in enumerate(zip(heights, counts, strict=True))
    ]
    return Columns(name, bars, ground, is_dated)


def rows(values: Sequence[tuple[str, int, int]]) -> list[Row]:
    """Label, part and whole of each."""
    most = max((whole for _, _, whole in values), default=0)
    return [
        Row(label, place * ROW, part, whole, _length(part, most, WIDTH), _length(whole, most, WIDTH))
        for place, (label, part, whole) in enumerate(values)
    ]


def _length(count: int, most: int, longest: int) -> int:
    """Nothing has none; one of very many still shows."""
    return max(3, round(longest * count / most)) if count else 0
