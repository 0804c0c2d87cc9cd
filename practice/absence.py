"""The days on which the therapist is away: one fact, which the whole site obeys."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.clock import localdate


@dataclass(frozen=True)
class Absence:
    """The days away in London, the first and the last one included."""

    first_day: date
    last_day: date

    def includes(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Return whether any part of that time is on a day away."""
        last_moment = ends_at - timedelta.resolution
        return self.first_day <= localdate(last_moment) and localdate(starts_at) <= self.last_day

    @property
    def day_of_return(self) -> date:
        return self.last_day + timedelta(days=1)
