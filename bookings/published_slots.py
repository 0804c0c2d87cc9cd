"""The free times that visitors choose from: what the form shows of them, and what it is sent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

from django.db import Error
from django.db.models import F, FilteredRelation, Q, Subquery

from bookings import availability, formatting
from bookings.availability import AvailabilityRules
from bookings.models import AppointmentType, BookingSettings
from bookings.slots import Slot
from practice.clock import localdate
from practice.models import Location

MAX_DAYS = 8  # with free times, at each location
MAX_A_DAY = 8
PLACE_WEIGHT = 5  # in times, of each place beyond three
MAX_ON_THE_PAGE = 96  # of all locations together, so that the page stays light
NO_TIME = "There is no free time here just now. Say which days would suit you, and I will look for one."


@dataclass(frozen=True)
class SlotOption:
    """A time that can be chosen; `only` is the class of what is not for every appointment type."""

    value: str
    label: str
    only: str


@dataclass(frozen=True)
class SlotDay:
    day: date
    chips: list[SlotOption]
    only: str


@dataclass(frozen=True)
class SlotPlace:
    """One location’s times, and a sentence for each appointment type that has none there."""

    number: int  # of the location among the form's choices
    location: Location
    only: str
    days: list[SlotDay]
    without: list[tuple[str, str]]

    @property
    def for_any_type(self) -> list[tuple[date, list[SlotOption]]]:
        """What may be a second or third choice: a list cannot follow what is chosen elsewhere on the page."""
        common = [(day.day, [chip for chip in day.chips if not chip.only]) for day in self.days]
        return [(day, chips) for day, chips in common if chips]


@dataclass(frozen=True)
class FormOffer:
    """The appointment types that the form lists, by short name, and the keys of the active locations of each."""

    types: dict[str, AppointmentType]
    places: dict[str, set[int]]
    settings: BookingSettings

    @property
    def published(self) -> dict[str, AppointmentType]:
        """Those whose times are published, somewhere."""
        return {slug: one for slug, one in self.types.items() if one.publishes_times and self.places[slug]}

    def only(self, slugs: Iterable[str]) -> str:
        """The classes of what is for these types; bookings/forms/slots.py has the style that hides it from others."""
        return " ".join(["only", *(f"t{number}" for number, slug in enumerate(self.types) if slug in slugs)])

    def suits(self, only: str, slug: str) -> bool:
        """Whether what has these classes is for that type too."""
        return not only or set(only.split()) >= set(self.only([slug]).split())


@dataclass
class PublishedSlots:
    """What is free now for the appointment types whose times are published."""

    offer: FormOffer
    rules: AvailabilityRules
    now: datetime
    _free: dict[tuple[str, int], list[datetime]] = field(default_factory=dict)

    @cached_property
    def types(self) -> dict[str, AppointmentType]:
        return self.offer.published

    def offers(self, slug: str, location: Location) -> bool:
        return slug in self.types and location.pk in self.offer.places[slug]

    def free(self, slug: str, location: Location) -> list[datetime]:
        """In UTC, the earliest first."""
        if not self.offers(slug, location):
            return []
        key = slug, location.pk
        if key not in self._free:
            self._free[key] = availability.free(self.types[slug], location, self.rules, self.now)
        return self._free[key]

    def is_taken(self, slug: str, time: Slot) -> bool:
        """It would be free, had nobody else come first."""
        if not self.offers(slug, time.location) or time.starts_at in self.free(slug, time.location):
            return False
        empty = replace(self.rules, held=[], busy=[])
        return time.starts_at in availability.free(self.types[slug], time.location, empty, self.now)

    @property
    def only(self) -> str:
        return self._only(self.types, self.offer.types)

    def shown(self, locations: Iterable[Location], chosen: Iterable[str] = ()) -> list[SlotPlace]:
        """For each location where one of the types is offered; what was chosen is among it while it is free."""
        places = [(number, place) for number, place in enumerate(locations) if self._types_at(place)]
        most, chosen = most_at_a_place(len(places)), set(chosen)
        return [self._place(number, place, most, chosen) for number, place in places]

    def _types_at(self, location: Location) -> list[str]:
        return [slug for slug in self.types if self.offers(slug, location)]

    def _place(self, number: int, location: Location, most: int, chosen: set[str]) -> SlotPlace:
        by_type = {slug: _by_day(self.free(slug, location)) for slug in self._types_at(location)}
        days = {day for times in by_type.values() for day in list(times)[: min(MAX_DAYS, most)]}
        a_day = max(1, min(MAX_A_DAY, most // max(len(days), 1)))
        kept = {localdate(time.starts_at) for time in Slot.parse_all(chosen, [location])}
        days |= kept & {day for times in by_type.values() for day in times}
        shown = [self._day(location, day, by_type, a_day, chosen) for day in sorted(days)]
        return SlotPlace(number, location, self._only(by_type, self.types), shown, self._without(location))

    def _day(
        self,
        location: Location,
        day: date,
        by_type: dict[str, dict[date, list[datetime]]],
        most: int,
        chosen: set[str],
    ) -> SlotDay:
        """Times that suit every type come first, where there is not space for all."""
        free = {slug: times[day] for slug, times in by_type.items() if day in times}
        common = set.intersection(*map(set, free.values()))
        every = {time for times in free.values() for time in times}
        picked = set(evenly(sorted(common if len(common) >= most else every), most))
        picked |= {time for time in every if Slot(time, location).value in chosen}
        chips = [
            SlotOption(
                Slot(time, location).value,
                formatting.clock(time),
                self._only([slug for slug in free if time in free[slug]], by_type),
            )
            for time in sorted(picked)
        ]
        return SlotDay(day, chips, self._only(free, by_type))

    def _without(self, location: Location) -> list[tuple[str, str]]:
        return [
            (
                self.offer.only([slug]),
                NO_TIME if self.offers(slug, location) else f"{appointment_type.name}: not offered here.",
            )
            for slug, appointment_type in self.types.items()
            if not self.free(slug, location)
        ]

    def _only(self, slugs: Collection[str], of: Collection[str]) -> str:
        """The classes of what is not for all of the types."""
        return "" if len(slugs) == len(of) else self.offer.only(slugs)


_remembered: FormOffer | None = None


def read_offer() -> FormOffer:
    """One query. While the database is away, what was read last serves, so that a form can be shown again."""
    global _remembered
    settings = BookingSettings.objects.filter(pk=BookingSettings.SINGLE)
    types_and_places = AppointmentType.objects.on_the_form().annotate(
        open_at=FilteredRelation("locations", condition=Q(locations__is_active=True)),
        place=F("open_at__pk"),
        travel=Subquery(settings.values("travel_minutes")),
        rests=Subquery(settings.values("rests_on_bank_holidays")),
    )
    try:
        rows = list(types_and_places)
    except Error:
        if _remembered is None:
            raise
        return _remembered
    known = BookingSettings()
    types: dict[str, AppointmentType] = {}
    places: dict[str, set[int]] = {}
    for row in rows:
        types.setdefault(row.slug, row)
        places.setdefault(row.slug, set()).update([row.place] if row.place else [])
        known = BookingSettings(travel_minutes=row.travel, rests_on_bank_holidays=row.rests)
    _remembered = FormOffer(types, places, known)
    return _remembered


def published(offer: FormOffer, now: datetime) -> PublishedSlots | None:
    """Four queries, or none where no times are published, which is None."""
    types = offer.published
    if not types:
        return None
    days = max(appointment_type.horizon_days for appointment_type in types.values())
    rules = availability.read_rules(now, now + timedelta(days=days), now, diary_row=offer.settings)
    return PublishedSlots(offer, rules, now)


def most_at_a_place(places: int) -> int:
    """How many times each of so many places shows. A place itself weighs as much as some times do."""
    left = MAX_ON_THE_PAGE - PLACE_WEIGHT * max(0, places - 3)
    return max(1, left // max(1, places))


def evenly(times: list[datetime], most: int) -> list[datetime]:
    """The first, the last, and what lies evenly between them."""
    if len(times) <= most:
        return times
    if most == 1:
        return times[:1]
    return [times[round(number * (len(times) - 1) / (most - 1))] for number in range(most)]


def _by_day(times: list[datetime]) -> dict[date, list[datetime]]:
    return {day: list(those) for day, those in groupby(times, localdate)}
