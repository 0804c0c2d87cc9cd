"""The free times that visitors choose from in the consultation form, and which of them there is space for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

from bookings import availability, formatting
from bookings.availability import AvailabilityRules
from bookings.form_choices import FormChoices
from bookings.models import AppointmentType
from bookings.slot import Slot
from practice.clock import localdate
from practice.models import Location

MAX_DAYS = 8  # with free times, at each location
MAX_A_DAY = 8
LOCATION_WEIGHT = 5  # in times, of each location beyond three
MAX_ON_THE_PAGE = 96  # of all locations together, so that the page stays light
NO_TIME = "There is no free time here just now. Say which days would suit you, and I will look for one."

TimesByDay = dict[date, list[datetime]]


@dataclass(frozen=True)
class SlotOption:
    """A slot that can be chosen. It has CSS classes if it is not for every appointment type."""

    value: str
    label: str
    css_classes: str


@dataclass(frozen=True)
class SlotDay:
    """The slots of one day at one location."""

    day: date
    slots: list[SlotOption]
    css_classes: str


@dataclass(frozen=True)
class SlotLocation:
    """The slots at one location, and an explanation for each appointment type that has none there."""

    number: int  # of the location among the form's choices
    location: Location
    css_classes: str
    days: list[SlotDay]
    explanations: list[tuple[str, str]]  # each with the CSS classes of its type

    @property
    def slots_for_every_type(self) -> list[tuple[date, list[SlotOption]]]:
        """Return the second and third choices: a list cannot follow which type is chosen elsewhere on the page."""
        by_day = [(day.day, [slot for slot in day.slots if not slot.css_classes]) for day in self.days]
        return [(day, slots) for day, slots in by_day if slots]


@dataclass
class PublishedTimes:
    """The times that are free now, for the appointment types whose times are published."""

    choices: FormChoices
    rules: AvailabilityRules
    now: datetime
    answer_by: datetime  # by when a request that is made now is answered
    _free_times: dict[tuple[str, int], list[datetime]] = field(default_factory=dict)

    @cached_property
    def types(self) -> dict[str, AppointmentType]:
        return self.choices.types_with_times

    def is_published_at(self, slug: str, location: Location) -> bool:
        """Return whether the type's times are published at that location."""
        return slug in self.types and location.pk in self.choices.locations[slug]

    def free_times(self, slug: str, location: Location) -> list[datetime]:
        """Return the free times in UTC, the earliest first."""
        if not self.is_published_at(slug, location):
            return []
        key = slug, location.pk
        if key not in self._free_times:
            self._free_times[key] = self._free(slug, location, self.rules)
        return self._free_times[key]

    def _free(self, slug: str, location: Location, rules: AvailabilityRules) -> list[datetime]:
        return availability.free(self.types[slug], location, rules, self.now, answer_by=self.answer_by)

    def is_free_or_taken(self, slug: str, slot: Slot) -> bool:
        """Return whether the slot is free, or would be if nobody else had come first."""
        if not self.is_published_at(slug, slot.location):
            return False
        if slot.starts_at in self.free_times(slug, slot.location):
            return True
        empty_diary = replace(self.rules, held=[], busy=[])
        return slot.starts_at in self._free(slug, slot.location, empty_diary)

    @property
    def css_classes(self) -> str:
        return self._css_classes(self.types, self.choices.types)

    def by_location(self, locations: Iterable[Location], selected: Iterable[str] = ()) -> list[SlotLocation]:
        """Return the slots to show at each location that has a type. The selected ones are included while free."""
        numbered = [(number, location) for number, location in enumerate(locations) if self._types_at(location)]
        most, selected = most_at_a_location(len(numbered)), set(selected)
        return [self._location(number, location, most, selected) for number, location in numbered]

    def _types_at(self, location: Location) -> list[str]:
        return [slug for slug in self.types if self.is_published_at(slug, location)]

    def _location(self, number: int, location: Location, most: int, selected: set[str]) -> SlotLocation:
        by_type = {slug: _by_day(self.free_times(slug, location)) for slug in self._types_at(location)}
        days = {day for times in by_type.values() for day in list(times)[: min(MAX_DAYS, most)]}
        most_a_day = max(1, min(MAX_A_DAY, most // max(len(days), 1)))
        selected_days = {localdate(slot.starts_at) for slot in Slot.parse_all(selected, [location])}
        days |= selected_days & {day for times in by_type.values() for day in times}
        slot_days = [self._day(location, day, by_type, most_a_day, selected) for day in sorted(days)]
        css_classes = self._css_classes(by_type, self.types)
        return SlotLocation(number, location, css_classes, slot_days, self._explanations(location))

    def _day(
        self, location: Location, day: date, by_type: dict[str, TimesByDay], most: int, selected: set[str]
    ) -> SlotDay:
        """Return a day's slots. Where there is no space for all, those that suit every type come first."""
        free = {slug: times[day] for slug, times in by_type.items() if day in times}
        for_every_type = set.intersection(*map(set, free.values()))
        for_any_type = {time for times in free.values() for time in times}
        times = set(evenly(sorted(for_every_type if len(for_every_type) >= most else for_any_type), most))
        times |= {time for time in for_any_type if Slot(time, location).value in selected}
        options = [
            SlotOption(
                Slot(time, location).value,
                formatting.clock(time),
                self._css_classes([slug for slug in free if time in free[slug]], by_type),
            )
            for time in sorted(times)
        ]
        return SlotDay(day, options, self._css_classes(free, by_type))

    def _explanations(self, location: Location) -> list[tuple[str, str]]:
        return [
            (
                self.choices.css_classes([slug]),
                NO_TIME if self.is_published_at(slug, location) else f"{appointment_type.name}: not offered here.",
            )
            for slug, appointment_type in self.types.items()
            if not self.free_times(slug, location)
        ]

    def _css_classes(self, slugs: Collection[str], all_slugs: Collection[str]) -> str:
        """Return the CSS classes of an element for some of the types, or none if it is for all of them."""
        return "" if len(slugs) == len(all_slugs) else self.choices.css_classes(slugs)


def read(choices: FormChoices, now: datetime, answer_by: datetime) -> PublishedTimes | None:
    """Read the free times with four queries. Return None without a query if no type publishes any."""
    types = choices.types_with_times
    if not types:
        return None
    days = max(appointment_type.horizon_days for appointment_type in types.values())
    rules = availability.read_rules(now, now + timedelta(days=days), now, diary_row=choices.settings)
    return PublishedTimes(choices, rules, now, answer_by)


def most_at_a_location(count: int) -> int:
    """Return how many times each of so many locations shows. A location itself weighs as much as some times do."""
    remaining = MAX_ON_THE_PAGE - LOCATION_WEIGHT * max(0, count - 3)
    return max(1, remaining // max(1, count))


def evenly(times: list[datetime], most: int) -> list[datetime]:
    """Return the first time, the last one, and those that lie evenly between them."""
    if len(times) <= most:
        return times
    if most == 1:
        return times[:1]
    return [times[round(number * (len(times) - 1) / (most - 1))] for number in range(most)]


def _by_day(times: list[datetime]) -> TimesByDay:
    return {day: list(group) for day, group in groupby(times, localdate)}
