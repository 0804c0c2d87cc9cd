"""What the therapist fills in to answer: a letter, or a tick that they were told by phone; and the times."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from bookings import formatting
from bookings.appointments import MAX_OFFERS
from bookings.models import AppointmentType, Purpose
from bookings.models.opening_hours import clock_on_the_grid
from bookings.reply_deadline import END_OF_DAY
from bookings.scheduling.cells import MINUTES
from bookings.slots import Slot
from practice.clock import LONDON, from_wall_clock, is_on_clock
from practice.models import Location


class ReplyForm(forms.Form):
    """What every answer has. Without `by_letter` they are told by phone, unless that is what it is about."""

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

    has_times = False

    def __init__(
        self, *args: Any, by_letter: bool = True, must_write: bool = True, must_tell: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            self.fields[name].required = must_write
        if by_letter or not must_tell:
            del self.fields["told"]
        if not by_letter:
            del self.fields["subject"], self.fields["body"]

    def clean_body(self) -> str:
        """Browsers send every end of a line as two letters (HTML, form submission)."""
        return self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n")

    def carried(self) -> list[tuple[str, str]]:
        """Name and value of what the preview hands on beside the letter."""
        values = (
            (name, self[name].value()) for name in self.fields if name not in ("subject", "body", "idempotency_key")
        )
        return [
            (name, str(one))
            for name, value in values
            for one in (value if isinstance(value, list) else [value])
            if one not in (None, "") and one is not False
        ]


class SlotReplyForm(ReplyForm):
    """One time: chosen from those that are free, or typed on London’s clock."""

    has_times = True
    most = 1

    def __init__(
        self,
        *args: Any,
        places: Iterable[Location],
        types: Iterable[AppointmentType] = (),
        free: Iterable[Slot] = (),
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(appointment_type.pk): appointment_type for appointment_type in types}
        if len(self.types) > 1:
            self._add_types()
        self.places = {str(place.pk): place for place in places}
        self.now = now
        self.notes: list[str] = []
        self._add_free(free)
        for number in range(1, self.most + 1):
            self._add_row(number)

    def _add_types(self) -> None:
        self.fields["appointment_type"] = forms.ChoiceField(
            label="Appointment type",
            choices=[(key, appointment_type.name) for key, appointment_type in self.types.items()],
            required=False,
            error_messages={"invalid_choice": "Choose an appointment type from the list."},
        )

    def _add_free(self, free: Iterable[Slot]) -> None:
        """What was chosen stays to be seen, though it may be taken by now."""
        field = forms.MultipleChoiceField if self.most > 1 else forms.ChoiceField
        widget = forms.CheckboxSelectMultiple if self.most > 1 else forms.RadioSelect
        self.fields["free"] = free_times = field(required=False, label="Free times", widget=widget)
        offered = {one.value: one for one in free}
        posted = self.data.getlist("free") if hasattr(self.data, "getlist") else []
        offered |= {choice: one for choice in posted[:MAX_OFFERS] if (one := self._from_choice(choice))}
        there = {one.location for one in offered.values()}
        self.only_place = there.pop() if len(there) == 1 else None
        choices = [(choice, self._said(one)) for choice, one in offered.items()]
        typed_instead = [("", "Another time, entered below")] if choices and self.most == 1 else []
        free_times.choices = choices + typed_instead

    def _said(self, one: Slot) -> str:
        """With its place, unless it is the same for all."""
        return formatting.moment(one.starts_at) + ("" if self.only_place else f", {one.location.name}")

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
            label="Place", choices=[(key, place.name) for key, place in self.places.items()]
        )

    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{number}"] for name in ("day", "at", "place")] for number in range(1, self.most + 1)]

    def has_more_rows(self) -> bool:
        """Something is in the second or third row."""
        names = [f"{name}_{number}" for name in ("day", "at") for number in range(2, self.most + 1)]
        return any(self[name].value() for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("free") or []
        values = [chosen] if isinstance(chosen, str) else chosen
        times = [one for value in values if (one := self._from_choice(value))]
        times += [one for number in range(1, self.most + 1) if (one := self._typed(number))]
        cleaned["times"] = sorted(set(times), key=lambda one: one.starts_at)
        if not self.errors:
            self._count(len(cleaned["times"]))
        return cleaned

    def _count(self, number: int) -> None:
        if number == 0:
            self.add_error("day_1", "Choose a time, or enter a day and a time.")
        if number > self.most:
            say = f"Offer {MAX_OFFERS} times or fewer." if self.most > 1 else "Choose a time or enter one, not both."
            self.add_error("free", say)

    def _typed(self, number: int) -> Slot | None:
        """None where nothing, or no time that exists, was typed."""
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
        return self._on_the_clock(names, day, at, self.places[place])

    def _on_the_clock(self, names: list[str], day: date, at: time, place: Location) -> Slot | None:
        if not is_near(day, self.now):
            self.add_error(names[0], "Enter a day within the next year.")
        elif not is_on_clock(day, at):
            self.add_error(names[1], f"The clocks go forward that day, so {at:%H:%M} doesn’t exist.")
        elif (starts_at := from_wall_clock(day, at)) <= self.now:
            self.add_error(names[0], f"{formatting.moment(starts_at)} has passed. Enter a time in the future.")
        else:
            if starts_at != from_wall_clock(day, at, fold=1):
                self.notes.append(f"The clocks go back that day, so {at:%H:%M} happens twice. This is the first.")
            return Slot(starts_at, place)
        return None

    def _from_choice(self, choice: str) -> Slot | None:
        slot = Slot.parse(choice, self.places.values())
        return slot if slot and is_near(slot.starts_at.date(), self.now) else None


class OfferReplyForm(SlotReplyForm):
    most = MAX_OFFERS

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

    def held_until(self) -> datetime:
        return from_wall_clock(self.cleaned_data["held_day"], END_OF_DAY)


FORMS = {Purpose.OFFER: OfferReplyForm, Purpose.AGREED: SlotReplyForm, Purpose.MOVE: SlotReplyForm}


def form_for(purpose: str) -> type[ReplyForm]:
    return FORMS.get(Purpose(purpose), ReplyForm)


def is_near(day: date, now: datetime) -> bool:
    """Within a year; a slip of the finger types the year 0026."""
    return -2 < (day - now.date()).days < 367


def typed(times: Iterable[Slot]) -> Iterator[tuple[str, Any]]:
    """Initial values of the rows."""
    for number, one in enumerate(times, 1):
        local = one.starts_at.astimezone(LONDON)
        yield from (
            (f"day_{number}", local.date()),
            (f"at_{number}", local.time()),
            (f"place_{number}", one.location.pk),
        )
