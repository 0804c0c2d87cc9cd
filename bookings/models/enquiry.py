import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.db import models

from bookings.actor import ActorRole
from bookings.encryption import EncryptedRow, EncryptedTextField
from bookings.messages.definitions import MessageChannel
from bookings.models.appointment_type import AppointmentType
from bookings.models.person import Person
from practice.models import Location
from practice.tiers import Tier

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another when read aloud


def new_reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


class EnquiryQuerySet(models.QuerySet):
    def with_people(self) -> "EnquiryQuerySet":
        """Read the person and the referrer, with their keys, in the same query."""
        return self.select_related("person__key", "referrer__key")

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "EnquiryQuerySet":
        """Leave out complaints where the user may not read what people wrote: that somebody complains says enough."""
        if isinstance(user, User) and user.has_perm("bookings.read_sealed"):
            return self
        return self.exclude(kind=Enquiry.Kind.COMPLAINT)

    def waiting(self) -> "EnquiryQuerySet":
        return self.filter(status=Enquiry.Status.WAITING)

    def set_aside(self) -> "EnquiryQuerySet":
        return self.filter(status=Enquiry.Status.SET_ASIDE)

    def reachable_by(self, channel: MessageChannel) -> "EnquiryQuerySet":
        """Leave out those who chose other channels only; Person.address_for knows the rest."""
        match channel:
            case MessageChannel.EMAIL:
                by_email = [Person.Channel.EMAIL, Person.Channel.EITHER]
        by_person = models.Q(referrer=None, person__channel__in=by_email)
        return self.filter(by_person | models.Q(referrer__channel__in=by_email))

    def most_urgent_first(self) -> "EnquiryQuerySet":
        return self.order_by(*urgency())


def urgency() -> list:
    """Sort those who wait first, nearest deadline and longest wait on top; then everybody else, the newest on top."""
    waits = models.Q(status=Enquiry.Status.WAITING)

    def if_waiting(field: str) -> models.expressions.OrderBy:
        when = models.When(waits, then=field)
        return models.Case(when, output_field=models.DateTimeField()).asc(nulls_last=True)

    return [if_waiting("reply_due"), if_waiting("received_at"), "-received_at", "-pk"]


