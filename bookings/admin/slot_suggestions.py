"""Free times for the therapist to answer with, whether or not visitors see any."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from bookings import availability
from bookings.booking import Slot
from bookings.models import Appointment, AppointmentType, Enquiry
from practice.clock import LONDON, localdate

MOST, MAX_OF_A_DAY = 9, 3
NOON, EVENING = 12, 17  # hours


def suggested(found: Enquiry, moved: Appointment | None, now: datetime) -> Iterator[Slot]:
    """The next free times, a few of each day; of those that fit the days and parts they named, if there are any."""
    kind = AppointmentType.objects.filter(kind=moved.kind if moved else found.kind).first()
    if kind is None:
        return
    rules = availability.rules_for(kind, now, without=moved)
    places = [one for one in kind.locations.all() if one.is_active]
    wanted = [one for one in places if one.pk == found.location_id] or places
    times = sorted(
        (Slot(starts_at, place) for place in wanted for starts_at in availability.free(kind, place, rules, now)),
        key=lambda one: one.starts_at,
    )
    apart = timedelta(minutes=kind.minutes_before + kind.minutes + kind.minutes_after)
    way = timedelta(minutes=rules.diary.travel_minutes)
    yield from islice(_few_a_day([one for one in times if _fits(found, one)] or times, apart, way), MOST)


def _few_a_day(times: Iterable[Slot], apart: timedelta, way: timedelta) -> Iterator[Slot]:
    """So far apart that all of them can be offered together, the way to another place included."""
    counted: Counter[date] = Counter()
    last = None
    for one in times:
        day = localdate(one.starts_at)
        needed = apart if last is None or last.location == one.location else apart + way
        if counted[day] < MAX_OF_A_DAY and (last is None or one.starts_at - last.starts_at >= needed):
            counted[day] += 1
            last = one
            yield one


def part_of_day(hour: int) -> Enquiry.Part:
    """Of an hour on London's clock."""
    if hour < NOON:
        return Enquiry.Part.MORNING
    return Enquiry.Part.AFTERNOON if hour < EVENING else Enquiry.Part.EVENING


def _fits(found: Enquiry, one: Slot) -> bool:
    local = one.starts_at.astimezone(LONDON)
    return local.weekday() in found.days and part_of_day(local.hour) in found.parts
