"""Which published times the private link shows, and how it says them: on London’s clock, and on theirs."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.formats import date_format

from bookings import availability, formatting
from bookings.models import Appointment, AppointmentType, Enquiry
from bookings.slots import Slot
from practice.clock import localdate
from practice.models import Location

DAYS_SHOWN = 5  # those with a free time, on one page


@dataclass(frozen=True)
class PrivatePageSlotChoice:
    id: str
    value: str
    clock: str  # such as “10:00”, or “10:00 (11:00 in Berlin)”
    full: str  # with its day


@dataclass(frozen=True)
class PrivatePageSlotDay:
    name: str
    choices: list[PrivatePageSlotChoice]


@dataclass(frozen=True)
class PrivatePageSlots:
    """The free times at one place, some days that have any; `later` is the first of the next ones."""

    place: Location
    places: list[Location]
    days: list[PrivatePageSlotDay]
    since: date | None  # the first day that was asked for, if some come before it
    later: date | None


def published(
    appointment_type: AppointmentType,
    enquiry: Enquiry,
    now: datetime,
    *,
    place: str = "",
    first: date | None = None,
    without: Appointment | None = None,
) -> PrivatePageSlots | None:
    """At the place with that short name, where there is none at theirs; None where nothing is offered at all."""
    places = list(appointment_type.locations.active())
    if not places:
        return None
    usual = without.location_id if without else enquiry.location_id
    found = [one for one in places if one.slug == place] or [one for one in places if one.pk == usual] or places
    rules = availability.rules_for(appointment_type, now, without=without)
    free = availability.free(appointment_type, found[0], rules, now)
    by_day = [(day, list(group)) for day, group in groupby(free, key=localdate)]
    rest = [(day, group) for day, group in by_day if first is None or day >= first]
    days = [
        PrivatePageSlotDay(
            date_format(day, "l j F"),
            [_choice(_id(row, column), Slot(at, found[0]), enquiry) for column, at in enumerate(group)],
        )
        for row, (day, group) in enumerate(rest[:DAYS_SHOWN])
    ]
    later = rest[DAYS_SHOWN][0] if len(rest) > DAYS_SHOWN else None
    return PrivatePageSlots(found[0], places, days, first if len(rest) < len(by_day) else None, later)


def said(appointment: Appointment, enquiry: Enquiry) -> str:
    """Such as “Tuesday 1 December, 10:00–10:30 London time (11:00–11:30 in Paris)”."""
    begins, ends = appointment.starts_at, appointment.ends_at
    london = f"{formatting.moment(begins)}–{formatting.clock(ends)} London time"
    zone = formatting.visitor_zone(appointment.location, enquiry.contact.time_zone, begins)
    return (
        f"{london} ({formatting.local_time(begins, zone)}–{ends.astimezone(zone):%H:%M} in {formatting.city(zone.key)})"
        if zone
        else london
    )


def _id(row: int, column: int) -> str:
    # An error message about the field leads to the first of them.
    return f"time-{row}-{column}" if row or column else "id_time"


def _choice(id_: str, time: Slot, enquiry: Enquiry) -> PrivatePageSlotChoice:
    clock, zone = (
        formatting.clock(time.starts_at),
        formatting.visitor_zone(time.location, enquiry.contact.time_zone, time.starts_at),
    )
    if zone:
        clock += f" ({formatting.local_time(time.starts_at, zone)} in {formatting.city(zone.key)})"
    return PrivatePageSlotChoice(id_, time.value, clock, f"{date_format(localdate(time.starts_at), 'l j F')}, {clock}")
