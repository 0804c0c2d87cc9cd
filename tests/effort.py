"""How much work something takes beside something else, so that a slow or busy machine says the same as a fast one."""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

TURNS = 7


def assert_below(times: float, act: Callable[[], Any], yardstick: Callable[[], Any], turns: int = TURNS) -> None:
    """The act takes fewer times the CPU time of the other, in the first turn or, if need be, in most of so many.

    Each turn has a ratio of its own, because a machine may become twice as fast from one turn to the next.
    """
    ratios: list[float] = []
    while len(ratios) < turns:
        ratios.append(_cpu_seconds(act) / max(_cpu_seconds(yardstick), 1e-4))
        if median(ratios) < times:
            return
    raise AssertionError(f"It takes {median(ratios):.1f} times as much work, not fewer than {times}.")


def typical_ratio(act: Callable[[], Any], yardstick: Callable[[], Any], turns: int) -> float:
    """Return how many times the CPU time of the other the act takes: the median of all turns.

    For limits below twice the usual ratio, where the first turns alone could pass or fail by chance.
    """
    return median(_cpu_seconds(act) / max(_cpu_seconds(yardstick), 1e-4) for _ in range(turns))


def _cpu_seconds(act: Callable[[], Any]) -> float:
    gc_was_on = gc.isenabled()
    gc.disable()  # a collection goes through the objects of the whole test run
    try:
        begin = time.process_time()
        act()
        return time.process_time() - begin
    finally:
        if gc_was_on:
            gc.enable()
