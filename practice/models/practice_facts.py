"""The facts about the practice that its pages and messages mention."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from practice.absence import Absence
from practice.email_addresses import EmailAddressField
from practice.phone_numbers import dial

WORKING_DAYS = "Enter 1 to 10 working days."
EMERGENCY = "999"
EMERGENCY_STAYS = "999 has to stay: every page tells people in danger to call it. Add another line instead."


def within_a_year(day: date) -> None:
    """Refuse a day more than a year ahead, probably a slip. A past day is allowed because it has no effect."""
    if day > timezone.localdate() + timedelta(days=366):
        raise ValidationError("Enter a day within the next year.")


def not_reserved(slug: str) -> None:
    """Refuse a short name of a location that the apps use for something else beside the locations."""
    if slug.lower() in {name for path in settings.RESERVED_LOCATION_SLUGS for name in import_string(path)}:
        raise ValidationError(f"“{slug}” is used by the site itself. Choose another short name.")


class Practice(models.Model):
    """The only row of facts about the practice. Everything that mentions a fact reads it here."""

    class BusinessType(models.TextChoices):
        LOCAL = "LocalBusiness", "A local practice"
        MEDICAL = "MedicalBusiness", "A medical practice"

    SINGLE = 1

    name = models.CharField(
        "name of the practice",
        max_length=80,
        help_text="Visitors see it at the top of every page.",
    )
    therapist_name = models.CharField(
        "your name",
        max_length=80,
        blank=True,
        help_text="As you sign letters. Pages leave it out until you fill it in.",
    )
    credentials = models.CharField(
        max_length=200,
        blank=True,
        help_text="Qualifications and memberships you hold today, for example “MA, registered member of …”. "
        "Advertising rules (CAP Code) allow only what you can prove.",
    )
    registration = models.CharField(
        "registration number",
        max_length=40,
        blank=True,
        help_text="As your professional body’s register shows it. Pages leave it out until you fill it in.",
    )
    phone = models.CharField(
        "phone number",
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[+\d][\d ()./-]{4,}$", "Enter a phone number, such as 020 7946 0018.")],
        help_text="Shown at the foot of every page, and wherever the form can’t be used.",
    )
    reply_to = EmailAddressField(
        "reply address",
        blank=True,
        help_text="When someone replies to a message from the site, their reply goes here.",
    )
    notification_address = EmailAddressField(
        "notification email",
        blank=True,
        help_text="A short notice is sent here when you get an enquiry. It never includes a name or any words "
        "of the enquiry. If you leave this empty, it goes to the address the site was installed with.",
    )
    sender_name = models.CharField(
        "sender name",
        max_length=40,
        default="Appointments",
        validators=[RegexValidator(r"^[^\r\n<>\"@]+$", "Use letters and spaces only.")],
        help_text="Shown as the sender of messages from the site. Anyone who glances at a phone can read it, so "
        "don’t mention therapy or addiction.",
    )
    reply_days = models.PositiveSmallIntegerField(
        "reply within (working days)",
        default=1,
        validators=[MinValueValidator(1, WORKING_DAYS), MaxValueValidator(10, WORKING_DAYS)],
        help_text="The site promises this. The deadline is 17:00 London time; weekends and bank holidays don’t count.",
    )
    away_first_day = models.DateField(
        "away from",
        null=True,
        blank=True,
        validators=[within_a_year],
        help_text="The first day you’re away. Nobody is offered a time on any day from here to the last one, whoever "
        "writes is told, and these days don’t count for your reply time. You don’t need to clear it afterwards.",
    )
    away_last_day = models.DateField(
        "up to and including",
        null=True,
        blank=True,
        validators=[within_a_year],
        help_text="The last day you’re away; for a single day, the same one again.",
    )
    client_record_years = models.PositiveSmallIntegerField(
        "keep client records for (years)",
        default=7,
        db_default=7,
        validators=[MinValueValidator(1, "Enter at least 1 year."), MaxValueValidator(30, "Enter at most 30 years.")],
        help_text="After the last appointment. Then the record is erased by itself. Your privacy notice and this "
        "number must agree, so let the notice name it as a fact. Ask your insurer and your professional body how long.",
    )
    leave_url = models.URLField(
        "“Leave this site” address",
        default="https://www.bbc.co.uk/weather",
        help_text="The button “Leave this site” opens this page. Choose an everyday one, such as the weather.",
    )
    business_type = models.CharField(
        "business type",
        max_length=20,
        choices=BusinessType,
        default=BusinessType.LOCAL,
        help_text="Told to search engines. Choose the medical one only if you are registered with the Health and Care "
        "Professions Council (HCPC).",
    )
    version = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "practice"
        verbose_name_plural = "practice"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="practice_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(away_first_day__isnull=True, away_last_day__isnull=True)
                | models.Q(
                    away_first_day__isnull=False,
                    away_last_day__isnull=False,  # a comparison with nothing is unknown, which a constraint accepts
                    away_last_day__gte=models.F("away_first_day"),
                ),
                name="away_has_a_first_and_a_last_day",
                violation_error_message="Enter the first and the last day that you’re away, in this order.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse an absence with one day only, or with its days in the wrong order."""
        if self.away_first_day is None and self.away_last_day is not None:
            raise ValidationError({"away_first_day": "Enter the first day too, or leave both empty."})
        if self.away_first_day is not None and self.away_last_day is None:
            raise ValidationError({"away_last_day": "Enter the last day too, or leave both empty."})
        if self.absence and self.absence.last_day < self.absence.first_day:
            raise ValidationError({"away_last_day": "Enter a last day that isn’t before the first day."})

    @property
    def absence(self) -> Absence | None:
        """Return when the therapist is, was or will be away."""
        if self.away_first_day is None or self.away_last_day is None:
            return None
        return Absence(self.away_first_day, self.away_last_day)

    @property
    def dial(self) -> str:
        return dial(self.phone)

    def still_to_fill_in(self) -> list[str]:
        """Return the names of the empty fields that only the therapist can fill in."""
        names = {"therapist_name", "credentials", "registration", "phone", "reply_to", "notification_address"}
        fields = [field for field in self._meta.fields if field.name in names]
        return [str(field.verbose_name) for field in fields if not getattr(self, field.name)]


