"""The consultation form with free times to choose from, for the appointment types whose times are published."""

from datetime import datetime
from functools import cached_property
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template.loader import render_to_string

from bookings import formatting
from bookings.appointments import MAX_PREFERENCES
from bookings.form_choices import FormChoices
from bookings.forms import time_zones
from bookings.forms.consultation import ANYWHERE, NOT_READY, THESE_TIMES, ConsultationForm
from bookings.forms.fields import OneOfField, field_of
from bookings.forms.sections import FormSection
from bookings.published_times import PublishedTimes, SlotLocation, SlotOption
from bookings.slot import Slot, is_slot_value
from practice.clock import LONDON
from practice.facts import Facts
from practice.models import Location

NOT_LISTED = "That time is not on the list any more. Choose another"
ELSEWHERE = "The time you chose is at another place. Choose one {}"
NOT_OFFERED = "“{}” is not offered {}. Select another place"
TIMING_MISSING = "Select whether you would like to say when"
NONE_SUIT = "None of these suit me."
CHOICES_WITHOUT_TIME = [
    (THESE_TIMES, "Some days and times suit me better"),
    (NOT_READY, "I am not ready to choose yet"),
]
FIRST_SLOT_ID = "id_timing_time"  # of the radio button that an error message about the times links to
FURTHER_CHOICES = ("Second choice", "Third choice")


class TimingField(OneOfField):
    """A slot's value or one of the choices. The form itself checks whether the slot is published."""

    def valid_value(self, value: str) -> bool:
        return is_slot_value(value) or super().valid_value(value)


class FurtherSlotsField(forms.Field):
    """The values of further slots in order, from any number of lists. Empty ones are left out."""

    widget = forms.SelectMultiple
    hidden_widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return [slot_value for slot_value in value or [] if slot_value]


class TimeZoneField(forms.ChoiceField):
    """A city of the list, or any other IANA name that a browser reports. An empty value is London."""

    def valid_value(self, value: str) -> bool:
        return value in time_zones.accepted_names()


