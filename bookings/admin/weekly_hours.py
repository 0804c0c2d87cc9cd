"""The weekly hours as a whole: every location and weekday at once."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bookings import locking
from bookings.admin import outside_hours
from bookings.models import AppointmentType, WeeklyHours
from bookings.models.opening_hours import clock_on_the_grid
from bookings.scheduling.cells import MINUTES
from bookings.scheduling.opening_hours import WeeklyRule
from practice.models import Location
from practice.requests import StaffRequest

MAX_SPANS = 12  # of one location on one weekday


class Clock(forms.TimeInput):
    """The device's own way to choose a time; a field for text where it has none."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"step": MINUTES * 60})


class ClockField(forms.TimeField):
    widget = Clock

    def __init__(self, **kwargs: Any) -> None:
        messages = {"invalid": "Enter a time such as 09:00."}
        super().__init__(required=False, validators=[clock_on_the_grid], error_messages=messages, **kwargs)


class SpanForm(forms.Form):
    opens = ClockField(label="from")
    closes = ClockField(label="to")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        opens, closes = found.get("opens"), found.get("closes")
        if (opens is None) != (closes is None):
            raise ValidationError("Enter both times, or neither.")
        if opens is not None and closes <= opens:
            raise ValidationError("Enter an end time later than the start.")
        return found


class DayFormSet(BaseFormSet):
    """The hours of one location on one weekday; what is left empty is not kept."""

    location: Location
    weekday: int

    @property
    def name(self) -> str:
        return calendar.day_name[self.weekday]

    @property
    def shown(self) -> list[forms.Form]:
        return self.forms[:-1] if self.another else self.forms

    @property
    def another(self) -> forms.Form | None:
        """The empty one that follows what is filled in."""
        has_more = len(self.forms) > 1 and not self.forms[-1].has_changed()
        return self.forms[-1] if has_more else None

    @property
    def spans(self) -> list[WeeklyRule]:
        filled = (form.cleaned_data for form in self.forms if form.cleaned_data.get("opens"))
        found = [WeeklyRule(self.location.pk, self.weekday, one["opens"], one["closes"]) for one in filled]
        return sorted(found, key=lambda one: one.opens)

    def clean(self) -> None:
        if any(self.errors):
            return
        for first, second in combinations(self.spans, 2):
            if second.opens < first.closes:
                raise ValidationError(
                    f"On {self.name} at {self.location.name}, {in_words(first)} and {in_words(second)} overlap. "
                    "Merge them or leave a gap."
                )


def in_words(span: WeeklyRule) -> str:
    return f"{span.opens:%H:%M} to {span.closes:%H:%M}"


def formset_of(data: Any, location: Location, weekday: int, rows: Iterable[WeeklyRule]) -> DayFormSet:
    """What is sent stands for itself: beside what is kept by now, an hour that stays the same would count as empty."""
    initial = [{"opens": row.opens, "closes": row.closes} for row in rows] if data is None else None
    made = formset_factory(SpanForm, formset=DayFormSet, extra=1, max_num=MAX_SPANS, absolute_max=MAX_SPANS)
    factory = cast(type[DayFormSet], made)  # the stubs forget the class of `formset`
    days = factory(data, initial=initial, prefix=f"place{location.pk}-day{weekday}")
    days.location, days.weekday = location, weekday
    return days


@dataclass(frozen=True)
class Overlap:
    """Two rooms that are open at one time. It is allowed: an appointment in one closes the other around it."""

    weekday: str
    rooms: tuple[str, str]
    times: str


def overlaps(hours: Iterable[WeeklyRule], rooms: dict[int, str]) -> Iterator[Overlap]:
    """Between rooms, by weekday and time."""
    of_rooms = sorted((one for one in hours if one.location in rooms), key=lambda one: (one.weekday, one.opens))
    for first, second in combinations(of_rooms, 2):
        opens, closes = max(first.opens, second.opens), min(first.closes, second.closes)
        if first.location != second.location and first.weekday == second.weekday and opens < closes:
            both = WeeklyRule(first.location, first.weekday, opens, closes)
            names = rooms[first.location], rooms[second.location]
            yield Overlap(calendar.day_name[first.weekday], names, in_words(both))


def kinds_without_hours() -> list[AppointmentType]:
    """Those that show free times and have no weekly hours anywhere; one query."""
    have_hours = Location.objects.active().filter(weekly_hours__isnull=False)
    return list(AppointmentType.objects.filter(publishes_times=True).exclude(locations__in=have_hours))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    locations = list(Location.objects.active())
    kept = [row.rule for row in WeeklyHours.objects.filter(location__in=locations)]
    data = request.POST if request.method == "POST" else None
    places = [
        (place, [formset_of(data, place, weekday, _of(kept, place, weekday)) for weekday in range(7)])
        for place in locations
    ]
    formsets = [formset for _, week in places for formset in week]
    is_sent = data is not None
    if is_sent and all(formset.is_valid() for formset in formsets):
        with outside_hours.telling(request):
            replace(locations, [span for formset in formsets for span in formset.spans])
        messages.success(request, "Your weekly hours have been saved.")
        return redirect("admin:bookings_weeklyhours_changelist")
    rooms = {place.pk: place.name for place in locations if place.kind == Location.Kind.ROOM}
    context = {
        "title": "Weekly hours",
        "places": places,
        "is_wrong": is_sent,
        "overlaps": list(overlaps(kept, rooms)),
        "travel_minutes": locking.booking_settings().travel_minutes,
        "without_hours": kinds_without_hours(),
    }
    return render(request, "admin/bookings/weeklyhours/week.html", admin_context | context)


def replace(locations: Sequence[Location], spans: Iterable[WeeklyRule]) -> None:
    """All hours of these locations at once; rows that stay the same are left alone."""
    with transaction.atomic():
        wanted = set(spans)
        for row in WeeklyHours.objects.select_for_update().filter(location__in=locations):
            if row.rule in wanted:
                wanted.remove(row.rule)
            else:
                row.delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(location_id=one.location, weekday=one.weekday, opens=one.opens, closes=one.closes)
            for one in sorted(wanted, key=lambda one: (one.location, one.weekday, one.opens))
        )


def _of(hours: Iterable[WeeklyRule], place: Location, weekday: int) -> list[WeeklyRule]:
    return [one for one in hours if one.location == place.pk and one.weekday == weekday]
