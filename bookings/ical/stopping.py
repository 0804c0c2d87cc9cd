"""Work that ends in time whatever it waits for: a server, the resolver or another process."""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

LOOK_EVERY = 0.1  # seconds

Result = TypeVar("Result")


class ReadingStoppedError(Exception):
    """The worker was told to stop before the calendar was read."""


def never() -> bool:
    return False


def in_time(work: Callable[[], Result], seconds: float, is_stopped: Callable[[], bool] = never) -> Result:
    """Return what the work returns. Its thread is left alone when the time is over or the worker was told to stop.

    Raises TimeoutError, ReadingStoppedError, or what the work raises.
    """
    outcome: Future[Result] = Future()
    # A daemon: Python waits for all others before it ends, and the system's resolver has no timeout.
    Thread(target=_work, args=(work, outcome), daemon=True).start()
    ends_at = time.monotonic() + seconds
    while not wait([outcome], LOOK_EVERY).done:
        if is_stopped():
            raise ReadingStoppedError
        if time.monotonic() >= ends_at:
            raise TimeoutError
    return outcome.result()


def _work(work: Callable[[], Result], outcome: "Future[Result]") -> None:
    try:
        outcome.set_result(work())
    except Exception as problem:
        outcome.set_exception(problem)
