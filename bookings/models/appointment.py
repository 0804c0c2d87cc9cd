import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce

from bookings.actor import ActorRole
from bookings.encryption import EncryptedRow, EncryptedTextField
from bookings.models.appointment_type import AppointmentType
from bookings.models.booking_settings import BookingSettings
from bookings.models.enquiry import Enquiry
from bookings.models.invoice import Invoice
from bookings.models.person import Person
from bookings.models.series import Series
from bookings.scheduling import cells
from practice.absence import Absence
from practice.models import Location
from practice.tiers import Tier


class SlotConflict(Exception):
    """Another appointment, or what is kept free around it, has that time."""


def new_uid() -> str:
    """Return the appointment's name in every calendar, for as long as it lives (RFC 7986, 5.3)."""
    return f"{uuid.uuid4()}@{settings.MESSAGE_ID_DOMAIN}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    # The Django plugin makes every queryset class generic, so within this one the model is a type of its own.
    def bulk_create(  # type: ignore[override]
        self, objs: Iterable["Appointment"], *args: Any, **kwargs: Any
    ) -> list["Appointment"]:
        """Insert appointments without their cells, because what is only asked for holds no time."""
        objs = list(objs)
        for appointment in objs:
            appointment.derive()
        return super().bulk_create(objs, *args, **kwargs)  # type: ignore[arg-type, return-value]  # see above

    def with_people(self) -> "AppointmentQuerySet":
        """Read the enquiry, its person and its referrer, with their keys, in the same query."""
        return self.select_related("enquiry__person__key", "enquiry__referrer__key")

    def holding(self) -> "AppointmentQuerySet":
        """Keep those that take time from the diary."""
        return self.filter(status__in=Appointment.HOLDING)

    def booked(self) -> "AppointmentQuerySet":
        return self.filter(status=Appointment.Status.BOOKED)

    def outstanding(self, now: datetime) -> "AppointmentQuerySet":
        """Keep those that somebody counts on: booked and still to come, or offered and still held."""
        is_to_come = models.Q(status=Appointment.Status.BOOKED, starts_at__gt=now)
        is_held = models.Q(held_until=None) | models.Q(held_until__gt=now)
        return self.filter(is_to_come | models.Q(is_held, status=Appointment.Status.PROPOSED))

    def came_to_be(self) -> "AppointmentQuerySet":
        """Return whether it was booked and not cancelled since, whether or not its time has come."""
        return self.filter(status__in=Appointment.CAME_TO_BE)

    def unrecorded(self, now: datetime) -> "AppointmentQuerySet":
        """Keep those that are over and of which nobody has recorded whether they took place."""
        return self.booked().filter(ends_at__lte=now)

    def due(self, now: datetime) -> "AppointmentQuerySet":
        """Keep those that have begun, or were missed, and for which something is still to be paid."""
        has_begun = models.Q(status__in=(Appointment.Status.BOOKED, Appointment.Status.FULFILLED), starts_at__lte=now)
        costs = models.Q(has_begun, fee_pence__gt=0) | models.Q(Appointment.IS_MISSED, missed_pence__gt=0)
        return self.filter(costs, payment=Appointment.Payment.DUE)

    def count_and_sum(self) -> tuple[int, int]:
        """Return how many these are and how many pence they cost together."""
        pence = models.Case(models.When(Appointment.IS_MISSED, then="missed_pence"), default="fee_pence")
        result = self.order_by().aggregate(count=models.Count("pk"), pence=models.Sum(pence))
        return result["count"], result["pence"] or 0

    def overpaid(self) -> "AppointmentQuerySet":
        """Keep those for which more was paid than they cost now, because they were cancelled or missed since."""
        is_free = models.Q(status=Appointment.Status.CANCELLED, cancelled_late=False)
        costs_less = models.Q(Appointment.IS_MISSED, paid_pence__gt=Coalesce("missed_pence", 0))
        return self.filter(is_free | costs_less, payment=Appointment.Payment.PAID)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> "AppointmentQuerySet":
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class Appointment(EncryptedRow):
    """A time at a place: asked for, offered or booked. Saving one keeps its cells, so none is ever taken twice."""

    class Status(models.TextChoices):
        """The words of FHIR R4's AppointmentStatus."""

        PENDING = "pending", "Asked for"
        PROPOSED = "proposed", "Offered"
        BOOKED = "booked", "Booked"
        FULFILLED = "fulfilled", "Took place"
        CANCELLED = "cancelled", "Cancelled"
        NOSHOW = "noshow", "Did not attend"

    class Payment(models.TextChoices):
        DUE = "due", "Due"
        PAID = "paid", "Paid"
        WAIVED = "waived", "Waived"

    TRANSITIONS = {
        Status.PENDING: [Status.BOOKED, Status.CANCELLED],
        Status.PROPOSED: [Status.BOOKED, Status.CANCELLED],
        Status.BOOKED: [Status.FULFILLED, Status.CANCELLED, Status.NOSHOW],
        Status.FULFILLED: [Status.NOSHOW, Status.BOOKED],
        Status.NOSHOW: [Status.FULFILLED, Status.BOOKED],
        Status.CANCELLED: [Status.BOOKED],
    }
    OVER = (Status.FULFILLED, Status.NOSHOW)
    CAME_TO_BE = (Status.BOOKED, *OVER)
    HOLDING = (Status.PROPOSED, *CAME_TO_BE)
    IS_MISSED = models.Q(status=Status.NOSHOW) | models.Q(status=Status.CANCELLED, cancelled_late=True)

    IS_COUNTED = IS_MISSED | models.Q(status=Status.FULFILLED)  # in the statistics

    # Protected, so that no appointment goes silently with an enquiry: bookings/people.py erases both.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="appointments")
    appointment_type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes_before = models.PositiveSmallIntegerField(default=0)
    minutes_after = models.PositiveSmallIntegerField(default=0)
    first_cell = models.BigIntegerField(editable=False)  # of those it covers, kept so that hundreds are read at once
    end_cell = models.BigIntegerField(editable=False)  # the first that it no longer covers
    status = models.CharField(max_length=10, choices=Status)
    # The series that it belongs to, and the day that the series gave it; it stays when the appointment moves.
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    series_day = models.DateField(null=True, blank=True, editable=False)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 to 3, of what a person asked for
    held_until = models.DateTimeField(null=True, blank=True)  # of an offer
    # The therapist was away then, knew it and made the appointment or offer all the same.
    despite_absence = models.BooleanField(default=False, editable=False)
    uid = models.CharField(max_length=120, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # RFC 5545, 3.8.7.4
    video_link = EncryptedTextField(blank=True, tier=Tier.REACH)
    notes = EncryptedTextField("private notes", blank=True, tier=Tier.SEALED)
    made_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=10, choices=ActorRole, blank=True)
    cancelled_late = models.BooleanField(default=False, db_default=False)  # by the person, after the last free moment
    # What its type cost when it was booked. Where it is None or 0, nothing is said about money.
    fee_pence = models.PositiveIntegerField(null=True, blank=True)
    missed_pence = models.PositiveIntegerField(null=True, blank=True)  # what is due instead of that, once it was missed
    payment = models.CharField(max_length=6, choices=Payment, default=Payment.DUE, db_default=Payment.DUE)
    settled_at = models.DateTimeField(null=True, blank=True)  # when it was paid or waived
    paid_pence = models.PositiveIntegerField(null=True, blank=True)
    invoice = models.ForeignKey(  # that counts; one that was cancelled has no appointments
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )

    objects = AppointmentQuerySet.as_manager()
    open_fields = ("uid",)

    class Meta:
        ordering = ["starts_at", "rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            models.UniqueConstraint(fields=["series", "series_day"], name="one_appointment_for_a_day_of_a_series"),
            models.CheckConstraint(
                condition=models.Q(series=None, series_day=None)
                | models.Q(series__isnull=False, series_day__isnull=False),
                name="an_appointment_of_a_series_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["status", "starts_at"], name="appointment_in_the_diary")]

    def __str__(self) -> str:
        return f"{self.get_status_display()} for enquiry {self.enquiry_id}"

    @property
    def text_keys(self) -> list[bytes]:
        return self.enquiry.text_keys

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it with its cells. Raises SlotConflict, and saves nothing, if a cell belongs to another appointment."""
        self.derive()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "first_cell", "end_cell"}
        with transaction.atomic():
            super().save(*args, **kwargs)
            self._keep_cells()

    def derive(self) -> None:
        """Set what follows from the other fields: the person of the enquiry, and the cells."""
        self.person_id = self.enquiry.person_id
        self.first_cell, self.end_cell = self.covers.start, self.covers.stop

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    def is_to_come(self, now: datetime) -> bool:
        return self.status == self.Status.BOOKED and self.starts_at > now

    @property
    def is_missed(self) -> bool:
        """Return whether the person cancelled it late or did not attend."""
        return self.status == self.Status.NOSHOW or (self.status == self.Status.CANCELLED and self.cancelled_late)

    @property
    def charge_pence(self) -> int:
        """Return what it costs the person as things stand, whether or not it is paid."""
        if self.is_missed:
            return self.missed_pence or 0
        return (self.fee_pence or 0) if self.status in self.CAME_TO_BE else 0

    @property
    def state_key(self) -> str:
        """Return what a form carries, so that an act on something that has changed meanwhile is noticed."""
        return f"{self.sequence} {self.status} {self.payment} {self.charge_pence} {self.invoice_id or 0}"

    def falls_into(self, absence: Absence | None) -> bool:
        """Return whether the therapist is away then, and has not made it all the same."""
        is_away = absence is not None and absence.overlaps(self.starts_at, self.ends_at)
        return is_away and not self.despite_absence

    @property
    def covers(self) -> range:
        """Return its cells, with what is kept free before and after."""
        return cells.covered(
            self.starts_at - timedelta(minutes=self.minutes_before),
            self.ends_at + timedelta(minutes=self.minutes_after),
        )

    def _keep_cells(self) -> None:
        needed = set(self.covers) if self.status in self.HOLDING else set()
        have = set(self.cells.values_list("number", flat=True))
        # In order, and before any are given back, so that two that have forgotten the lock never wait for each other.
        missing = sorted(needed - have)
        try:
            OccupiedCell.objects.bulk_create(
                [OccupiedCell(diary_id=BookingSettings.SINGLE, appointment=self, number=number) for number in missing]
            )
        except IntegrityError as problem:
            raise SlotConflict from problem
        if have - needed:
            self.cells.filter(number__in=have - needed).delete()


class OccupiedCell(models.Model):
    """Five minutes of the diary, given to one appointment. The database refuses to give them twice."""

    diary = models.ForeignKey(BookingSettings, on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField()
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="cells")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diary", "number"], name="a_cell_is_given_once")]

    def __str__(self) -> str:
        return f"cell {self.number}"
