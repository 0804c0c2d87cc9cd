"""Time as cells of five minutes, numbered from 1970 in UTC. The cells of a window are the bits of one integer.

Eight weeks are 16,128 bits, so a few operations on integers find the free times, without a search.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

MINUTES = 5
CELL = timedelta(minutes=MINUTES)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cell(moment: datetime) -> int:
    """Return the cell that contains an aware moment."""
    return (moment - EPOCH) // CELL


def begins(number: int) -> datetime:
    """Return the start of a cell, in UTC."""
    return EPOCH + number * CELL


def covered(starts_at: datetime, ends_at: datetime) -> range:
    """Return every cell that a time span touches, even partly."""
    return range(cell(starts_at), -(-(ends_at - EPOCH) // CELL))


def count(minutes: int) -> int:
    """Return how many cells a number of minutes takes, rounded up."""
    return max(-(-minutes // MINUTES), 0)


def bits(spans: Iterable[range], first: int, count: int) -> int:
    """Return the spans as bits of a window of cells, of which bit 0 is the first. Cells outside it are left out."""
    # Binary digits in a bytearray, because setting bits in an integer copies the whole integer for each span.
    digits, ones = bytearray(b"0") * count, b"1" * count
    for span in spans:
        start, stop, step = span.start - first, min(span.stop - first, count), span.step
        if start < 0:
            start %= step
        if start < stop:
            digits[start:stop:step] = ones[: (stop - start + step - 1) // step]
    digits.reverse()
    return int(digits, 2)


def starts_of_runs(free: int, length: int) -> int:
    """Return the bits that start a run of `length` free cells; for a length of 0, all free bits."""
    run = 1
    while run < length:  # doubles the run, so that it takes log2(length) steps
        step = min(run, length - run)
        free &= free >> step
        run += step
    return free


def numbers(mask: int, first: int) -> Iterator[int]:
    """Yield the cells of a window whose bits are set, the earliest first."""
    digits = f"{mask:b}"[::-1]
    index = digits.find("1")
    while index >= 0:
        yield first + index
        index = digits.find("1", index + 1)
