"""The form with free times to choose from, for the appointment types whose times are published."""

from datetime import datetime
from functools import cached_property
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template.loader import render_to_string

from bookings import formatting
from bookings.appointments import MAX_PREFERENCES
from bookings.forms import time_zones
from bookings.forms.consultation import ANYWHERE, NOT_READY, THESE_TIMES, ConsultationForm, FormSection
from bookings.forms.fields import OneOfField, field_of
from bookings.published_slots import FormOffer, PublishedSlots, SlotOption, SlotPlace
from bookings.slots import Slot, is_slot_value
from practice.clock import LONDON
from practice.facts import Facts
from practice.models import Location

NOT_LISTED = "That time is not on the list any more. Choose another"
ELSEWHERE = "The time you chose is at another place. Choose one {}"
NOT_SAID = "Select whether you would like to say when"
NONE_SUIT, IN_DAYS = "None of these suit me.", "Some days and times suit me better"
WITHOUT_TIME = [(THESE_TIMES, IN_DAYS), (NOT_READY, "I am not ready to choose yet")]
FIRST_TIME = "id_timing_time"  # of the time that a message about them leads to
FURTHER = ("Second choice", "Third choice")


class TimingField(OneOfField):
    """A free time, as published_slots writes it, or one of the choices; the form knows which times are free."""

    def valid_value(self, value: str) -> bool:
        return is_slot_value(value) or super().valid_value(value)


class FurtherSlotsField(forms.Field):
    """Further times in order, from any number of lists; what was left empty is left out."""

    widget = forms.SelectMultiple
    hidden_widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return [one for one in value or [] if one]


class TimeZoneField(forms.ChoiceField):
    """A city of the list, or any other IANA name that a browser knows its own clock by; empty is London."""

    def valid_value(self, value: str) -> bool:
        return value in time_zones.accepted_names()


