"""The long proofs: `make soak` runs them whole, `make test` at a hundredth of their length.

A test reads its length from `times`. A test or a parameter marked with `pytest.mark.soak` runs in a soak only: mark
what repeats another test at another width, in another colour scheme or on another database.
"""

import os

IS_ON = os.environ.get("SOAK") == "1"


def times(number: int) -> int:
    """Return how often something is to be repeated: the number in a soak, else a hundredth of it, but at least 1."""
    return number if IS_ON else max(1, number // 100)
