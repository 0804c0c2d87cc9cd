"""The days of a series: the same weekday every n weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Recurrence:
    """A first day in London, a number of weeks between two days, and perhaps a last day, which is included."""

    first_day: date
    every_weeks: int
    last_day: date | None = None

    def days(self, *, until: date, after: date | None = None) -> Iterator[date]:
        """Yield the days later than `after` up to and including `until`."""
        step = timedelta(weeks=self.every_weeks)
        end = min(until, self.last_day) if self.last_day else until
        passed = (after - self.first_day).days // step.days + 1 if after and after >= self.first_day else 0
        day = self.first_day + passed * step
        while day <= end:
            yield day
            day += step
