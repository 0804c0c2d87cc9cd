"""A slot: a moment at which an appointment may begin, and where. Forms send it in one format."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bookings import formatting
from bookings.models import Appointment
from practice.models import Location

VALUE = re.compile(r"(\d{8}T\d{4}Z)-(\d{1,9})", re.ASCII)
MOMENT = "%Y%m%dT%H%MZ"


@dataclass(frozen=True)
class Slot:
    """A moment to begin (aware, kept in UTC) at a place."""

    starts_at: datetime
    location: Location

    def __post_init__(self) -> None:
        """Convert to UTC: in the hour that comes twice, London's clock and UTC never compare as equal (PEP 495)."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))

    def __str__(self) -> str:
        return f"{formatting.moment(self.starts_at)}, {self.location.name}"

    @classmethod
    def of(cls, appointment: Appointment) -> "Slot":
        """Return where and when the appointment begins."""
        return cls(appointment.starts_at, appointment.location)

    @property
    def value(self) -> str:
        """The slot as a form sends it: the moment in UTC and the key of the place, such as 20261201T1000Z-1."""
        return f"{self.starts_at:{MOMENT}}-{self.location.pk}"

    @classmethod
    def parse(cls, value: str, locations: Iterable[Location]) -> "Slot | None":
        """Read what a form sent. Return None for anything that is not a moment at one of these places."""
        match = VALUE.fullmatch(value)
        location = match and next((place for place in locations if place.pk == int(match[2])), None)
        if not match or location is None:
            return None
        try:
            return cls(datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC), location)
        except ValueError:
            return None

    @classmethod
    def parse_all(cls, values: Iterable[str], locations: Iterable[Location]) -> "list[Slot]":
        """Read several values and leave out what is not a slot."""
        locations = list(locations)
        return [slot for slot in (cls.parse(value, locations) for value in values) if slot]


def is_slot_value(value: str) -> bool:
    """Return whether the text has the format of a slot, whatever it names."""
    return VALUE.fullmatch(value) is not None