class SlotPicker(LayoutObject):
    """The times by place and day, and below them the ways on without one."""

    def render(
        self, form: "SlotConsultationForm", context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> str:
        shown = {
            "free": form.free,
            "places": [(place, form.further(place)) for place in form.places],
            "field": form["timing"],
            "time_zone": form["time_zone"],
            "online": form.online,
            "first": form.first_chip(),
            "FIRST_TIME": FIRST_TIME,
            "NONE_SUIT": NONE_SUIT,
        }
        return render_to_string(f"{template_pack}/layout/slots.html", shown)


class SlotConsultationForm(ConsultationForm):
    """Without `free`, because the database is away, the times that were chosen are kept as they came."""

    timing = TimingField(
        label="Would you like to say when?",
        choices=WITHOUT_TIME,
        missing=NOT_SAID,
    )
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
        offer: FormOffer,
        free: PublishedSlots | None,
        now: datetime,
        **initial: Any,
    ) -> None:
        super().__init__(data, facts=facts, offer=offer, **initial)
        self.free = free
        self.fields["timing"].error_messages["invalid_choice"] = NOT_LISTED
        field_of(self, "time_zone", TimeZoneField).choices = [("", "London time"), *time_zones.choices(now)]
        if free is None:
            self._keep_as_it_came()

    def _keep_as_it_came(self) -> None:
        chosen = Slot.parse(self["timing"].value() or "", self.facts.locations)
        if chosen:
            label = f"{formatting.moment(chosen.starts_at)}, {chosen.location.name}"
            field_of(self, "timing", TimingField).choices = [(chosen.value, label), *WITHOUT_TIME]
        for name in ("also", "time_zone"):
            self.fields[name].widget = self.fields[name].hidden_widget()

    @property
    def chosen(self) -> list[str]:
        """What is chosen in the form as it stands, the best first."""
        also = field_of(self, "also", FurtherSlotsField).to_python(self["also"].value())
        return [self["timing"].value() or "", *also]

    @cached_property
    def places(self) -> list[SlotPlace]:
        return self.free.shown(self.facts.locations, self.chosen) if self.free else []

    @property
    def online(self) -> SlotPlace | None:
        """Where another clock than London's may matter."""
        return next((place for place in self.places if place.location.kind == Location.Kind.ONLINE), None)

    def further(self, place: SlotPlace) -> list[tuple[str, str]]:
        """The lists for a second and a third choice there, with what is chosen in each."""
        there = [time.value for time in Slot.parse_all(self.chosen[1:], [place.location])]
        return list(zip(FURTHER, [*there, "", ""], strict=False))

    @property
    def stylesheet(self) -> str:
        """Hide the times of every place and type but the chosen ones, however many there are.

        It is made of numbers alone, so nothing that somebody typed stands in it.
        """
        if self.free is None:
            return ""
        anywhere = f"#id_location_{len(self.locations)}:checked"
        hidden = [
            f".form:not(:has(#id_location_{place.number}:checked,{anywhere})) .at-{place.number}"
            for place in self.places
        ]
        hidden += [
            f".form:has(#id_appointment_type_{number}:checked) .only:not(.t{number})"
            for number in range(len(self.types))
        ]
        return ",".join(hidden) + "{display:none}"

    def first_chip(self) -> SlotOption | None:
        """Of what the answers so far leave to be chosen."""
        slug, location = self["appointment_type"].value(), self.locations.get(self["location"].value())
        if not self.free or slug not in self.free.types:
            return None
        suits = self.free.offer.suits
        chips = (
            chip
            for place in self.places
            if location in (place.location, None) and suits(place.only, slug)
            for day in place.days
            for chip in day.chips
            if suits(chip.only, slug)
        )
        return next(chips, None)

    def when(self) -> FormSection:
        if self.free is None:
            part = super().when()
            part.fields += ["also", "time_zone"]
            return part
        why = "Choose a time that suits you, and up to two more. Nothing is fixed until I have confirmed it."
        part = super().when()
        return FormSection(part.heading, why, SlotPicker(), *part.fields[1:])

    def target(self, bound: forms.BoundField) -> str:
        return FIRST_TIME if bound.name == "timing" and self.first_chip() else super().target(bound)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_place(cleaned)
        self._clean_clock(cleaned)
        return cleaned

    def _clean_place(self, cleaned: dict[str, Any]) -> None:
        slug, location = cleaned.get("appointment_type", ""), self.locations.get(cleaned.get("location", ""))
        if self.free and location and slug in self.free.types and not self.free.offers(slug, location):
            where = formatting.within_a_sentence(location)
            self.add_error("location", f"“{self.types[slug]}” is not offered {where}. Select another place")

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        timing = cleaned.get("timing", "")
        if is_slot_value(timing):
            self._clean_chosen(timing, cleaned)
        else:
            self._drop(cleaned, also=[])
        super()._clean_times(cleaned)

    def _clean_chosen(self, first: str, cleaned: dict[str, Any]) -> None:
        """Leave a slot that was taken a moment ago to `_request_slots` in bookings/views/consultation.py."""
        slug, place = cleaned.get("appointment_type", ""), cleaned.get("location", "")
        if not slug or not place:
            return
        if self.free and slug not in self.free.types:
            self.add_error("timing", NOT_SAID)
            return
        location = self.locations.get(place)
        if self.free and location and not self.free.offers(slug, location):
            return
        wanted = [Slot.parse(value, self.facts.locations) for value in (first, *cleaned["also"])]
        if wanted[0] and location and wanted[0].location != location:
            self.add_error("timing", ELSEWHERE.format(formatting.within_a_sentence(location)))
        elif None in wanted:
            self.add_error("timing", NOT_LISTED)
        else:
            here = [time for time in wanted if time and (place == ANYWHERE or time.location == location)]
            self._take(slug, list(dict.fromkeys(here))[:MAX_PREFERENCES])

    def _take(self, slug: str, wanted: list[Slot]) -> None:
        free = self.free
        if free and not all(
            time.starts_at in free.free(slug, time.location) or free.is_taken(slug, time) for time in wanted
        ):
            self.add_error("timing", NOT_LISTED)
        else:
            self.times = wanted

    def _clean_clock(self, cleaned: dict[str, Any]) -> None:
        """Only who may meet online is asked for it."""
        places = [self.locations.get(cleaned.get("location", "")), *(time.location for time in self.times)]
        is_online = any(place and place.kind == Location.Kind.ONLINE for place in places)
        if not is_online or cleaned.get("time_zone") == LONDON.key:
            self._drop(cleaned, time_zone="")

    def details(self) -> dict[str, Any]:
        return super().details() | {"time_zone": self.cleaned_data["time_zone"]}
