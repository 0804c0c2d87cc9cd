from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.text import slugify

from bookings.models.validators import at_most, between, on_the_grid
from bookings.scheduling.free_times import SlotTerms
from practice.models import Fee, Location


class AppointmentTypeQuerySet(models.QuerySet["AppointmentType"]):
    def active(self) -> "AppointmentTypeQuerySet":
        return self.filter(is_active=True)

    def on_the_form(self) -> "AppointmentTypeQuerySet":
        return self.active().filter(offered_on_form=True)

    def published(self) -> "AppointmentTypeQuerySet":
        """Keep those whose free times people choose from themselves."""
        return self.active().filter(publishes_times=True)


class AppointmentType(models.Model):
    """What people can be booked for, and what such an appointment needs."""

    name = models.CharField(max_length=60, unique=True, help_text="As visitors choose it in the form.")
    slug = models.SlugField(
        "short name",
        unique=True,
        blank=True,
        help_text="For links: /consultation/?type=short-name chooses it in the form. Made from the name if left empty.",
    )
    explanation = models.CharField(
        max_length=200,
        blank=True,
        help_text="What it is, in a sentence for visitors who do not know. The form shows it.",
    )
    minutes = models.PositiveSmallIntegerField(
        "length (minutes)",
        validators=[*between(5, 480, "minute"), on_the_grid],
    )
    minutes_before = models.PositiveSmallIntegerField(
        "gap before (minutes)", default=0, validators=[at_most(240, "minutes"), on_the_grid]
    )
    minutes_after = models.PositiveSmallIntegerField(
        "gap after (minutes)", default=10, validators=[at_most(240, "minutes"), on_the_grid]
    )
    every = models.PositiveSmallIntegerField(
        "start times every (minutes)",
        default=30,
        validators=[*between(5, 240, "minute"), on_the_grid],
        help_text="Counted from when your hours start: with 30, at 09:00, 09:30, 10:00 …",
    )
    notice_hours = models.PositiveSmallIntegerField(
        "minimum notice (hours)",
        default=24,
        validators=[at_most(720, "hours")],
        help_text="Visitors can’t choose a time sooner than this, nor ask for one before the reply you promise.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "bookable ahead (days)",
        default=28,
        validators=between(1, 56, "day"),
        help_text="Visitors can’t choose a time later than this.",
    )
    daily_cap = models.PositiveSmallIntegerField(
        "daily limit",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "Enter 1 or more.")],
        help_text="Leave empty for no limit.",
    )
    locations = models.ManyToManyField(Location, related_name="+", verbose_name="where")
    fee = models.ForeignKey(Fee, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    offered_on_form = models.BooleanField(
        "visitors can ask for it in the form",
        default=True,
        help_text="Off, only you can book it, for example for somebody who already comes.",
    )
    publishes_times = models.BooleanField(
        "visitors choose from your free times",
        default=False,
        help_text="If on, the form shows your free times. If off, it asks for days and times of day, and you reply "
        "with times.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")
    is_active = models.BooleanField(
        "offered", default=True, help_text="Take the tick away to stop offering it; past appointments keep it."
    )

    objects = AppointmentTypeQuerySet.as_manager()

    open_fields = ("name", "slug", "explanation")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "appointment type"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Fill in a missing short name."""
        self.slug = self.slug or slugify(self.name)[:50]
        if not self.slug:
            raise ValidationError({"slug": "Enter a short name, such as “first-session”."})
        if AppointmentType.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": "Another appointment type has this short name. Choose another one."})

    @property
    def shows_times(self) -> bool:
        return self.is_active and self.publishes_times

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
