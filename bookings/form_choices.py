"""The appointment types and locations that the consultation form lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import Error
from django.db.models import F, FilteredRelation, Q, Subquery

from bookings.models import AppointmentType, BookingSettings


@dataclass(frozen=True)
class FormChoices:
    """The appointment types by short name, and the keys of the active locations of each."""

    types: dict[str, AppointmentType]
    locations: dict[str, set[int]]
    settings: BookingSettings

    @property
    def types_with_times(self) -> dict[str, AppointmentType]:
        """Return the types whose free times are published at some location."""
        return {
            slug: appointment_type
            for slug, appointment_type in self.types.items()
            if appointment_type.publishes_times and self.locations[slug]
        }

    def css_classes(self, slugs: Iterable[str]) -> str:
        """Return the CSS classes of an element for these types only; the form's stylesheet hides it from others."""
        return " ".join(["only", *(f"t{number}" for number, slug in enumerate(self.types) if slug in slugs)])

    def is_for(self, css_classes: str, slug: str) -> bool:
        """Return whether an element with these CSS classes is for the type. One without classes is for every type."""
        return not css_classes or set(css_classes.split()) >= set(self.css_classes([slug]).split())


_remembered: FormChoices | None = None


def read() -> FormChoices:
    """Read the choices with one query. Without the database, return those read last, so that the form can be shown."""
    global _remembered
    settings = BookingSettings.objects.filter(pk=BookingSettings.SINGLE)
    types_and_locations = AppointmentType.objects.on_the_form().annotate(
        open_at=FilteredRelation("locations", condition=Q(locations__is_active=True)),
        open_location=F("open_at__pk"),
        travel=Subquery(settings.values("travel_minutes")),
        rests=Subquery(settings.values("rests_on_bank_holidays")),
    )
    try:
        rows = list(types_and_locations)
    except Error:
        if _remembered is None:
            raise
        return _remembered
    booking_settings = BookingSettings()
    types: dict[str, AppointmentType] = {}
    locations: dict[str, set[int]] = {}
    for row in rows:
        types.setdefault(row.slug, row)
        locations.setdefault(row.slug, set()).update([row.open_location] if row.open_location else [])
        booking_settings = BookingSettings(travel_minutes=row.travel, rests_on_bank_holidays=row.rests)
    _remembered = FormChoices(types, locations, booking_settings)
    return _remembered