class Enquiry(EncryptedRow):
    class Kind(models.TextChoices):
        REQUEST = "request", "Request"
        COMPLAINT = "complaint", "Complaint"

    class Source(models.TextChoices):
        FORM = "form", "By the form"
        HAND = "hand", "By hand"

    class Behalf(models.TextChoices):
        MYSELF = "myself", "Themselves"
        SOMEONE_ELSE = "someone_else", "Someone else"
        PROFESSIONAL = "professional", "A client or patient of theirs"

    class PersonKnows(models.TextChoices):
        YES = "yes", "Yes, and they agree"
        NO = "no", "Not yet"

    class Part(models.TextChoices):
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"
        EVENING = "evening", "Evening"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for you"
        ANSWERED = "answered", "Answered"
        BOOKED = "booked", "Appointment agreed"
        LISTED = "listed", "On your waiting list"
        PAUSED = "paused", "Paused by them"
        CLOSED = "closed", "Closed"
        SET_ASIDE = "set_aside", "Set aside as possible spam"

    ON_THE_WAY_TO_AN_APPOINTMENT = (Status.BOOKED, Status.LISTED, Status.PAUSED)
    TRANSITIONS = {
        Status.WAITING: [
            Status.ANSWERED,
            Status.BOOKED,
            Status.LISTED,
            Status.CLOSED,
            Status.SET_ASIDE,
            Status.PAUSED,
        ],
        Status.ANSWERED: [Status.BOOKED, Status.WAITING, Status.LISTED, Status.CLOSED, Status.PAUSED],
        Status.BOOKED: [Status.ANSWERED, Status.WAITING, Status.CLOSED],
        Status.LISTED: [Status.WAITING, Status.ANSWERED, Status.BOOKED, Status.CLOSED, Status.PAUSED],
        Status.PAUSED: [Status.WAITING, Status.ANSWERED, Status.BOOKED, Status.CLOSED],
        Status.CLOSED: [Status.WAITING],
        Status.SET_ASIDE: [Status.WAITING, Status.CLOSED],
    }

    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    # Digests of the answers, with and without the token of the form. Both are forgotten once no second copy can come
    # any more; see enquiries.forget_digests.
    form_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 (several are null)
    answers_digest = models.CharField(max_length=64, db_index=True, blank=True, editable=False)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.REQUEST)
    # How it came. The default of the database is for the release before, which knows only the form.
    source = models.CharField("came", max_length=4, choices=Source, default=Source.FORM, db_default=Source.FORM)
    appointment_type = models.ForeignKey(  # what a request asks for
        AppointmentType, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    # What is written below is encrypted under this person's key; `people.hand_over` gives it to another person.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enquiries")
    referrer = models.ForeignKey(  # the professional who writes on behalf of the person
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    on_behalf = models.CharField("for", max_length=15, choices=Behalf)
    person_knows = models.CharField(max_length=3, choices=PersonKnows, blank=True)

    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries")
    days = models.JSONField(default=list, blank=True)  # 0 is Monday; empty: not ready to choose
    parts = models.JSONField(default=list, blank=True)
    # The times they asked for, each in UTC with its place, whatever has become of them since; empty: none.
    requested_times = models.JSONField(default=list, blank=True)

    check_in_on = models.DateField(null=True, blank=True)  # the day they allowed one gentle question
    message = EncryptedTextField(blank=True, tier=Tier.SEALED)

    notice_version = models.CharField("privacy notice", max_length=20, blank=True)
    received_at = models.DateTimeField()
    reply_due = models.DateTimeField("reply by")
    nudge_at = models.DateTimeField(null=True, editable=False)  # when half the time until then has passed
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    set_aside_because = models.CharField(max_length=100, blank=True)
    keep_until = models.DateField("kept until", null=True, blank=True)

    objects = EnquiryQuerySet.as_manager()
    open_fields = (
        "reference",
        "form_digest",
        "answers_digest",
        "days",
        "parts",
        "requested_times",
        "notice_version",
        "set_aside_because",
    )

    class Meta:
        verbose_name_plural = "enquiries"
        ordering = ["-received_at"]
        permissions = [
            ("read_sealed", "Can read what people wrote, letters, private notes and complaints"),
            ("write_reply", "Can write replies in their own words, not only from templates"),
            ("view_statistics", "Can view statistics"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="request", appointment_type__isnull=False)
                | models.Q(kind="complaint", appointment_type__isnull=True),
                name="a_request_has_an_appointment_type_and_a_complaint_has_none",
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf="professional", referrer__isnull=False)
                | (~models.Q(on_behalf="professional") & models.Q(referrer__isnull=True)),
                name="a_referral_has_a_referrer",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "reply_due"], name="enquiry_inbox"),
            models.Index(fields=["received_at"], name="enquiry_received_at"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def text_keys(self) -> list[bytes]:
        """Return those of the person, also where a professional wrote: it is about the person."""
        return self.person.text_keys

    @property
    def contact(self) -> Person:
        """Return the one who wrote and is answered: the professional of a referral, else the person."""
        return self.referrer or self.person

    @property
    def is_referral(self) -> bool:
        return self.referrer_id is not None

    @property
    def is_complaint(self) -> bool:
        return self.kind == self.Kind.COMPLAINT

    @property
    def is_bookable(self) -> bool:
        return self.kind == self.Kind.REQUEST

    @property
    def is_by_hand(self) -> bool:
        """Return whether it was entered on the desk: nobody chose anything in the form or was promised a reply."""
        return self.source == self.Source.HAND

    @property
    def asked_for(self) -> str:
        """Return the name of the appointment type, or that it is a complaint."""
        return self.appointment_type.name if self.appointment_type else self.get_kind_display()

    @property
    def where(self) -> str:
        if self.location:
            return self.location.name
        return "Not chosen yet" if self.is_by_hand else "No preference"

    def allowed_moves(self) -> list["Enquiry.Status"]:
        """Return what the table leads to from here; for a complaint, nothing that leads to an appointment."""
        moves = self.TRANSITIONS[self.Status(self.status)]
        if self.is_complaint:
            return [status for status in moves if status not in self.ON_THE_WAY_TO_AN_APPOINTMENT]
        return moves

    def is_overdue(self, now: datetime) -> bool:
        return self.status == self.Status.WAITING and now > self.reply_due


class Event(EncryptedRow):
    """One thing that happened to an enquiry; its history is these rows, the replies and what was delivered."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        ENTERED = "entered", "Entered by hand"
        ADDED = "added", "Sent again by them"
        MOVED = "moved", "Moved"
        NOTE = "note", "Private note"
        DIARY = "diary", "Your diary"
        PERSON = "person", "By them"
        NOT_SENT = "not_sent", "Not sent"

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    role = models.CharField(max_length=10, choices=ActorRole)
    user = models.ForeignKey(  # of a therapist, while the account exists
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    text = EncryptedTextField(blank=True, tier=Tier.SEALED)
    moved_to = models.CharField(max_length=10, choices=Enquiry.Status, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.enquiry_id})"

    @property
    def text_keys(self) -> list[bytes]:
        return self.enquiry.text_keys
