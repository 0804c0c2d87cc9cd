from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from bookings.encryption import EncryptedRow, EncryptedTextField, derived_keys
from bookings.models.validators import at_most, between
from practice.tiers import Tier


class BookingSettings(EncryptedRow):
    """The settings of all appointments, in a single row.

    Whatever changes an appointment locks this row first, so that changes happen one after another.
    """

    class MissedFee(models.TextChoices):
        NOTHING = "nothing", "Nothing"
        HALF = "half", "Half of the fee"
        WHOLE = "whole", "The whole fee"

    SINGLE = 1

    version = models.PositiveBigIntegerField(default=0, editable=False)
    travel_minutes = models.PositiveSmallIntegerField(
        "travel time between rooms (minutes)",
        default=40,
        validators=[at_most(240, "minutes")],
        help_text="The shortest gap between two appointments in different rooms.",
    )
    rests_on_bank_holidays = models.BooleanField(
        "closed on bank holidays",
        default=True,
        help_text="Bank holidays in England. To work on one, add extra hours for that day.",
    )
    hold_days = models.PositiveSmallIntegerField(
        "hold offers for (days)",
        default=3,
        validators=between(1, 30, "day"),
        help_text="The suggested time. You can change it for each offer.",
    )
    cancel_notice_hours = models.PositiveSmallIntegerField(
        "notice for cancelling (hours)",
        default=24,
        db_default=24,
        validators=[at_most(336, "hours")],
        help_text="Until so many hours before it begins, people can cancel an appointment free of charge. "
        "With 0, until it begins.",
    )
    late_cancel_fee = models.CharField(
        "due after that",
        max_length=7,
        choices=MissedFee,
        default=MissedFee.NOTHING,
        db_default=MissedFee.NOTHING,
        help_text="What somebody owes who cancels later, or doesn’t attend. You can waive it each time. "
        "What you cancel yourself never costs them anything.",
    )
    next_invoice_number = models.PositiveIntegerField(
        default=1,
        db_default=1,
        validators=[MinValueValidator(1, "Enter 1 or more."), MaxValueValidator(9_999_999, "Enter 7 digits at most.")],
        help_text="Counted up by each invoice. Raise it if your own numbers have got further, also after a backup was "
        "restored, so that none is given twice.",
    )
    remind_hours = models.PositiveSmallIntegerField(
        "first reminder (hours before)",
        null=True,
        blank=True,
        default=24,
        validators=between(1, 336, "hour"),
        help_text="Sent by email, only to people who said that email is safe. Leave empty for no reminder. "
        "A change applies to appointments booked or moved from then on.",
    )
    remind_again_hours = models.PositiveSmallIntegerField(
        "second reminder (hours before)",
        null=True,
        blank=True,
        validators=between(1, 336, "hour"),
    )
    quiet_from = models.TimeField("quiet hours from", default=time(21))
    quiet_until = models.TimeField(
        "quiet hours until", default=time(8), help_text="Reminders due in quiet hours are sent before they start."
    )
    calendar_title = models.CharField(
        "title in calendars",
        max_length=40,
        default="Appointment",
        help_text="Anyone glancing at a phone can read it, so don’t mention therapy or addiction.",
    )
    summary_at = models.TimeField(
        "daily summary at",
        null=True,
        blank=True,
        default=time(8),
        help_text="A short email every day. If it doesn’t arrive, something is wrong. Leave empty for none.",
    )
    summary_made_on = models.DateField(null=True, editable=False)  # the last day that has a summary

    busy_address = EncryptedTextField(
        "address of your other calendar",
        blank=True,
        tier=Tier.REACH,
        help_text="The secret address in iCal format that your calendar gives you. It starts with https:// or "
        "webcal://. Its events block your free times. Only their times are stored.",
    )
    busy_read_at = models.DateTimeField(null=True, editable=False)
    busy_tried_at = models.DateTimeField(null=True, editable=False)
    busy_problem = models.CharField(max_length=200, blank=True, editable=False)

    feed_digest = models.CharField(max_length=64, blank=True, editable=False)
    feed_details = models.BooleanField(
        "show names in your calendar feed",
        default=False,
        help_text="If off, your calendar shows only that there is an appointment, and its reference.",
    )

    open_fields = ("calendar_title", "busy_problem", "feed_digest")

    class Meta:
        verbose_name_plural = "booking settings"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="diary_is_one_row")]

    def __str__(self) -> str:
        return "Booking settings"

    @property
    def text_keys(self) -> list[bytes]:
        return derived_keys()

    @classmethod
    def load(cls) -> "BookingSettings":
        """Return the one row, made if the database is still empty."""
        return cls.objects.get_or_create(pk=cls.SINGLE)[0]
