"""The forms of a reply: the message, or a tick that the person was told by phone, and the times."""

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from bookings import formatting
from bookings.admin import unlikely_times
from bookings.admin.reply_context import ReplyContext
from bookings.admin.slot_suggestions import suggest
from bookings.appointments import MAX_OFFERS
from bookings.models import AppointmentType, Purpose
from bookings.models.validators import between, clock_on_the_grid, on_the_grid
from bookings.reply_deadline import END_OF_DAY
from bookings.scheduling.cells import MINUTES
from bookings.slot import Slot
from practice.clock import LONDON, from_wall_clock, is_on_clock
from practice.confirmation import ConfirmationMixin
from practice.models import Location

TAKES_TIME = (Purpose.ACCEPT, Purpose.OFFER, Purpose.AGREED, Purpose.MOVE)
# Nobody means to send one: it is left where a template was to be filled in.
EMPTY_LIST_ITEM = re.compile(r"^[ \t]*[-•][ \t]*$", re.MULTILINE)
MAY_RECORD = (Purpose.AGREED, Purpose.SERIES, Purpose.JOIN)  # without a message to somebody who could be sent one


def minutes_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Length (minutes)",
        required=False,
        validators=[*between(5, 480, "minute"), on_the_grid],
        help_text="Left empty, as long as usual.",
        widget=forms.NumberInput(attrs={"step": MINUTES}),
    )


def video_link_field(**options: Any) -> forms.URLField:
    return forms.URLField(
        required=False,
        assume_scheme="https",
        max_length=500,
        error_messages={"invalid": "Enter the full link, such as https://example.org/room."},
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        **options,
    )


class ReplyForm(ConfirmationMixin, forms.Form):
    """The message, or the tick that they were told by phone. Nothing is sent with `is_recorded`."""

    data: QueryDict  # of what was sent
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the sequence of the appointment shown
    subject = forms.CharField(
        max_length=120,
        help_text="Seen on a locked screen, so keep it neutral.",
        error_messages={"required": "Write a subject."},
    )
    body = forms.CharField(
        label="Message",
        error_messages={"required": "Write the message first."},
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "autocomplete": "off"}),
    )
    told = forms.BooleanField(
        label="I have told them by phone", error_messages={"required": "Tell them first, then tick this."}
    )

    chooses_slots = False
    is_series = False

    def __init__(
        self,
        data: Any = None,
        *,
        reply: ReplyContext,
        is_recorded: bool = False,
        has_fixed_words: bool = False,
        **kwargs: Any,
    ) -> None:
        """With `has_fixed_words`, the initial subject and body stay, whatever was posted."""
        super().__init__(data, **kwargs)
        self.has_fixed_words = has_fixed_words
        self.reply, self.is_recorded = reply, is_recorded
        self.notes: list[str] = []  # facts for the therapist before the act
        for name in ("subject", "body"):
            self.fields[name].required = not is_recorded
            self.fields[name].disabled = has_fixed_words
        if reply.by_email or reply.purpose in (Purpose.AGREED, Purpose.SERIES):  # then they have spoken already
            del self.fields["told"]
        elif not reply.enquiry.contact.may_phone:
            self.fields["told"].label = "I’ll tell them when I can"
            self.fields["told"].error_messages["required"] = "Nothing is sent to them. Tick this if you’ll tell them."
        if reply.asks_for_link:
            self._add_video_link()
        if not reply.by_email:
            del self.fields["subject"], self.fields["body"]

    def clean_body(self) -> str:
        """Turn the line ends of browsers (HTML, form submission) into single line feeds, and refuse an empty bullet."""
        body: str = self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n")
        if EMPTY_LIST_ITEM.search(body):
            raise ValidationError("A list item is still empty. Fill it in, or delete it.")
        return body

    def clean(self) -> dict[str, Any]:
        return (super().clean() or self.cleaned_data) | {"slots": self.reply.slots}

    @property
    def appointment_type(self) -> AppointmentType:
        return self.reply.usual_type

    def time_lines(self) -> list[str]:
        """Return the times as the message says them."""
        if self.chooses_slots:
            spans = [
                (slot.starts_at, slot.starts_at + self.length, slot.location) for slot in self.cleaned_data["slots"]
            ]
        else:
            spans = [(each.starts_at, each.ends_at, each.location) for each in self.reply.appointments]
        return [formatting.span(*span, self.reply.enquiry.contact.time_zone) for span in spans]

    def notes_on_series(self) -> list[str]:
        """Return what the therapist should know of a series before she books it."""
        return []

    @property
    def video_link(self) -> str:
        """Return the appointment's own link, as this reply leaves it."""
        current = self.reply.appointment.video_link if self.reply.appointment else ""
        return self.cleaned_data["video_link"] if "video_link" in self.fields else current

    def _add_video_link(self) -> None:
        location = next((place for place in self.reply.locations if place.kind == Location.Kind.ONLINE), None)
        without = "the standing way to join is used" if location and location.join else "they’re told by when it comes"
        self.fields["video_link"] = video_link_field(
            label="Video link, if it’s online",
            help_text=f"Only for this appointment. Left empty, {without}.",
            initial=self.reply.appointment.video_link if self.reply.appointment else "",
        )

    def unlikely(self) -> list[str]:
        if self.reply.purpose not in TAKES_TIME:
            return []
        return self.notes + unlikely_times.of_slots(self.cleaned_data["slots"], self.length, self.reply.now)

    @property
    def length(self) -> timedelta:
        """Return how long the appointments are that the reply is about."""
        return timedelta(minutes=self.appointment_type.minutes)

    def carried(self) -> list[tuple[str, str]]:
        """Return name and value of what the preview hands on beside the message."""
        names = [name for name in self.fields if name not in ("subject", "body", "idempotency_key")]
        values = ((name, self[name].value()) for name in names)
        pairs = ((name, item) for name, value in values for item in (value if isinstance(value, list) else [value]))
        answer = [(self.confirmation_field, self.confirmation_token)] if self.questions else []
        return answer + [(name, str(item)) for name, item in pairs if item not in (None, "") and item is not False]

    def refuse(self, reason: str) -> None:
        """Show the reason, and make what was filled in ready to be sent once more."""
        self.data["idempotency_key"] = str(uuid.uuid4())
        self.data["body"] = self.data.get("draft", self.data.get("body", ""))
        if self.reply.appointment:
            self.reply.appointment.refresh_from_db()
            self.data["version"] = str(self.reply.appointment.sequence)
        self.add_error(None, reason)


