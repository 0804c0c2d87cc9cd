"""How much work something takes, as a ratio: the least of several turns, taken in turn, so that a busy machine says
the same as an idle one."""

import time
from collections.abc import Callable
from typing import Any

TURNS = 4


def ratio(act: Callable[[], Any], yardstick: Callable[[], Any], turns: int = TURNS) -> float:
    """Of the CPU times of two acts."""
    pairs = [(_cpu_seconds(act), _cpu_seconds(yardstick)) for _ in range(turns)]
    acts, yardsticks = zip(*pairs, strict=True)
    return min(acts) / max(min(yardsticks), 1e-4)


def _cpu_seconds(act: Callable[[], Any]) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin
