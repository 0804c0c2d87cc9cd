"""Time as cells of five minutes, counted from 1970 in UTC; many of them at once are the bits of one whole number.

Eight weeks are 16,128 bits, so free times are found by a few operations on whole numbers instead of a search.
"""

from collections.abc import Iterable, Iterator
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


def count(minutes: int) -> int:
    """How many cells so many minutes touch; none, if there are none or fewer."""
    return max(-(-minutes // MINUTES), 0)


def bits(stretches: Iterable[range], first: int, count: int) -> int:
    """All their cells as bits, of which bit 0 is the first cell of a window; what lies outside it is left out.

    They are put together as letters, one for each cell: hundreds of stretches would each copy a long number.
    """
    letters, ones = bytearray(b"0") * count, b"1" * count
    for one in stretches:
        start, stop, step = one.start - first, min(one.stop - first, count), one.step
        if start < 0:
            start %= step
        if start < stop:
            letters[start:stop:step] = ones[: (stop - start + step - 1) // step]
    letters.reverse()
    return int(letters, 2)


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
    letters = f"{mask:b}"[::-1]
    found = letters.find("1")
    while found >= 0:
        yield first + found
        found = letters.find("1", found + 1)