class SlotReplyForm(ReplyForm):
    """A reply with one slot: chosen from those that are free, or typed in London time."""

    chooses_slots = True
    max_slots = 1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(appointment_type.pk): appointment_type for appointment_type in self.reply.types}
        if len(self.types) > 1:
            self._add_types()
        self.locations = {str(location.pk): location for location in self.reply.locations}
        self.now = self.reply.now
        self._add_free(suggest(self.reply.enquiry, self.appointment_type, self.reply.appointment, self.now))
        for number in range(1, self.max_slots + 1):
            self._add_row(number)

    @property
    def appointment_type(self) -> AppointmentType:
        """Return the type chosen in what was sent, else the usual one."""
        return self.types.get(self.data.get("appointment_type", ""), self.reply.usual_type)

    def _add_types(self) -> None:
        self.fields["appointment_type"] = forms.ChoiceField(
            label="Appointment type",
            choices=[(key, appointment_type.name) for key, appointment_type in self.types.items()],
            required=False,
            error_messages={"invalid_choice": "Choose an appointment type from the list."},
        )

    def _add_free(self, free: Iterable[Slot]) -> None:
        """Add the free slots as choices, and what was chosen before, though it may be taken by now."""
        field = forms.MultipleChoiceField if self.max_slots > 1 else forms.ChoiceField
        widget = forms.CheckboxSelectMultiple if self.max_slots > 1 else forms.RadioSelect
        self.fields["free"] = free_slots = field(required=False, label="Free times", widget=widget)
        posted = self.data.getlist("free") if hasattr(self.data, "getlist") else []
        slots = dict.fromkeys([*free, *filter(None, map(self._parse, posted[:MAX_OFFERS]))])
        locations = {slot.location for slot in slots}
        self.only_location = locations.pop() if len(locations) == 1 else None
        choices = [
            (slot.value, formatting.moment(slot.starts_at) if self.only_location else str(slot)) for slot in slots
        ]
        typed_instead = [("", "Another time, entered below")] if choices and self.max_slots == 1 else []
        free_slots.choices = choices + typed_instead

    def _add_row(self, number: int) -> None:
        self.fields[f"day_{number}"] = forms.DateField(
            required=False,
            label="Day",
            error_messages={"invalid": "Enter a day, such as 1 December 2026."},
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
        self.fields[f"at_{number}"] = forms.TimeField(
            required=False,
            label="London time",
            validators=[clock_on_the_grid],
            error_messages={"invalid": "Enter a time, such as 10:00 or 10:05."},
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": MINUTES * 60}),
        )
        self.fields[f"place_{number}"] = forms.ChoiceField(
            label="Place", choices=[(key, location.name) for key, location in self.locations.items()]
        )

    def rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"{name}_{number}"] for name in ("day", "at", "place")] for number in range(1, self.max_slots + 1)
        ]

    def has_more_rows(self) -> bool:
        """Return whether the second or third row is filled in."""
        names = [f"{name}_{number}" for name in ("day", "at") for number in range(2, self.max_slots + 1)]
        return any(self[name].value() for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("free") or []
        values = [chosen] if isinstance(chosen, str) else chosen
        typed = [self._typed(number) for number in range(1, self.max_slots + 1)]
        slots = set(filter(None, [*map(self._parse, values), *typed]))
        cleaned["slots"] = sorted(slots, key=lambda slot: slot.starts_at)
        if not self.errors:
            self._count(len(slots))
        return cleaned

    def _count(self, number: int) -> None:
        if number == 0:
            self.add_error("day_1", "Choose a time, or enter a day and a time.")
        if number > self.max_slots:
            sentence = (
                f"Offer {MAX_OFFERS} times or fewer." if self.max_slots > 1 else "Choose a time or enter one, not both."
            )
            self.add_error("free", sentence)

    def _typed(self, number: int) -> Slot | None:
        """Return the slot typed in a row; None where nothing, or no time that exists, was typed."""
        names = [f"{name}_{number}" for name in ("day", "at", "place")]
        if any(name in self.errors for name in names):
            return None
        day, at, place = (self.cleaned_data[name] for name in names)
        if day is None and at is None:
            return None
        for name, value, missing in ((names[0], day, "Enter a day too."), (names[1], at, "Enter a time too.")):
            if value is None:
                self.add_error(name, missing)
                return None
        return self._on_the_clock(names, day, at, self.locations[place])

    def _on_the_clock(self, names: list[str], day: date, at: time, location: Location) -> Slot | None:
        if not is_near(day, self.now):
            self.add_error(names[0], "Enter a day within the next year.")
        elif not is_on_clock(day, at):
            self.add_error(names[1], f"The clocks go forward that day, so {at:%H:%M} doesn’t exist.")
        elif (starts_at := from_wall_clock(day, at)) <= self.now:
            self.add_error(names[0], f"{formatting.moment(starts_at)} has passed. Enter a time in the future.")
        else:
            if starts_at != from_wall_clock(day, at, fold=1):
                self.notes.append(f"The clocks go back that day, so {at:%H:%M} happens twice. This is the first.")
            return Slot(starts_at, location)
        return None

    def _parse(self, value: str) -> Slot | None:
        slot = Slot.parse(value, self.locations.values())
        return slot if slot and is_near(slot.starts_at.date(), self.now) else None


class OneSlotReplyForm(SlotReplyForm):
    """A reply with one slot, whose appointment may be longer or shorter than its type says."""

    minutes = minutes_field()

    @property
    def length(self) -> timedelta:
        usual = self.reply.appointment if self.reply.purpose == Purpose.MOVE else None
        return timedelta(minutes=self.cleaned_data["minutes"] or (usual or self.appointment_type).minutes)


class OfferReplyForm(SlotReplyForm):
    """A reply with up to three slots, which are held for a while."""

    max_slots = MAX_OFFERS

    held_day = forms.DateField(
        label="Held until the evening of",
        help_text=f"{END_OF_DAY:%H:%M}, London time. Then they are free again.",
        error_messages={"required": "Enter until when you hold them.", "invalid": "Enter a day."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_held_day(self) -> date:
        day = self.cleaned_data["held_day"]
        if not is_near(day, self.now) or from_wall_clock(day, END_OF_DAY) <= self.now:
            raise ValidationError("Enter a day to come, within the next year.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "held_day" in cleaned:
            cleaned["held_until"] = from_wall_clock(cleaned["held_day"], END_OF_DAY)
        return cleaned


def is_near(day: date, now: datetime) -> bool:
    """Return whether the day is within a year; a slip of the finger types the year 0026."""
    return -2 < (day - now.date()).days < 367


def row_values(slots: Iterable[Slot]) -> Iterator[tuple[str, Any]]:
    """Yield the initial values of the rows."""
    for number, slot in enumerate(slots, 1):
        local = slot.starts_at.astimezone(LONDON)
        yield from (
            (f"day_{number}", local.date()),
            (f"at_{number}", local.time()),
            (f"place_{number}", slot.location.pk),
        )
