from datetime import date

from django.db import models

from bookings.models.appointment_type import AppointmentType
from bookings.models.enquiry import Enquiry
from bookings.scheduling.recurrence import Recurrence
from practice.models import Location

MAX_WEEKS_BETWEEN = 12


class SeriesQuerySet(models.QuerySet["Series"]):
    def going_on(self, day: date) -> "SeriesQuerySet":
        """Keep those that have no last day, or one later than this."""
        return self.filter(models.Q(last_day=None) | models.Q(last_day__gt=day))

    def end(self, day: date) -> int:
        """Let this be the last day of those that go on after it."""
        return self.going_on(day).update(last_day=day)


class Series(models.Model):
    """Appointments at the same time by London's clock, every week or every n weeks, until a last day or without one.

    Each is an ordinary appointment with the day that the series gave it. bookings/series.py adds those that come into
    the next half year.
    """

    # Protected, as appointments are: bookings/people.py erases both. The release before knows no series, so the
    # database must let it erase an enquiry that has one.
    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, db_constraint=False, related_name="series")
    appointment_type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    at = models.TimeField()  # by London's clock, in summer and winter
    minutes = models.PositiveSmallIntegerField()
    every_weeks = models.PositiveSmallIntegerField(default=1)
    last_day = models.DateField(null=True, blank=True)  # before the first day: it ended before it began
    placed_until = models.DateField(null=True, blank=True, editable=False)  # each day until then was booked or left out
    made_at = models.DateTimeField()

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_weeks__gte=1, every_weeks__lte=MAX_WEEKS_BETWEEN),
                name="a_series_recurs_within_twelve_weeks",
            ),
        ]

    def __str__(self) -> str:
        return f"series {self.pk} of enquiry {self.enquiry_id}"

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(self.first_day, self.every_weeks, self.last_day)


class SkippedDay(models.Model):
    """A day of a series on which there is no appointment, and why."""

    class Reason(models.TextChoices):
        CHOSEN = "chosen", "left out by you"
        BANK_HOLIDAY = "bank_holiday", "a bank holiday"
        CLOSED = "closed", "closed that day"
        AWAY = "away", "you’re away"
        TAKEN = "taken", "the time is taken"
        NO_TIME = "no_time", "the clocks go forward, and there is no such time"

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="skipped_days")
    day = models.DateField()
    reason = models.CharField(max_length=12, choices=Reason)
    is_settled = models.BooleanField(default=False)  # else the desk asks what to do

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["series", "day"], name="a_day_is_skipped_once")]

    def __str__(self) -> str:
        return f"{self.day} of series {self.series_id}: {self.get_reason_display()}"
