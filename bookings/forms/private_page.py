"""The forms of the private page."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from bookings.appointments import MAX_PREFERENCES
from bookings.forms.consultation import WEEKDAYS
from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import SomeOfField
from bookings.models import AppointmentType, Enquiry
from bookings.slot import Slot
from bookings.views.private_page_times import PrivatePageTimes
from practice.clock import localdate

MAX_PAUSE = timedelta(days=365)
NOT_LISTED = "Choose a time from the list"
CHOICES = [("first", "First choice"), ("second", "Second choice (optional)"), ("third", "Third choice (optional)")]


class RequestSlotsForm(FormWithErrorSummary):
    """A request for up to three published slots in order, for days and parts of the day, or for both."""

    days = SomeOfField(label="Which days?", choices=WEEKDAYS, missing="Select days from the list")
    parts = SomeOfField(
        label="Which part of the day?", choices=Enquiry.Part, missing="Select morning, afternoon or evening"
    )

    def __init__(self, data: Any = None, *, published: PrivatePageTimes | None, **initial: Any) -> None:
        super().__init__(data, **initial)
        self.slot_locations = published.locations if published else []
        self.has_times = published is not None
        if published:
            groups = [(day.name, [(slot.value, slot.label) for slot in day.slots]) for day in published.days]
            for name, label in CHOICES[:MAX_PREFERENCES]:
                select = forms.Select(choices=[("", "No time chosen"), *groups])
                self.fields[name] = forms.CharField(label=label, required=False, widget=select)
            self.order_fields([*(name for name, _ in CHOICES), "days", "parts"])

    @property
    def preferences(self) -> list[forms.BoundField]:
        return [self[name] for name, _ in CHOICES if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["slots"] = self._clean_slots(cleaned)
        cleaned["days"] = sorted({int(day) for day in cleaned.get("days", [])})
        cleaned["parts"] = [part for part in Enquiry.Part.values if part in cleaned.get("parts", [])]
        if self.errors:
            return cleaned
        if not (cleaned["slots"] or cleaned["days"] or cleaned["parts"]) and self.has_times:
            self.add_error("first", "Choose a time, or days and parts of the day")
        elif not cleaned["slots"] or cleaned["days"] or cleaned["parts"]:
            self._require_days_and_parts(cleaned)
        return cleaned

    def _clean_slots(self, cleaned: dict[str, Any]) -> list[Slot]:
        slots = []
        for name, _ in CHOICES:
            if not cleaned.get(name):
                continue
            slot = Slot.parse(cleaned[name], self.slot_locations)
            if slot is None:
                self.add_error(name, NOT_LISTED)
            else:
                slots.append(slot)
        return slots

    def _require_days_and_parts(self, cleaned: dict[str, Any]) -> None:
        if not cleaned["days"]:
            self.add_error("days", "Select at least one day")
        if not cleaned["parts"]:
            self.add_error("parts", "Select morning, afternoon or evening")


class MoveForm(FormWithErrorSummary):
    """The choice of another published slot. The template renders the radio buttons by day."""

    time = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, appointment_type: AppointmentType) -> None:
        super().__init__(data)
        self.appointment_type = appointment_type

    def clean_time(self) -> Slot:
        slot = Slot.parse(self.cleaned_data["time"], self.appointment_type.locations.active())
        if slot is None:
            raise forms.ValidationError(NOT_LISTED)
        return slot


class PauseForm(FormWithErrorSummary):
    check_in_on = forms.DateField(
        label="A day on which I may ask once (optional)",
        help_text="One short, neutral email will ask whether you would like to choose a time. I won’t ask twice.",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        error_messages={"invalid": "Enter a day, such as 3 March 2027", "required": ""},
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%d.%m.%Y"],
    )

    def __init__(self, data: Any = None, *, enquiry: Enquiry, now: datetime) -> None:
        super().__init__(data, initial={"check_in_on": enquiry.check_in_on})
        today = localdate(now)
        self.first, self.last = today + timedelta(days=1), today + MAX_PAUSE
        if not enquiry.contact.may_email:
            del self.fields["check_in_on"]
            return
        self.fields["check_in_on"].widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    def clean_check_in_on(self) -> date | None:
        day = self.cleaned_data["check_in_on"]
        if day and not self.first <= day <= self.last:
            raise forms.ValidationError(f"Enter a day from {self.first:%-d %B %Y} to {self.last:%-d %B %Y}")
        return day
