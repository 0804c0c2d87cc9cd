"""By when the therapist promises to reply."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bookings.scheduling.working_days import is_working_day, next_working_day
from practice.absence import Absence
from practice.clock import LONDON, from_wall_clock, localdate
from practice.models import Practice

START_OF_DAY, END_OF_DAY = time(9), time(17)
COMPLAINT_DAYS = 30  # to acknowledge one, the day it comes included (Data Protection Act 2018, s. 164A)


@dataclass(frozen=True)
class ReplyPolicy:
    """How many working days the therapist promises to reply in, and when they are away. Days away do not count."""

    working_days: int
    absence: Absence | None = None

    @classmethod
    def of(cls, practice: Practice) -> "ReplyPolicy":
        """Return what the practice promises now."""
        return cls(practice.reply_days, practice.absence)

    def deadline(self, received: datetime, *, is_complaint: bool = False) -> datetime:
        """Return 17:00 London time, that many working days after the day of arrival or return (aware, in London time).

        For a complaint it is never later than the law requires an acknowledgement.
        """
        arrived = day = localdate(received)
        if self.absence and self.absence.includes(arrived):
            day = self.absence.day_of_return
        for _ in range(self.working_days):
            day = next_working_day(day)
            while self._is_away(day):
                day = next_working_day(day)
        if is_complaint:
            day = min(day, arrived + timedelta(days=COMPLAINT_DAYS - 1))
        return from_wall_clock(day, END_OF_DAY).astimezone(LONDON)

    def nudge_at(self, received: datetime, due: datetime) -> datetime:
        """Return when half the working time until the deadline has passed (aware, in London time).

        Days away do not count, unless all of the time lies in them, as it may for a complaint.
        """
        return half_time(received, due, self.absence)

    def absence_before(self, due: datetime, now: datetime) -> Absence | None:
        """Return the absence that somebody who waits for an answer until then should know of.

        Who was promised an answer before the absence was entered keeps that promise, so it is not said to them.
        """
        is_before = self.absence and localdate(now) <= self.absence.last_day < localdate(due)
        return self.absence if is_before else None

    def _is_away(self, day: date) -> bool:
        return self.absence is not None and self.absence.includes(day)


def half_time(received: datetime, due: datetime, absence: Absence | None = None) -> datetime:
    """Return when half the working hours between the two have passed, 09:00 to 17:00 on working days, in London time.

    Working hours on days away count only where there are no others. Where there are none at all, it is half of the
    time itself, and never after the deadline.
    """
    hours = list(_working_hours(received, due))
    spans = [span for span in hours if not (absence and absence.overlaps(*span))] or hours
    rest = sum((ends - begins for begins, ends in spans), timedelta()) / 2
    for begins, ends in spans:
        if rest <= ends - begins:
            return (begins + rest).astimezone(LONDON)
        rest -= ends - begins
    return min(received + (due - received) / 2, due).astimezone(LONDON)


def _working_hours(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working hours in UTC, where a day on which the clock changes has its true length."""
    day = localdate(begins)
    while day <= localdate(ends):
        opens = max(from_wall_clock(day, START_OF_DAY), begins)
        closes = min(from_wall_clock(day, END_OF_DAY), ends)
        if is_working_day(day) and opens < closes:
            yield opens.astimezone(UTC), closes.astimezone(UTC)
        day += timedelta(days=1)
