import uuid
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

WORKING_DAYS = "Enter 1 to 10 working days."


def dial(number: str) -> str:
    """A telephone number as a tel: link takes it (RFC 3966): digits, and a plus in front if there was one."""
    digits = "".join(character for character in number if character.isdigit())
    return f"+{digits}" if number.strip().startswith("+") else digits


def within_a_year(day: date) -> None:
    """A slip of the finger must not promise answers for the next century. A day that is over does no harm."""
    if day > timezone.localdate() + timedelta(days=366):
        raise ValidationError("Enter a day within the next year.")


class Practice(models.Model):
    """The one row of facts about the practice; everything that names a fact reads it here."""

    class BusinessType(models.TextChoices):
        LOCAL = "LocalBusiness", "A local practice"
        MEDICAL = "MedicalBusiness", "A medical practice"

    SINGLE = 1

    name = models.CharField(
        "name of the practice",
        max_length=80,
        help_text="As visitors see it at the top of every page.",
    )
    therapist_name = models.CharField(
        "your name",
        max_length=80,
        blank=True,
        help_text="As you sign a letter. Until you fill it in, pages leave it out.",
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
        help_text="As your professional body’s register shows it. Until you fill it in, pages leave it out.",
    )
    phone = models.CharField(
        "phone number",
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[+\d][\d ()./-]{4,}$", "Enter a phone number, such as 020 7946 0018.")],
        help_text="Shown in the foot of every page and when the form cannot be used.",
    )
    reply_to = models.EmailField(
        "your address for replies",
        blank=True,
        help_text="Where an answer goes when a person presses Reply to a message from the site.",
    )
    notification_address = models.EmailField(
        "where to tell you",
        blank=True,
        help_text="A short notice goes here when somebody writes. It never holds a name or a word of what they wrote. "
        "Left empty, it goes to the address your site was installed with.",
    )
    sender_name = models.CharField(
        "neutral sender name",
        max_length=40,
        default="Appointments",
        validators=[RegexValidator(r"^[^\r\n<>\"@]+$", "Use letters and spaces only.")],
        help_text="What a person’s phone shows when the site writes to them. "
        "Anyone glancing at the screen can read it, so it should not speak of therapy or addiction.",
    )
    reply_days = models.PositiveSmallIntegerField(
        "you reply within (working days)",
        default=1,
        validators=[MinValueValidator(1, WORKING_DAYS), MaxValueValidator(10, WORKING_DAYS)],
        help_text="What the site promises. The deadline is 17:00 London time; weekends and bank holidays do not count.",
    )
    away_until = models.DateField(
        "you are away until",
        null=True,
        blank=True,
        validators=[within_a_year],
        help_text="The day you are back. Until then the form says that you are away, and its promise counts from that "
        "day. Once it has come, nothing is left to do. Leave it empty while you are here.",
    )
    leave_url = models.URLField(
        "where “Leave this site” goes",
        default="https://www.bbc.co.uk/weather",
        help_text="An everyday page that says nothing about why someone was here.",
    )
    business_type = models.CharField(
        "what search engines are told you are",
        max_length=20,
        choices=BusinessType,
        default=BusinessType.LOCAL,
        help_text="Medical only if you are registered with the Health and Care Professions Council (HCPC).",
    )
    version = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "practice"
        verbose_name_plural = "practice"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="practice_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dial(self) -> str:
        return dial(self.phone)

    def still_to_fill_in(self) -> list[str]:
        """Names of the facts that only the therapist knows and that are still empty."""
        asked = {"therapist_name", "credentials", "registration", "phone", "reply_to", "notification_address"}
        fields = [field for field in self._meta.fields if field.name in asked]
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

    name = models.CharField(max_length=60, help_text="As visitors choose it in the form.")
    slug = models.SlugField(
        "short name",
        unique=True,
        help_text="Part of web addresses; leave it as it is once the site is known.",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    address = models.TextField(
        blank=True,
        help_text="One line for each line on an envelope. Until you fill it in, pages leave it out.",
    )
    travel = models.TextField(
        "how to get there",
        blank=True,
        help_text="Nearest stations, which bell to ring, how to arrive unnoticed.",
    )
    access = models.TextField(
        "access",
        blank=True,
        help_text="Steps, lift, toilets, seating: what someone needs to know before coming.",
    )
    sketch = models.CharField(
        "sketch of the way",
        max_length=40,
        choices=Sketch,
        blank=True,
        help_text="Drawn below the place, on pages that show it alone.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")
    is_active = models.BooleanField(
        "offered", default=True, help_text="Take the tick away to stop offering it; past enquiries keep it."
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class FeeQuerySet(models.QuerySet):
    def known(self) -> "FeeQuerySet":
        """What visitors may read: offered, and its amount filled in."""
        return self.filter(is_active=True, pence__isnull=False)


class Fee(models.Model):
    """What a visitor pays for; pages refer to it, so that a new amount is right everywhere at once."""

    name = models.CharField("what it is for", max_length=60, help_text="For example “Private session”.")
    minutes = models.PositiveSmallIntegerField(
        "length in minutes",
        null=True,
        blank=True,
        validators=[MinValueValidator(5, "Enter 5 minutes or more."), MaxValueValidator(480, "Enter 480 or fewer.")],
        help_text="Leave it empty where the length is not fixed.",
    )
    pence = models.PositiveIntegerField("amount in pence", null=True, blank=True)
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")
    is_active = models.BooleanField(
        "offered", default=True, help_text="Take the tick away to leave it out of every page that names it."
    )

    objects = FeeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> str:
        """Such as “£90”, “£82.50” or “free of charge”; empty while it is not filled in."""
        if not self.pence:
            return "" if self.pence is None else "free of charge"
        pounds, pence = divmod(self.pence, 100)
        return f"£{pounds:,}" + (f".{pence:02}" if pence else "")

    @property
    def length(self) -> str:
        return f"{self.minutes} minutes" if self.minutes else ""


class SupportLine(models.Model):
    """A line of urgent help, in the same order on every page (WCAG 2.2, 3.2.6 Consistent Help)."""

    STALE_AFTER_DAYS = 183

    name = models.CharField(max_length=80)
    number = models.CharField(max_length=40, help_text="As people dial it.")
    note = models.CharField(max_length=120, blank=True, help_text="When to use it, in a few words.")
    verified_on = models.DateField(
        "last verified",
        help_text="The day you last rang or looked it up. After six months your desk asks you to look again.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Smaller numbers come first.")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "urgent help line"

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def dial(self) -> str:
        return dial(self.number)


class FailedSignIn(models.Model):
    """A wrong password for a name, known only by its digest; it counts for a quarter of an hour."""

    digest = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"failed sign-in at {self.at:%H:%M}"
