"""By when the therapist promises to reply."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bookings.scheduling.working_days import is_working_day, next_working_day
from practice.clock import LONDON, from_wall_clock, localdate
from practice.models import Practice

START_OF_DAY, END_OF_DAY = time(9), time(17)
COMPLAINT_DAYS = 30  # to acknowledge one, the day it comes included (Data Protection Act 2018, s. 164A)


@dataclass(frozen=True)
class ReplyPolicy:
    """How many working days the therapist promises to reply in, and until which day they are away, if they are."""

    working_days: int
    away_until: date | None = None

    @classmethod
    def of(cls, practice: Practice) -> "ReplyPolicy":
        """Return what the practice promises now."""
        return cls(practice.reply_days, practice.away_until)

    def deadline(self, received: datetime, *, is_complaint: bool = False) -> datetime:
        """Return 17:00 London time, that many working days after the day of arrival or return (aware, in London time).

        For a complaint it is never later than the law requires an acknowledgement.
        """
        arrived = localdate(received)
        day = max(arrived, self.away_until or arrived)
        for _ in range(self.working_days):
            day = next_working_day(day)
        if is_complaint:
            day = min(day, arrived + timedelta(days=COMPLAINT_DAYS - 1))
        return from_wall_clock(day, END_OF_DAY).astimezone(LONDON)

    def nudge_at(self, received: datetime, due: datetime) -> datetime:
        """Return when half the working time until the deadline has passed (aware, in London time).

        While the therapist is away, time counts from the morning of the return.
        """
        if self.away_until:
            received = max(received, from_wall_clock(self.away_until, START_OF_DAY))
        return half_time(received, due)

    def away_after(self, now: datetime) -> date | None:
        """Return the day of the therapist's return, if it is still to come."""
        return self.away_until if self.away_until and self.away_until > localdate(now) else None


def half_time(received: datetime, due: datetime) -> datetime:
    """Return when half the working hours between the two have passed, 09:00 to 17:00 on working days, in London time.

    Where there are none between them, it is half of the time itself, and never after the deadline.
    """
    spans = list(_working_hours(received, due))
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