class SlotPicker(LayoutObject):
    """The free times by location and day, followed by the choices without a time."""

    def render(
        self, form: "ConsultationWithTimesForm", context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> str:
        context = {
            "published": form.published,
            "locations": [(location, form.further_choices(location)) for location in form.slot_locations],
            "field": form["timing"],
            "time_zone": form["time_zone"],
            "online": form.online,
            "first_slot": form.first_slot(),
            "first_slot_id": FIRST_SLOT_ID,
            "none_suit": NONE_SUIT,
        }
        return render_to_string(f"{template_pack}/layout/slot_picker.html", context)


class ConsultationWithTimesForm(ConsultationForm):
    """Without `published`, because the database is away, the chosen times stay in the form unchecked."""

    timing = TimingField(label="Would you like to say when?", choices=CHOICES_WITHOUT_TIME, missing=TIMING_MISSING)
    also = FurtherSlotsField(required=False)
    time_zone = TimeZoneField(
        label="Your own clock",
        required=False,
        help_text="If you will not be in London. Messages about an appointment then say the time by both clocks.",
        error_messages={"invalid_choice": "Select a city from the list"},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        facts: Facts,
        choices: FormChoices,
        published: PublishedTimes | None,
        now: datetime,
        **initial: Any,
    ) -> None:
        super().__init__(data, facts=facts, choices=choices, **initial)
        self.published = published
        self.fields["timing"].error_messages["invalid_choice"] = NOT_LISTED
        field_of(self, "time_zone", TimeZoneField).choices = [("", "London time"), *time_zones.choices(now)]
        if published is None:
            self._show_selected_slot_only()

    def _show_selected_slot_only(self) -> None:
        slot = Slot.parse(self["timing"].value() or "", self.facts.locations)
        if slot:
            field_of(self, "timing", TimingField).choices = [(slot.value, str(slot)), *CHOICES_WITHOUT_TIME]
        for name in ("also", "time_zone"):
            self.fields[name].widget = self.fields[name].hidden_widget()

    @property
    def selected_values(self) -> list[str]:
        """Return what is selected in the form as it stands, the first choice first."""
        further = field_of(self, "also", FurtherSlotsField).to_python(self["also"].value())
        return [self["timing"].value() or "", *further]

    @cached_property
    def slot_locations(self) -> list[SlotLocation]:
        return self.published.by_location(self.facts.locations, self.selected_values) if self.published else []

    @property
    def online(self) -> SlotLocation | None:
        """Return the location for which the visitor's own time zone is asked."""
        is_online = (place for place in self.slot_locations if place.location.kind == Location.Kind.ONLINE)
        return next(is_online, None)

    def further_choices(self, place: SlotLocation) -> list[tuple[str, str]]:
        """Return the labels of the second and third choice there, each with its selected value."""
        selected = [slot.value for slot in Slot.parse_all(self.selected_values[1:], [place.location])]
        return list(zip(FURTHER_CHOICES, [*selected, "", ""], strict=False))

    @property
    def stylesheet(self) -> str:
        """Hide the times of every location and type but the chosen ones, however many there are.

        It contains only numbers and nothing that a person typed.
        """
        if self.published is None:
            return ""
        anywhere = f"#id_location_{len(self.locations)}:checked"
        hidden = [
            f".form:not(:has(#id_location_{place.number}:checked,{anywhere})) .at-{place.number}"
            for place in self.slot_locations
        ]
        hidden += [
            f".form:has(#id_appointment_type_{number}:checked) .only:not(.t{number})"
            for number in range(len(self.types))
        ]
        return ",".join(hidden) + "{display:none}"

    def first_slot(self) -> SlotOption | None:
        """Return the first slot that is visible with the answers so far."""
        slug, location = self["appointment_type"].value(), self.locations.get(self["location"].value())
        if not self.published or slug not in self.published.types:
            return None
        is_for = self.published.choices.is_for
        visible = (
            slot
            for place in self.slot_locations
            if location in (place.location, None) and is_for(place.css_classes, slug)
            for day in place.days
            for slot in day.slots
            if is_for(slot.css_classes, slug)
        )
        return next(visible, None)

    def timing_section(self) -> FormSection:
        section = super().timing_section()
        if self.published is None:
            section.fields += ["also", "time_zone"]
            return section
        why = "Choose a time that suits you, and up to two more. Nothing is fixed until I have confirmed it."
        return FormSection(section.heading, why, SlotPicker(), *section.fields[1:])

    def target(self, field: forms.BoundField) -> str:
        return FIRST_SLOT_ID if field.name == "timing" and self.first_slot() else super().target(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_location(cleaned)
        self._clean_time_zone(cleaned)
        return cleaned

    def _clean_location(self, cleaned: dict[str, Any]) -> None:
        slug, location = cleaned.get("appointment_type", ""), self.locations.get(cleaned.get("location", ""))
        if location and self._is_not_offered(slug, location):
            where = formatting.within_a_sentence(location)
            self.add_error("location", NOT_OFFERED.format(self.types[slug], where))

    def _is_not_offered(self, slug: str, location: Location) -> bool:
        """Return whether the type's times are published, but not at this location."""
        published = self.published
        return bool(published and slug in published.types and not published.is_published_at(slug, location))

    def _clean_timing(self, cleaned: dict[str, Any]) -> None:
        timing = cleaned.get("timing", "")
        if is_slot_value(timing):
            self._clean_slots([timing, *cleaned["also"]], cleaned)
        else:
            self._drop(cleaned, also=[])
        super()._clean_timing(cleaned)

    def _clean_slots(self, values: list[str], cleaned: dict[str, Any]) -> None:
        """Set `slots`. One that was taken a moment ago is accepted here, so that the enquiry is stored all the same."""
        slug, location_slug = cleaned.get("appointment_type", ""), cleaned.get("location", "")
        location = self.locations.get(location_slug)
        if not slug or not location_slug or (location and self._is_not_offered(slug, location)):
            return  # these fields have an error of their own
        slots = [Slot.parse(value, self.facts.locations) for value in values]
        if self.published and slug not in self.published.types:
            self.add_error("timing", TIMING_MISSING)
        elif slots[0] and location and slots[0].location != location:
            self.add_error("timing", ELSEWHERE.format(formatting.within_a_sentence(location)))
        else:
            self._set_slots(slug, slots, None if location_slug == ANYWHERE else location)

    def _set_slots(self, slug: str, slots: list[Slot | None], location: Location | None) -> None:
        if None in slots:
            self.add_error("timing", NOT_LISTED)
            return
        # The lists of a location that was not chosen are hidden, so their slots do not count.
        visible = [slot for slot in slots if slot and location in (slot.location, None)]
        first_slots, published = list(dict.fromkeys(visible))[:MAX_PREFERENCES], self.published
        if published is None or all(published.is_free_or_taken(slug, slot) for slot in first_slots):
            self.slots = first_slots
        else:
            self.add_error("timing", NOT_LISTED)

    def _clean_time_zone(self, cleaned: dict[str, Any]) -> None:
        """Drop the time zone of anybody who will not meet online, or lives by London's."""
        locations = [self.locations.get(cleaned.get("location", "")), *(slot.location for slot in self.slots)]
        is_online = any(location and location.kind == Location.Kind.ONLINE for location in locations)
        if not is_online or cleaned.get("time_zone") == LONDON.key:
            self._drop(cleaned, time_zone="")

    def details(self) -> dict[str, Any]:
        return super().details() | {"time_zone": self.cleaned_data["time_zone"]}
