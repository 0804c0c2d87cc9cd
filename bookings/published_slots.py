"""The free times that visitors choose from: what the form shows of them, and what it is sent."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.db.models import F, Subquery

from bookings import availability, formatting
from bookings.availability import AvailabilityRules
from bookings.booking import Slot
from bookings.models import AppointmentType, BookingSettings, Enquiry
from practice.clock import localdate
from practice.models import Location

WRITTEN = re.compile(r"(\d{8}T\d{4}Z)-(\d{1,9})", re.ASCII)
ON_PAPER = "%Y%m%dT%H%MZ"
MAX_DAYS = 8  # with free times, at each location
MAX_A_DAY = 8
MAX_ON_THE_PAGE = 96  # of all locations together, so that the page stays light
NO_TIME = "There is no free time here just now. Say which days would suit you, and I will look for one."


@dataclass(frozen=True)
class SlotOption:
    """A time that can be chosen; `only` names the one kind of appointment it is for, if it is not for every kind."""

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
    """One location’s times, and a sentence for each kind that has none there."""

    number: int  # of the location among the form's choices
    location: Location
    only: str
    days: list[SlotDay]
    without: list[tuple[str, str]]

    @property
    def for_any_kind(self) -> list[tuple[date, list[SlotOption]]]:
        """What may be a second or third choice: a list cannot follow what is chosen elsewhere on the page."""
        common = [(day.day, [chip for chip in day.chips if not chip.only]) for day in self.days]
        return [(day, chips) for day, chips in common if chips]


@dataclass
class PublishedSlots:
    """What is free now for the kinds whose times are published."""

    kinds: dict[str, AppointmentType]
    places: dict[str, set[int]]  # keys of the locations where each kind is offered
    rules: AvailabilityRules
    now: datetime
    _found: dict[tuple[str, int], list[datetime]] = field(default_factory=dict)

    def offers(self, kind: str, location: Location) -> bool:
        return location.pk in self.places.get(kind, ())

    def free(self, kind: str, location: Location) -> list[datetime]:
        """In UTC, the earliest first."""
        if not self.offers(kind, location):
            return []
        key = kind, location.pk
        if key not in self._found:
            self._found[key] = availability.free(self.kinds[kind], location, self.rules, self.now)
        return self._found[key]

    def is_taken(self, kind: str, time: Slot) -> bool:
        """It would be free, had nobody else come first."""
        if not self.offers(kind, time.location) or time.starts_at in self.free(kind, time.location):
            return False
        empty = replace(self.rules, held=[], busy=[])
        return time.starts_at in availability.free(self.kinds[kind], time.location, empty, self.now)

    @property
    def only(self) -> str:
        return _only(self.kinds, [kind.value for kind in Enquiry.BOOKABLE])

    def shown(self, locations: Iterable[Location], chosen: Iterable[str] = ()) -> list[SlotPlace]:
        """For each location where one of the kinds is offered; what was chosen is among it while it is free."""
        asked = [(number, place) for number, place in enumerate(locations) if self._kinds_at(place)]
        most, chosen = MAX_ON_THE_PAGE // max(len(asked), 1), set(chosen)
        return [self._place(number, place, most, chosen) for number, place in asked]

    def _kinds_at(self, location: Location) -> list[str]:
        return [kind for kind in self.kinds if self.offers(kind, location)]

    def _place(self, number: int, location: Location, most: int, chosen: set[str]) -> SlotPlace:
        by_kind = {kind: _by_day(self.free(kind, location)) for kind in self._kinds_at(location)}
        days = {day for times in by_kind.values() for day in list(times)[:MAX_DAYS]}
        a_day = max(1, min(MAX_A_DAY, most // max(len(days), 1)))
        kept = {localdate(time.starts_at) for time in read_all(chosen, [location])}
        days |= kept & {day for times in by_kind.values() for day in times}
        shown = [_shown_day(location, day, by_kind, a_day, chosen) for day in sorted(days)]
        return SlotPlace(number, location, _only(by_kind, self.kinds), shown, self._without(location))

    def _without(self, location: Location) -> list[tuple[str, str]]:
        return [
            (f"only-{kind}", NO_TIME if self.offers(kind, location) else f"{row.get_kind_display()}: not offered here.")
            for kind, row in self.kinds.items()
            if not self.free(kind, location)
        ]


def published(now: datetime) -> PublishedSlots | None:
    """Five queries, or one where no kind's times are published, which is None."""
    diary = BookingSettings.objects.filter(pk=BookingSettings.SINGLE)
    kinds_and_places = AppointmentType.objects.filter(publishes_times=True, locations__is_active=True).annotate(
        place=F("locations"),
        travel=Subquery(diary.values("travel_minutes")),
        rests=Subquery(diary.values("rests_on_bank_holidays")),
    )
    kinds: dict[str, AppointmentType] = {}
    places: dict[str, set[int]] = {}
    rows = list(kinds_and_places)
    if not rows:
        return None
    for row in rows:
        kinds.setdefault(row.kind, row)
        places.setdefault(row.kind, set()).add(row.place)
    known = BookingSettings(travel_minutes=rows[0].travel, rests_on_bank_holidays=rows[0].rests)
    days = max(kind.horizon_days for kind in kinds.values())
    rules = availability.read_rules(now, now + timedelta(days=days), now, diary_row=known)
    return PublishedSlots(kinds, places, rules, now)


def evenly(times: list[datetime], most: int) -> list[datetime]:
    """The first, the last, and what lies evenly between them."""
    if len(times) <= most:
        return times
    if most == 1:
        return times[:1]
    return [times[round(number * (len(times) - 1) / (most - 1))] for number in range(most)]


def write(time: Slot) -> str:
    """As the form sends it: the moment in UTC and the key of the place, such as 20261201T1000Z-1."""
    return f"{time.starts_at.astimezone(UTC):{ON_PAPER}}-{time.location.pk}"


def read(value: str, locations: Iterable[Location]) -> Slot | None:
    """None for anything that is not a time at one of these places."""
    found = WRITTEN.fullmatch(value)
    location = found and next((place for place in locations if place.pk == int(found[2])), None)
    if not found or location is None:
        return None
    try:
        return Slot(datetime.strptime(found[1], ON_PAPER).replace(tzinfo=UTC), location)
    except ValueError:
        return None


def read_all(values: Iterable[str], locations: Iterable[Location]) -> list[Slot]:
    locations = list(locations)
    return [time for time in (read(value, locations) for value in values) if time]


def _by_day(times: list[datetime]) -> dict[date, list[datetime]]:
    return {day: list(those) for day, those in groupby(times, localdate)}


def _shown_day(
    location: Location, day: date, by_kind: dict[str, dict[date, list[datetime]]], most: int, chosen: set[str]
) -> SlotDay:
    """Times that suit every kind come first, where there is not room for all."""
    free = {kind: times[day] for kind, times in by_kind.items() if day in times}
    common = set.intersection(*map(set, free.values()))
    every = {time for times in free.values() for time in times}
    picked = set(evenly(sorted(common if len(common) >= most else every), most))
    picked |= {time for time in every if write(Slot(time, location)) in chosen}
    chips = [
        SlotOption(
            write(Slot(time, location)),
            formatting.clock(time),
            _only([kind for kind in free if time in free[kind]], by_kind),
        )
        for time in sorted(picked)
    ]
    return SlotDay(day, chips, _only(free, by_kind))


def _only(kinds: Collection[str], of: Collection[str]) -> str:
    """The class of what is not for all of the kinds."""
    return "" if len(kinds) == len(of) else " ".join(f"only-{kind}" for kind in kinds)
