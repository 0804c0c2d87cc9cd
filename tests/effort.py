"""How much work something takes beside something else, so that a slow or busy machine says the same as a fast one."""

import time
from collections.abc import Callable
from typing import Any

TURNS = 4


def assert_below(times: float, act: Callable[[], Any], yardstick: Callable[[], Any], turns: int = TURNS) -> None:
    """The act takes fewer times the CPU time of the other: by the least of each, in so many turns if need be."""
    least_act = least_yardstick = ratio = float("inf")
    for _ in range(turns):
        least_act = min(least_act, _cpu_seconds(act))
        least_yardstick = min(least_yardstick, _cpu_seconds(yardstick))
        ratio = least_act / max(least_yardstick, 1e-4)
        if ratio < times:
            return
    raise AssertionError(f"It takes {ratio:.1f} times as much work, not fewer than {times}.")


def _cpu_seconds(act: Callable[[], Any]) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin
