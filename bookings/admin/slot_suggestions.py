"""Free times that the therapist can offer, whether or not visitors see any."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils import timezone

from bookings import availability
from bookings.models import Appointment, AppointmentType, Enquiry
from bookings.slot import Slot
from practice.clock import localdate

MAX_SUGGESTIONS, MAX_PER_DAY = 9, 3
NOON, EVENING = 12, 17  # hours


def suggest(
    enquiry: Enquiry, appointment_type: AppointmentType, moved: Appointment | None, now: datetime
) -> Iterator[Slot]:
    """Yield the next free times, a few per day, preferably on the days and at the times of day they asked for."""
    rules = availability.rules_for(appointment_type, now, without=moved)
    active = [location for location in appointment_type.locations.all() if location.is_active]
    locations = [location for location in active if location.pk == enquiry.location_id] or active
    slots = sorted(
        (
            Slot(starts_at, place)
            for place in locations
            for starts_at in availability.free(appointment_type, place, rules, now, answer_by=None)
        ),
        key=lambda slot: slot.starts_at,
    )
    terms = appointment_type.terms
    gap = timedelta(minutes=terms.before + terms.minutes + terms.after)
    travel = timedelta(minutes=rules.diary.travel_minutes)
    yield from islice(
        _few_per_day([slot for slot in slots if _fits(enquiry, slot)] or slots, gap, travel), MAX_SUGGESTIONS
    )


def _few_per_day(slots: Iterable[Slot], gap: timedelta, travel: timedelta) -> Iterator[Slot]:
    """Yield slots far enough apart to be offered together, travel between locations included."""
    counts: Counter[date] = Counter()
    last = None
    for slot in slots:
        day = localdate(slot.starts_at)
        min_gap = gap if last is None or last.location == slot.location else gap + travel
        if counts[day] < MAX_PER_DAY and (last is None or slot.starts_at - last.starts_at >= min_gap):
            counts[day] += 1
            last = slot
            yield slot


def part_of_day(hour: int) -> Enquiry.Part:
    """Return the part of the day of an hour in London time."""
    if hour < NOON:
        return Enquiry.Part.MORNING
    return Enquiry.Part.AFTERNOON if hour < EVENING else Enquiry.Part.EVENING


def _fits(enquiry: Enquiry, slot: Slot) -> bool:
    local = timezone.localtime(slot.starts_at)
    return local.weekday() in enquiry.days and part_of_day(local.hour) in enquiry.parts
