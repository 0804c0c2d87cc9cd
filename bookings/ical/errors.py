from dataclasses import dataclass
from datetime import date

NO_CALENDAR = "Your other calendar’s address doesn’t lead to a complete calendar."
UNREADABLE = "Your other calendar contains an event whose times can’t be read."
TOO_LARGE = "Your other calendar is too large to read."


class CalendarError(Exception):
    """The other calendar can't be used.

    `sentence` says why, for the therapist. It never contains the calendar's address or content.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, order=True)
class UnclearEntry:
    """An entry of the calendar that was not understood: its day, if that is known, and the reason."""

    day: date | None
    reason: str

    @property
    def sentence(self) -> str:
        """Return the day and the reason as a sentence for the therapist, without anything else from the calendar."""
        subject = f"The entry of {self.day.day} {self.day:%B %Y}" if self.day else "An entry without a day"
        return f"{subject} {self.reason}."


NO_START = "has no start, so it blocks no time"
UNKNOWN_DAY = "has no day that can be read, so it blocks no time"
UNREADABLE_TIMES = "has times that can’t be read, so its whole day is busy"
UNKNOWN_ZONE = "is in a time zone that isn’t known, so its whole day is busy"
UNREADABLE_RULE = "repeats in a way that can’t be read, so only its first day is busy"
UNREADABLE_DATES = "has an extra date or an exception that can’t be read"
UNCLEAR_ANSWER = "was declined by somebody, perhaps not by you, so it is busy"
AVAILABILITY = "states hours of availability, which can’t be read"
