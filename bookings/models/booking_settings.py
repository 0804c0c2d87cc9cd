import calendar
from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from bookings.encryption import EncryptedTextField
from bookings.models.enquiry import Enquiry
from bookings.scheduling.cells import MINUTES
from bookings.scheduling.opening_hours import ExceptionRule, WeeklyRule
from bookings.scheduling.slots import SlotTerms
from practice.clock import LONDON, is_on_clock
from practice.models import Fee, Location

WEEKDAYS = list(enumerate(calendar.day_name))


def on_the_grid(minutes: int) -> None:
    if minutes % MINUTES:
        raise ValidationError(f"Enter a whole number of {MINUTES} minutes, such as 50 or 55.")


def clock_on_the_grid(at: time) -> None:
    if at.second or at.microsecond or at.minute % MINUTES:
        raise ValidationError(f"Enter a time in steps of {MINUTES} minutes, such as 09:00 or 09:05.")


def at_most(most: int, what: str) -> MaxValueValidator:
    return MaxValueValidator(most, f"Enter {most} {what} or fewer.")


class BookingSettings(models.Model):
    """The one diary: its rules for every kind of appointment, and the row that each change of one locks first."""

    SINGLE = 1

    version = models.PositiveBigIntegerField(default=0, editable=False)
    travel_minutes = models.PositiveSmallIntegerField(
        "minutes between your rooms",
        default=40,
        validators=[at_most(240, "minutes")],
        help_text="Two appointments in different rooms are at least so far apart.",
    )
    rests_on_bank_holidays = models.BooleanField(
        "closed on bank holidays",
        default=True,
        help_text="England’s. For one of them, add extra hours to the days that are different.",
    )
    hold_days = models.PositiveSmallIntegerField(
        "days an offer is held",
        default=3,
        validators=[MinValueValidator(1, "Enter 1 day or more."), at_most(30, "days")],
        help_text="What the screen suggests; you can change it for each offer.",
    )
    remind_hours = models.PositiveSmallIntegerField(
        "remind so many hours before",
        null=True,
        blank=True,
        default=24,
        validators=[MinValueValidator(1, "Enter 1 hour or more."), at_most(336, "hours")],
        help_text="By email, only to people who said that email is safe. Leave it empty for no reminder. "
        "A change counts for what is booked or moved from then on.",
    )
    remind_again_hours = models.PositiveSmallIntegerField(
        "remind again so many hours before",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "Enter 1 hour or more."), at_most(336, "hours")],
    )
    quiet_from = models.TimeField("send no reminder from", default=time(21))
    quiet_until = models.TimeField("until", default=time(8))
    calendar_title = models.CharField(
        "what a calendar shows",
        max_length=40,
        default="Appointment",
        help_text="Anyone glancing at a phone can read it, so it should not speak of therapy or addiction.",
    )
    digest_at = models.TimeField(
        "daily summary at",
        null=True,
        blank=True,
        default=time(8),
        help_text="A short email each day. When it does not come, something is wrong. Leave it empty for none.",
    )
    digest_made_on = models.DateField(null=True, editable=False)  # the last day of which there is one

    busy_address = EncryptedTextField(
        "address of your other calendar",
        blank=True,
        help_text="The secret address in iCal format that your calendar gives you. It begins with https:// or "
        "webcal://. Its events count as taken; nothing of them is shown or kept but their times.",
    )
    busy_read_at = models.DateTimeField(null=True, editable=False)
    busy_tried_at = models.DateTimeField(null=True, editable=False)
    busy_problem = models.CharField(max_length=200, blank=True, editable=False)

    feed_digest = models.CharField(max_length=64, blank=True, editable=False)
    feed_details = models.BooleanField(
        "names in your calendar feed",
        default=False,
        help_text="Off, your own calendar shows only that there is an appointment, and its reference.",
    )

    class Meta:
        verbose_name_plural = "diary"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="diary_is_one_row")]

    def __str__(self) -> str:
        return "BookingSettings"


