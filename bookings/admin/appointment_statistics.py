"""What became of the appointments of the last 12 weeks, by week and location, counted each time it is asked for."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min

from bookings.admin.statistics import last_weeks
from bookings.models import Appointment
from practice.clock import localdate, midnight
from practice.models import Location

HELD, NEW, NOT_ATTENDED, LATE = "Took place", "New people", "Did not attend", "Cancelled late"
MEASURES = (HELD, NEW, LATE, NOT_ATTENDED)


@dataclass(frozen=True)
class WeeklyCounts:
    """One thing that is counted, such as appointments that took place."""

    title: str
    locations: tuple[str, ...]
    rows: tuple[tuple[date, tuple[int, ...]], ...]  # each week with its numbers, in the order of the locations

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(counts) for counts in zip(*(counts for _, counts in self.rows), strict=True))

    @property
    def total(self) -> int:
        return sum(self.totals)


def gather(now: datetime) -> list[WeeklyCounts]:
    """Count with three queries. A new person counts in the week, and where, their first appointment took place."""
    weeks = last_weeks(now)
    since, locations = midnight(weeks[0]), dict(Location.objects.values_list("pk", "name"))
    counts: Counter[tuple[str, date, int]] = Counter()
    counted = Appointment.objects.filter(Appointment.IS_COUNTED, starts_at__gte=since, starts_at__lte=now)
    first = _first_held(since)
    for person, starts_at, location, status in counted.values_list("person", "starts_at", "location", "status"):
        week = _monday(starts_at)
        counts[_measure(status), week, location] += 1
        if status == Appointment.Status.FULFILLED and first.get(person) == starts_at:
            counts[NEW, week, location] += 1
    return [
        WeeklyCounts(
            measure,
            tuple(locations.values()),
            tuple((week, tuple(counts[measure, week, location] for location in locations)) for week in weeks),
        )
        for measure in MEASURES
    ]


def _first_held(since: datetime) -> dict[int, datetime]:
    """Return the people whose first appointment took place in this period, and when that was."""
    held = Appointment.objects.filter(status=Appointment.Status.FULFILLED).order_by()
    first = held.values("person").annotate(first=Min("starts_at")).filter(first__gte=since)
    return dict(first.values_list("person", "first"))


def _measure(status: str) -> str:
    return {Appointment.Status.FULFILLED.value: HELD, Appointment.Status.NOSHOW.value: NOT_ATTENDED}.get(status, LATE)


def _monday(moment: datetime) -> date:
    day = localdate(moment)
    return day - timedelta(days=day.weekday())
