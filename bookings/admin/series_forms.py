"""The forms of a reply about a series: agree on one, change it from an appointment on, pause it, or end it there."""

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms

from bookings import formatting, series_days
from bookings.admin import unlikely_times
from bookings.admin.reply_forms import ReplyForm, is_near, minutes_field
from bookings.models import MAX_WEEKS_BETWEEN, Appointment, AppointmentType, Purpose, Series
from bookings.models.validators import clock_on_the_grid
from bookings.scheduling.cells import MINUTES
from bookings.slot import Slot
from practice.clock import LONDON, from_wall_clock, is_on_clock

MAX_LINES = 4
EVERY = [(1, "Every week"), (2, "Every two weeks")] + [
    (weeks, f"Every {formatting.number(weeks)} weeks") for weeks in range(3, MAX_WEEKS_BETWEEN + 1)
]
CLOSED_DAYS = [("", "Leave them out"), ("book", "Book them all the same")]


def day_field(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Enter a day, such as 1 December 2026.", "required": "Enter a day."},
        **options,
    )


class SeriesReplyForm(ReplyForm):
    """A series: its type, length and place, its first day and time, how often, and perhaps until when."""

    is_series = True
    first_day = day_field(label="First day")
    at = forms.TimeField(
        label="London time",
        validators=[clock_on_the_grid],
        error_messages={"invalid": "Enter a time, such as 10:00 or 10:05.", "required": "Enter a time."},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": MINUTES * 60}),
    )
    every_weeks = forms.TypedChoiceField(label="How often", choices=EVERY, coerce=int)
    last_day = day_field(label="Last day", required=False, help_text="Left empty, it goes on until you end it.")
    minutes = minutes_field()
    closed_days = forms.ChoiceField(label="Days on which you’re closed", choices=CLOSED_DAYS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(each.pk): each for each in self.reply.types}
        self.locations = {str(each.pk): each for each in self.reply.locations}
        self.fields["place"] = forms.ChoiceField(
            label="Place", choices=[(key, each.name) for key, each in self.locations.items()]
        )
        if len(self.types) > 1:
            self.fields["appointment_type"] = forms.ChoiceField(
                label="Appointment type", choices=[(key, each.name) for key, each in self.types.items()]
            )

    @property
    def appointment_type(self) -> AppointmentType:
        return self.types.get(self.data.get("appointment_type", ""), self.reply.usual_type)

    @property
    def books_closed_days(self) -> bool:
        return bool(self.cleaned_data["closed_days"])

    def clean_first_day(self) -> date:
        return self._near("first_day")

    def clean_last_day(self) -> date | None:
        return self.cleaned_data["last_day"] and self._within_years("last_day")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        day, at, last_day = (cleaned.get(name) for name in ("first_day", "at", "last_day"))
        if day and at and not is_on_clock(day, at):
            self.add_error("at", f"The clocks go forward that day, so {at:%H:%M} doesn’t exist.")
        elif day and at and from_wall_clock(day, at) <= self.reply.now:
            self.add_error("first_day", "The first appointment would be over. Choose a day to come.")
        if day and last_day and last_day < day:
            self.add_error("last_day", "The series would end before it begins. Enter a later last day, or none.")
        if not self.errors and day and at:
            cleaned["slots"] = [Slot(from_wall_clock(day, at), self.locations[cleaned["place"]])]
        return cleaned

    def first_row(self) -> list[forms.BoundField]:
        return [self[name] for name in ("first_day", "at", "place")]

    def second_row(self) -> list[forms.BoundField]:
        return [self[name] for name in ("every_weeks", "last_day", "minutes", "closed_days")]

    def new_series(self) -> Series:
        """Return the series that the form describes, which is not saved."""
        cleaned = self.cleaned_data
        names = ("first_day", "at", "every_weeks", "last_day")
        return Series(
            enquiry=self.reply.enquiry,
            appointment_type=self.appointment_type,
            location=self.locations[cleaned["place"]],
            minutes=cleaned["minutes"] or self.appointment_type.minutes,
            **{name: cleaned[name] for name in names},
        )

    @cached_property
    def planned(self) -> list[series_days.PlannedDay]:
        moving = [each.pk for each in self.reply.rest_of_series]
        return series_days.plan(self.new_series(), self.reply.now, without=moving)

    def time_lines(self) -> list[str]:
        """Return the first times, how it goes on, and which days are left out, as the message says them."""
        series = self.new_series()
        booked = [each for each in self.planned if not each.is_left_out(books_closed_days=self.books_closed_days)]
        length, zone = timedelta(minutes=series.minutes), self.reply.enquiry.contact.time_zone
        lines = [
            formatting.span(each.slot.starts_at, each.slot.starts_at + length, each.slot.location, zone)
            for each in booked[:MAX_LINES]
        ]
        if len(booked) > MAX_LINES or series.last_day is None:
            lines.append(f"and then {formatting.rhythm(series)} at the same time{formatting.until(series)}")
        left_out = [formatting.day(each.day) for each in self.planned if each not in booked]
        return lines + ([f"not on {formatting.listed(left_out)}"] if left_out else [])

    def unlikely(self) -> list[str]:
        """Ask about a first time at night or outside the hours, but not about closed days, which have their field."""
        if self.reply.purpose not in (Purpose.SERIES, Purpose.CHANGE):
            return []
        length = timedelta(minutes=self.new_series().minutes)
        is_first_open = bool(self.planned) and not self.planned[0].is_closed
        return unlikely_times.of_slots(self.cleaned_data["slots"], length, self.reply.now) if is_first_open else []

    def notes_on_series(self) -> list[str]:
        """Return which days are not booked and why, for the therapist."""
        left_out = [each for each in self.planned if each.is_left_out(books_closed_days=self.books_closed_days)]
        notes = []
        for reason in dict.fromkeys(each.obstacle for each in left_out if each.obstacle):
            days = [formatting.day(each.day) for each in left_out if each.obstacle == reason]
            notes.append(f"Not booked: {formatting.listed(days)} ({reason.label}).")
        return notes

    def _near(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if not is_near(day, self.reply.now):
            raise forms.ValidationError("Enter a day within the next year.")
        return day

    def _within_years(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if abs(day.year - self.reply.now.year) > 5:
            raise forms.ValidationError("Enter a day within the next five years, or leave it empty.")
        return day


class CancellingForm(ReplyForm):
    """A reply that cancels this appointment of a series and later ones."""

    def cancelled(self) -> list[Appointment]:
        return self.reply.rest_of_series

    def time_lines(self) -> list[str]:
        """Return what is cancelled, the first of them one by one."""
        cancelled, zone = self.cancelled(), self.reply.enquiry.contact.time_zone
        lines = [formatting.span(each.starts_at, each.ends_at, each.location, zone) for each in cancelled[:MAX_LINES]]
        return lines + self.later(cancelled[MAX_LINES:])

    def later(self, rest: list[Appointment]) -> list[str]:
        return [f"and {len(rest)} more, until {formatting.day(rest[-1].starts_at.astimezone(LONDON))}"] if rest else []


class EndReplyForm(CancellingForm):
    """A reply that ends a series before an appointment."""

    def later(self, rest: list[Appointment]) -> list[str]:
        return ["and all later ones"]


class PauseReplyForm(CancellingForm):
    """A reply that leaves out the appointments of a series until a day."""

    paused_until = day_field(label="Pause up to and including")

    def clean_paused_until(self) -> date:
        day: date = self.cleaned_data["paused_until"]
        begins = self.reply.get_appointment().series_day
        if begins and day < begins:
            raise forms.ValidationError("The pause would end before it begins. Enter a later day.")
        if not is_near(day, self.reply.now):
            raise forms.ValidationError("Enter a day within the next year.")
        return day

    def cancelled(self) -> list[Appointment]:
        until = self.cleaned_data["paused_until"]
        return [each for each in self.reply.rest_of_series if each.series_day and each.series_day <= until]
