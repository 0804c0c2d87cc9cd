import calendar
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value

from bookings.models.validators import clock_on_the_grid
from bookings.scheduling.opening_hours import ExceptionRule, WeeklyRule
from practice.clock import is_on_clock
from practice.models import Location, Practice

WEEKDAYS = list(enumerate(calendar.day_name))


class WeeklyHours(models.Model):
    """Opening hours at one location on one weekday, in London time."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="weekly_hours", verbose_name="where")
    weekday = models.PositiveSmallIntegerField("day", choices=WEEKDAYS)
    opens = models.TimeField("from", validators=[clock_on_the_grid])
    closes = models.TimeField("until", validators=[clock_on_the_grid])

    class Meta:
        ordering = ["location", "weekday", "opens"]
        verbose_name = "weekly hours"
        verbose_name_plural = "weekly hours"

    def __str__(self) -> str:
        return f"{self.location}, {self.get_weekday_display()} {self.opens:%H:%M} to {self.closes:%H:%M}"

    def clean(self) -> None:
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": "Enter an end time later than the start."})

    @property
    def rule(self) -> WeeklyRule:
        return WeeklyRule(self.location_id, self.weekday, self.opens, self.closes)


class OpeningExceptionQuerySet(models.QuerySet["OpeningException"]):
    def rules(self, first_day: date, last_day: date) -> list[ExceptionRule]:
        """Return what applies on any of these days, the therapist's absence included, with one query."""
        exceptions = self.filter(first_day__lte=last_day, last_day__gte=first_day).order_by()
        absence = Practice.objects.filter(away_first_day__lte=last_day, away_last_day__gte=first_day).order_by()
        nothing = [Value(None, output_field=models.IntegerField()), *[Value(None, output_field=models.TimeField())] * 2]
        rows = exceptions.values_list(
            "is_open", "first_day", "last_day", "location", "opens", "closes", Value(False)
        ).union(
            absence.values_list(Value(False), "away_first_day", "away_last_day", *nothing, Value(True)),
            all=True,
        )
        return [
            ExceptionRule(is_open, first, last, location, opens or time.min, closes or time.max, bool(is_absence))
            for is_open, first, last, location, opens, closes, is_absence in rows
        ]


class OpeningException(models.Model):
    """One or more days that differ from the weekly hours: closed, or extra hours."""

    is_open = models.BooleanField("change", choices=[(False, "Closed"), (True, "Extra hours")], default=False)
    first_day = models.DateField("first day")
    last_day = models.DateField("last day", blank=True, help_text="Leave empty for a single day.")
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="where",
        help_text="Leave empty for all locations.",
    )
    opens = models.TimeField(
        "from", null=True, blank=True, validators=[clock_on_the_grid], help_text="Leave empty for the whole day."
    )
    closes = models.TimeField("until", null=True, blank=True, validators=[clock_on_the_grid])

    objects = OpeningExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "opens"]
        verbose_name = "closed days or extra hours"
        verbose_name_plural = "closed days and extra hours"

    def __str__(self) -> str:
        if self.last_day in (None, self.first_day):
            return f"{self.get_is_open_display()} on {self.first_day:%-d %B %Y}"
        return f"{self.get_is_open_display()} from {self.first_day:%-d %B %Y} to {self.last_day:%-d %B %Y}"

    def clean(self) -> None:
        self.last_day = self.last_day or self.first_day
        if self.first_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "Enter a last day that isn’t before the first day."})
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": "Enter both times, or neither."})
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": "Enter an end time later than the start."})
        if self.is_open and self.opens is None:
            raise ValidationError({"opens": "Enter a start and an end time."})
        self._clean_change_of_clock()

    def _clean_change_of_clock(self) -> None:
        for name in ("opens", "closes"):
            at: time | None = getattr(self, name)
            if at and self.first_day and self.first_day == self.last_day and not is_on_clock(self.first_day, at):
                raise ValidationError({name: f"The clocks go forward that day, so {at:%H:%M} doesn’t exist."})
