"""The published times that the private page shows, by London's clock and by the person's own."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.formats import date_format

from bookings import availability, formatting
from bookings.models import Appointment, AppointmentType, Enquiry
from bookings.slot import Slot
from practice.clock import localdate
from practice.models import Location

DAYS_ON_A_PAGE = 5  # only days with a free time count


@dataclass(frozen=True)
class PrivatePageSlot:
    id: str  # of its radio button
    value: str
    clock: str  # such as “10:00”, or “10:00 (11:00 in Berlin)”
    label: str  # the clock with its day


@dataclass(frozen=True)
class PrivatePageDay:
    name: str
    slots: list[PrivatePageSlot]


@dataclass(frozen=True)
class PrivatePageTimes:
    """One page of the free times at one location."""

    location: Location
    locations: list[Location]  # all that can be chosen
    days: list[PrivatePageDay]
    first_day: date | None  # from which the times are shown, if there are earlier ones
    next_day: date | None  # the first of the next page


def published_times(
    appointment_type: AppointmentType,
    enquiry: Enquiry,
    now: datetime,
    *,
    location_slug: str = "",
    first_day: date | None = None,
    without: Appointment | None = None,
    answer_by: datetime | None,
) -> PrivatePageTimes | None:
    """Read the times from that day on, or return None if the type has no location.

    For a request they begin after its answer is due; a move needs no answer.
    They are those of the location with that short name, or else of the one that the appointment or enquiry has.
    """
    locations = list(appointment_type.locations.active())
    if not locations:
        return None
    location = _location(locations, location_slug, without.location_id if without else enquiry.location_id)
    rules = availability.rules_for(appointment_type, now, without=without)
    free = availability.free(appointment_type, location, rules, now, answer_by=answer_by)
    by_day = [(day, list(group)) for day, group in groupby(free, key=localdate)]
    from_first_day = [(day, times) for day, times in by_day if first_day is None or day >= first_day]
    days = [
        PrivatePageDay(
            date_format(day, "l j F"),
            [_slot(_id(row, column), Slot(time, location), enquiry) for column, time in enumerate(times)],
        )
        for row, (day, times) in enumerate(from_first_day[:DAYS_ON_A_PAGE])
    ]
    next_day = from_first_day[DAYS_ON_A_PAGE][0] if len(from_first_day) > DAYS_ON_A_PAGE else None
    has_earlier = len(from_first_day) < len(by_day)
    return PrivatePageTimes(location, locations, days, first_day if has_earlier else None, next_day)


def _location(locations: list[Location], slug: str, usual: int | None) -> Location:
    by_slug = [location for location in locations if location.slug == slug]
    by_key = [location for location in locations if location.pk == usual]
    return (by_slug or by_key or locations)[0]


def _id(row: int, column: int) -> str:
    # An error message about the field links to the first of them.
    return f"time-{row}-{column}" if row or column else "id_time"


def _slot(id_: str, slot: Slot, enquiry: Enquiry) -> PrivatePageSlot:
    clock = formatting.clock(slot.starts_at)
    zone = formatting.visitor_zone(slot.location, enquiry.contact.time_zone, slot.starts_at)
    if zone:
        clock += f" ({formatting.local_time(slot.starts_at, zone)} in {formatting.city(zone.key)})"
    return PrivatePageSlot(id_, slot.value, clock, f"{date_format(localdate(slot.starts_at), 'l j F')}, {clock}")
