"""The screen for all weekly hours: every location and weekday in one form."""

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

from bookings.admin import outside_hours, unlikely_times
from bookings.models import AppointmentType, BookingSettings, WeeklyHours
from bookings.models.validators import clock_on_the_grid
from bookings.scheduling.cells import MINUTES
from bookings.scheduling.opening_hours import WeeklyRule
from practice import audit, confirmation
from practice.models import Location
from practice.requests import StaffRequest

MAX_SPANS = 12  # per location and weekday


class ClockInput(forms.TimeInput):
    """The browser's time picker, or a text field in browsers without one."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"step": MINUTES * 60})


class ClockField(forms.TimeField):
    widget = ClockInput

    def __init__(self, **kwargs: Any) -> None:
        messages = {"invalid": "Enter a time such as 09:00."}
        super().__init__(required=False, validators=[clock_on_the_grid], error_messages=messages, **kwargs)


class SpanForm(forms.Form):
    opens = ClockField(label="from")
    closes = ClockField(label="to")

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned_data
        opens, closes = cleaned_data.get("opens"), cleaned_data.get("closes")
        if (opens is None) != (closes is None):
            raise ValidationError("Enter both times, or neither.")
        if opens is not None and closes <= opens:
            raise ValidationError("Enter an end time later than the start.")
        return cleaned_data


class DayFormSet(BaseFormSet):
    """The hours of one location on one weekday. Empty rows are not saved."""

    location: Location
    weekday: int

    @property
    def name(self) -> str:
        return calendar.day_name[self.weekday]

    @property
    def main_forms(self) -> list[forms.Form]:
        return self.forms[:-1] if self.extra_form else self.forms

    @property
    def extra_form(self) -> forms.Form | None:
        """Return the empty form after the filled-in ones."""
        has_extra = len(self.forms) > 1 and not self.forms[-1].has_changed()
        return self.forms[-1] if has_extra else None

    @property
    def spans(self) -> list[WeeklyRule]:
        rows = (form.cleaned_data for form in self.forms if form.cleaned_data.get("opens"))
        rules = [WeeklyRule(self.location.pk, self.weekday, row["opens"], row["closes"]) for row in rows]
        return sorted(rules, key=lambda rule: rule.opens)

    def clean(self) -> None:
        if any(self.errors):
            return
        for first, second in combinations(self.spans, 2):
            if second.opens < first.closes:
                raise ValidationError(
                    f"On {self.name} at {self.location.name}, {times_label(first)} and {times_label(second)} overlap. "
                    "Merge them or leave a gap."
                )


def times_label(rule: WeeklyRule) -> str:
    return f"{rule.opens:%H:%M} to {rule.closes:%H:%M}"


def make_formset(data: Any, location: Location, weekday: int, rows: Iterable[WeeklyRule]) -> DayFormSet:
    """Return the formset of one location and weekday."""
    # No initial data with a POST: forms equal to it would count as unchanged, and so as empty.
    initial = [{"opens": row.opens, "closes": row.closes} for row in rows] if data is None else None
    formset_class = formset_factory(SpanForm, formset=DayFormSet, extra=1, max_num=MAX_SPANS, absolute_max=MAX_SPANS)
    formset = cast(type[DayFormSet], formset_class)(  # the stubs ignore the argument `formset`
        data, initial=initial, prefix=f"place{location.pk}-day{weekday}"
    )
    formset.location, formset.weekday = location, weekday
    return formset


@dataclass(frozen=True)
class Overlap:
    """Two rooms with hours at the same time. That is allowed: an appointment in one blocks the other around it."""

    weekday: str
    rooms: tuple[str, str]
    times: str


def overlaps(hours: Iterable[WeeklyRule], rooms: dict[int, str]) -> Iterator[Overlap]:
    """Yield the overlapping hours of different rooms, by weekday and time."""
    room_hours = sorted((rule for rule in hours if rule.location in rooms), key=lambda rule: (rule.weekday, rule.opens))
    for first, second in combinations(room_hours, 2):
        opens, closes = max(first.opens, second.opens), min(first.closes, second.closes)
        if first.location != second.location and first.weekday == second.weekday and opens < closes:
            overlap = WeeklyRule(first.location, first.weekday, opens, closes)
            names = rooms[first.location], rooms[second.location]
            yield Overlap(calendar.day_name[first.weekday], names, times_label(overlap))


def types_without_hours() -> list[AppointmentType]:
    """Return the appointment types that show free times but have no weekly hours, in one query."""
    with_hours = Location.objects.active().filter(weekly_hours__isnull=False)
    return list(AppointmentType.objects.published().exclude(locations__in=with_hours))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    locations = list(Location.objects.active())
    saved = [row.rule for row in WeeklyHours.objects.filter(location__in=locations)]
    data = request.POST if request.method == "POST" else None
    formsets_by_location = [
        (location, [make_formset(data, location, weekday, _rules_of(saved, location, weekday)) for weekday in range(7)])
        for location in locations
    ]
    formsets = [formset for _, week in formsets_by_location for formset in week]
    question = confirmation.ScreenQuestion([])
    if is_valid := data is not None and all(formset.is_valid() for formset in formsets):
        question = _question(request, locations, saved, [span for formset in formsets for span in formset.spans])
    if is_valid and not question.unanswered:
        with outside_hours.warn_about_closed_appointments(request):
            replace(locations, [span for formset in formsets for span in formset.spans])
        audit.record(audit.Kind.CHANGED, request.user, WeeklyHours)
        messages.success(request, "Your weekly hours have been saved.")
        return redirect("admin:bookings_weeklyhours_changelist")
    rooms = {location.pk: location.name for location in locations if location.kind == Location.Kind.ROOM}
    context = {
        "title": "Weekly hours",
        "locations": formsets_by_location,
        "has_errors": data is not None and not is_valid,
        "question": question,
        "overlaps": list(overlaps(saved, rooms)),
        "travel_minutes": BookingSettings.load().travel_minutes,
        "without_hours": types_without_hours(),
    }
    return render(request, "admin/bookings/weeklyhours/week.html", admin_context | context)


def _question(
    request: StaffRequest, locations: Sequence[Location], saved: list[WeeklyRule], spans: list[WeeklyRule]
) -> confirmation.ScreenQuestion:
    names = {location.pk: location.name for location in locations}
    facts = unlikely_times.of_weekly_hours(spans, saved, names)
    facts += unlikely_times.closed_by(lambda: replace(locations, spans))
    return confirmation.ScreenQuestion(facts, request)


def replace(locations: Sequence[Location], spans: Iterable[WeeklyRule]) -> None:
    """Replace all hours of these locations. Unchanged rows keep their ids."""
    with transaction.atomic():
        new_rules = set(spans)
        for row in WeeklyHours.objects.select_for_update().filter(location__in=locations):
            if row.rule in new_rules:
                new_rules.remove(row.rule)
            else:
                row.delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(location_id=rule.location, weekday=rule.weekday, opens=rule.opens, closes=rule.closes)
            for rule in sorted(new_rules, key=lambda rule: (rule.location, rule.weekday, rule.opens))
        )


def _rules_of(rules: Iterable[WeeklyRule], location: Location, weekday: int) -> list[WeeklyRule]:
    return [rule for rule in rules if rule.location == location.pk and rule.weekday == weekday]
