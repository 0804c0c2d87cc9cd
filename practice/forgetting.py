"""What has to be forgotten, hour by hour. Each room says what of its own that is, when the site starts."""

from collections.abc import Callable
from datetime import datetime

_acts: list[Callable[[datetime], object]] = []


def register(act: Callable[[datetime], object]) -> None:
    """`act` takes the present moment and forgets what is too old by then."""
    _acts.append(act)


def forget(now: datetime) -> None:
    for act in _acts:
        act(now)
