"""By when the therapist promises to reply."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from bookings.scheduling.working_days import is_working_day
from practice.clock import LONDON, localdate

START_OF_DAY, END_OF_DAY = time(9), time(17)
COMPLAINT_DAYS = 30  # to acknowledge one, the day it comes included (Data Protection Act 2018, s. 164A)


def reply_due(
    received: datetime, working_days: int, away_until: date | None = None, *, is_complaint: bool = False
) -> datetime:
    """17:00 London time, that many working days after the day of arrival or return (aware datetime in London time).

    For a complaint, never later than the law has it be acknowledged.
    """
    arrived = localdate(received)
    day = max(arrived, away_until or arrived)
    while working_days:
        day += timedelta(days=1)
        if is_working_day(day):
            working_days -= 1
    if is_complaint:
        day = min(day, arrived + timedelta(days=COMPLAINT_DAYS - 1))
    return datetime.combine(day, END_OF_DAY, tzinfo=LONDON)


def begins_to_count(received: datetime, away_until: date | None) -> datetime:
    """What arrives while the therapist is away waits for the morning of the return."""
    return max(received, datetime.combine(away_until, START_OF_DAY, tzinfo=LONDON)) if away_until else received


def half_time(received: datetime, due: datetime) -> datetime:
    """When half the working hours between the two have passed (09:00 to 17:00 on working days), in London time.

    Where there are none between them, half of the time itself, and never after it is due.
    """
    spans = list(_working_hours(received, due))
    rest = sum((ends - begins for begins, ends in spans), timedelta()) / 2
    for begins, ends in spans:
        if rest <= ends - begins:
            return (begins + rest).astimezone(LONDON)
        rest -= ends - begins
    return min(received + (due - received) / 2, due).astimezone(LONDON)


def _working_hours(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """In UTC, where a day of the clock's change has its true length."""
    day = localdate(begins)
    while day <= localdate(ends):
        opens, closes = (datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC) for at in (START_OF_DAY, END_OF_DAY))
        opens, closes = max(opens, begins), min(closes, ends)
        if is_working_day(day) and opens < closes:
            yield opens.astimezone(UTC), closes.astimezone(UTC)
        day += timedelta(days=1)


def still_away(until: date | None, now: datetime) -> date | None:
    """The day of the therapist's return, if it is still to come."""
    return until if until and until > localdate(now) else None
