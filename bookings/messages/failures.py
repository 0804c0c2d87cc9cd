"""Why a message could not be handed over."""

from dataclasses import dataclass
from enum import Enum


class FailureKind(Enum):
    """Whom the failure concerns, which decides when what is tried again."""

    MESSAGE = "this message, for now"
    REFUSED = "this message, refused for good"
    UNCONFIRMED = "this message, which may have arrived, and perhaps the server"
    SERVER = "the server, and so every message"
    STOPPED = "nobody: the worker was told to stop"


@dataclass(frozen=True)
class Failure:
    """A failure in words without an address."""

    sentence: str
    kind: FailureKind = FailureKind.MESSAGE