class LocationQuerySet(models.QuerySet):
    def active(self) -> "LocationQuerySet":
        return self.filter(is_active=True)


class Location(models.Model):
    class Kind(models.TextChoices):
        ROOM = "room", "A consulting room"
        ONLINE = "online", "Online"

    class Sketch(models.TextChoices):
        """The drawings in templates/components/sketches, by file name."""

        HARLEY_STREET = "harley-street", "Harley Street, from Oxford Circus"
        ST_PAULS = "st-pauls", "St Paul’s, from the cathedral"

    name = models.CharField(max_length=60, help_text="Visitors choose it by this name in the form.")
    slug = models.SlugField(
        "short name",
        unique=True,
        validators=[not_reserved],
        help_text="Part of web addresses. Don’t change it once people have links to the site.",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    address = models.TextField(
        blank=True,
        help_text="As on an envelope, line by line. Pages leave it out until you fill it in.",
    )
    travel = models.TextField(
        "how to get there",
        blank=True,
        help_text="The nearest stations, which bell to ring, how to arrive discreetly.",
    )
    access = models.TextField(
        "access",
        blank=True,
        help_text="Steps, lift, toilets, seating: anything someone needs to know before they come.",
    )
    arriving = models.TextField(
        "when they arrive",
        max_length=500,
        blank=True,
        db_default="",
        help_text="Only for a room: where to wait, what to bring. It is in every message about an appointment there, "
        "and on their private page.",
    )
    join = models.TextField(
        "how to join",
        max_length=500,
        blank=True,
        help_text="Only for a place online: the standing link to your video room, and what else somebody needs to "
        "join. It is in every message about an appointment there, and on their private page. An appointment can have "
        "a link of its own.",
    )
    sketch = models.CharField(
        "sketch of the way",
        max_length=40,
        choices=Sketch,
        blank=True,
        help_text="Drawn below the place, on pages that show it alone.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Lower numbers come first.")
    is_active = models.BooleanField(
        "offered", default=True, help_text="Untick it to stop offering this location. Past enquiries keep it."
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class FeeQuerySet(models.QuerySet):
    def known(self) -> "FeeQuerySet":
        """Return the fees that visitors may read: on offer, with an amount."""
        return self.filter(is_active=True, pence__isnull=False)


class Fee(models.Model):
    """The price of something. Pages refer to it, so a new amount appears everywhere at once."""

    name = models.CharField(max_length=60, help_text="For example “Private session”.")
    minutes = models.PositiveSmallIntegerField(
        "length in minutes",
        null=True,
        blank=True,
        validators=[
            MinValueValidator(5, "Enter 5 minutes or more."),
            MaxValueValidator(480, "Enter 480 minutes or less."),
        ],
        help_text="Leave it empty if the length varies.",
    )
    pence = models.PositiveIntegerField("amount in pence", null=True, blank=True)
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Lower numbers come first.")
    is_active = models.BooleanField(
        "offered", default=True, help_text="Untick it to remove this fee from every page that mentions it."
    )

    objects = FeeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> str:
        """Return “£90”, “£82.50” or “free of charge”, or nothing while the amount is unknown."""
        if not self.pence:
            return "" if self.pence is None else "free of charge"
        pounds, pence = divmod(self.pence, 100)
        return f"£{pounds:,}" + (f".{pence:02}" if pence else "")

    @property
    def length(self) -> str:
        return f"{self.minutes} minutes" if self.minutes else ""


class SupportLineQuerySet(models.QuerySet["SupportLine"]):
    def emergency(self) -> "SupportLineQuerySet":
        return self.filter(pk__in=[line.pk for line in self if line.dial == EMERGENCY])

    def removal_refusal(self) -> str:
        """Return why these lines cannot be removed, or nothing."""
        others = SupportLine.objects.exclude(pk__in=self.values("pk"))
        if self.emergency().exists() and not others.emergency().exists():
            return EMERGENCY_STAYS
        return "" if others.exists() else "Keep at least one line, because every page shows them."


class SupportLine(models.Model):
    """A line for urgent help. The order is the same on every page (WCAG 2.2, 3.2.6 Consistent Help)."""

    STALE_AFTER_DAYS = 183

    name = models.CharField(max_length=80)
    number = models.CharField(
        max_length=40,
        validators=[RegexValidator(r"^\+?[0-9][0-9 ]+$", "Enter a number that can be dialled, such as 116 123.")],
        help_text="The number as people dial it.",
    )
    by_text = models.BooleanField(
        "text line", default=False, help_text="Tick it if people send a text message to this number and don’t ring it."
    )
    note = models.CharField(max_length=120, blank=True, help_text="When to use it, in a few words.")
    verified_on = models.DateField(
        "last verified",
        validators=[MaxValueValidator(timezone.localdate, "Enter a day that isn’t in the future.")],
        help_text="The day you last rang or looked up this number. After six months, your desk asks you to check it.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Lower numbers come first.")

    objects = SupportLineQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "urgent help line"

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    def clean(self) -> None:
        """Refuse to make another line of the emergency number."""
        same = SupportLine.objects.filter(pk=self.pk)
        is_emergency = self.dial == EMERGENCY and not self.by_text
        if not is_emergency and same.emergency().exists() and same.removal_refusal() == EMERGENCY_STAYS:
            raise ValidationError({"by_text" if self.dial == EMERGENCY else "number": EMERGENCY_STAYS})

    @property
    def dial(self) -> str:
        return dial(self.number)

    @property
    def href(self) -> str:
        """Return the link that rings the number or starts a text message (RFC 3966, RFC 5724)."""
        return f"{'sms' if self.by_text else 'tel'}:{self.dial}"
