"""A slot: a moment and a location at which an appointment may begin, in the one format that forms send."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.http import base36_to_int, int_to_base36

from bookings import formatting
from bookings.models import Appointment
from bookings.scheduling import cells
from practice.models import Location

VALUE = re.compile(r"([0-9a-z]{5})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Slot:
    """A moment (aware, converted to UTC) at a location."""

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
        """Return the slot as a form sends it, such as “3kbnc-1” for 1 December 2026 at 10:00 at the first location.

        It is the number of the cell in which the slot begins, in base 36, and the key of the location. A page has
        hundreds of these, so they are short.
        """
        return f"{int_to_base36(cells.cell(self.starts_at))}-{self.location.pk}"

    @classmethod
    def parse(cls, value: str, locations: Iterable[Location]) -> "Slot | None":
        """Read what a form sent. Return None for anything that is not a moment at one of these locations."""
        match = VALUE.fullmatch(value)
        location = match and next((location for location in locations if location.pk == int(match[2])), None)
        return cls(cells.begins(base36_to_int(match[1])), location) if match and location else None

    @classmethod
    def parse_all(cls, values: Iterable[str], locations: Iterable[Location]) -> "list[Slot]":
        """Read several values and leave out what is not a slot."""
        locations = list(locations)
        return [slot for slot in (cls.parse(value, locations) for value in values) if slot]


def is_slot_value(value: str) -> bool:
    """Return whether the text has the format of a slot, whatever it names."""
    return VALUE.fullmatch(value) is not None
