"""Time as cells of five minutes, counted from 1970 in UTC; many of them at once are the bits of one whole number.

Eight weeks are 16,128 bits, so free times are found by a few operations on whole numbers instead of a search.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

MINUTES = 5
CELL = timedelta(minutes=MINUTES)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cell(moment: datetime) -> int:
    """The cell that an aware moment lies in."""
    return (moment - EPOCH) // CELL


def begins(number: int) -> datetime:
    """When a cell begins, in UTC."""
    return EPOCH + number * CELL


def covered(starts_at: datetime, ends_at: datetime) -> range:
    """Every cell that a stretch of time touches, also those it only begins or ends in."""
    return range(cell(starts_at), -(-(ends_at - EPOCH) // CELL))


def bits(cells: range, first: int) -> int:
    """The cells as bits, of which bit 0 is the first cell of a window; what lies before the window is left out."""
    start, stop = max(cells.start - first, 0), max(cells.stop - first, 0)
    return ((1 << stop) - 1) & ~((1 << start) - 1)


def with_room_for(free: int, length: int) -> int:
    """The bits from which so many cells in a row are free; of the length 0, all of them."""
    have = 1
    while have < length:
        more = min(have, length - have)
        free &= free >> more
        have += more
    return free


def numbers(mask: int, first: int) -> Iterator[int]:
    """The cells of a window whose bits are set, the earliest first."""
    while mask:
        lowest = mask & -mask
        yield first + lowest.bit_length() - 1
        mask ^= lowest