class AppointmentType(models.Model):
    """What one kind of appointment needs. There is a row for each kind that a person can ask for."""

    kind = models.CharField(
        max_length=15, unique=True, choices=[(kind.value, kind.label) for kind in Enquiry.BOOKABLE], editable=False
    )
    minutes = models.PositiveSmallIntegerField(
        "length in minutes",
        validators=[MinValueValidator(5, "Enter 5 minutes or more."), at_most(480, "minutes"), on_the_grid],
    )
    minutes_before = models.PositiveSmallIntegerField(
        "minutes kept free before", default=0, validators=[at_most(240, "minutes"), on_the_grid]
    )
    minutes_after = models.PositiveSmallIntegerField(
        "minutes kept free after", default=10, validators=[at_most(240, "minutes"), on_the_grid]
    )
    every = models.PositiveSmallIntegerField(
        "may begin every so many minutes",
        default=30,
        validators=[MinValueValidator(5, "Enter 5 minutes or more."), at_most(240, "minutes"), on_the_grid],
        help_text="Counted from the beginning of your hours: with 30, at 09:00, 09:30, 10:00 …",
    )
    notice_hours = models.PositiveSmallIntegerField(
        "notice in hours",
        default=24,
        validators=[at_most(720, "hours")],
        help_text="Nobody can choose a time that is nearer than this.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "days ahead",
        default=28,
        validators=[MinValueValidator(1, "Enter 1 day or more."), at_most(56, "days")],
        help_text="Nobody can choose a time that is further away than this.",
    )
    daily_cap = models.PositiveSmallIntegerField(
        "at most so many on one day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "Enter 1 or more.")],
        help_text="Leave it empty for no limit.",
    )
    locations = models.ManyToManyField(Location, related_name="+", verbose_name="where")
    fee = models.ForeignKey(Fee, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    publishes_times = models.BooleanField(
        "visitors choose from your free times",
        default=False,
        help_text="On, the form shows the times that are free. Off, it asks for days and parts of the day, and you "
        "answer with times.",
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = "kind of appointment"
        verbose_name_plural = "kinds of appointment"

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def terms(self) -> SlotTerms:
        return SlotTerms(
            minutes=self.minutes,
            before=self.minutes_before,
            after=self.minutes_after,
            every=self.every,
            notice_hours=self.notice_hours,
            horizon_days=self.horizon_days,
        )


class WeeklyHours(models.Model):
    """On one weekday, every week, on London's clock."""

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
            raise ValidationError({"closes": "Enter a time that is later than the beginning."})

    @property
    def rule(self) -> WeeklyRule:
        return WeeklyRule(self.location_id, self.weekday, self.opens, self.closes)


class OpeningException(models.Model):
    """Some days that are different: closed, or extra hours."""

    is_open = models.BooleanField(
        "what is different", choices=[(False, "Closed"), (True, "Extra hours")], default=False
    )
    first_day = models.DateField("first day")
    last_day = models.DateField("last day", blank=True, help_text="Left empty, it is one day.")
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="where",
        help_text="Left empty, it is everywhere.",
    )
    opens = models.TimeField(
        "from", null=True, blank=True, validators=[clock_on_the_grid], help_text="Left empty, it is the whole day."
    )
    closes = models.TimeField("until", null=True, blank=True, validators=[clock_on_the_grid])

    class Meta:
        ordering = ["first_day", "opens"]
        verbose_name = "different day"
        verbose_name_plural = "different days"

    def __str__(self) -> str:
        return f"{self.get_is_open_display()} from {self.first_day:%-d %B %Y}"

    def clean(self) -> None:
        self.last_day = self.last_day or self.first_day
        if self.first_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "Enter a day that is not before the first."})
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": "Enter both times, or neither."})
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": "Enter a time that is later than the beginning."})
        if self.is_open and self.opens is None:
            raise ValidationError({"opens": "Enter from when and until when."})
        self._clean_change_of_clock()

    def _clean_change_of_clock(self) -> None:
        for name in ("opens", "closes"):
            at: time | None = getattr(self, name)
            if at and self.first_day and self.first_day == self.last_day and not is_on_clock(self.first_day, at):
                raise ValidationError({name: f"On that day the clock goes forward and never shows {at:%H:%M}."})

    @property
    def rule(self) -> ExceptionRule:
        return ExceptionRule(
            self.is_open,
            self.first_day,
            self.last_day,
            self.location_id,
            self.opens or time.min,
            self.closes or time.max,
        )


class BusySpan(models.Model):
    """Taken in the therapist's other calendar; the last good copy of it, of which only the times are kept."""

    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"busy from {self.starts_at.astimezone(LONDON):%d.%m. %H:%M}"
