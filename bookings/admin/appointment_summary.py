"""How an enquiry stands in the diary, for its screen: asked for, offered, booked, over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django import forms
from django.http import QueryDict

from bookings import availability, formatting
from bookings.encryption import UnreadableText
from bookings.models import Appointment, AppointmentType, Enquiry
from practice.models import Location

Status = Appointment.Status


class AppointmentNotesForm(forms.Form):
    """What the therapist keeps with an appointment, encrypted."""

    video_link = forms.URLField(
        required=False,
        label="Video link",
        assume_scheme="https",
        max_length=500,
        error_messages={"invalid": "Enter the full link, such as https://example.org/room."},
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    notes = forms.CharField(
        required=False,
        label="Private notes",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def __init__(self, appointment: Appointment, data: QueryDict | None = None) -> None:
        kept = {"video_link": appointment.video_link, "notes": appointment.notes}
        super().__init__(data, initial=kept, prefix=f"kept-{appointment.pk}")
        if appointment.location.kind != Location.Kind.ONLINE:
            del self.fields["video_link"]
        for name in [name for name, words in kept.items() if isinstance(words, UnreadableText)]:
            self.fields.pop(name, None)  # to be found again with its key


@dataclass
class AppointmentRow:
    """One time, and what can be done about it now."""

    appointment: Appointment
    said: str
    trouble: str = ""  # why it cannot be accepted
    rivals: list[Enquiry] = field(default_factory=list)
    has_begun: bool = False
    form: AppointmentNotesForm | None = None


@dataclass
class AppointmentSummary:
    asked: list[AppointmentRow] = field(default_factory=list)
    offered: list[AppointmentRow] = field(default_factory=list)
    booked: list[AppointmentRow] = field(default_factory=list)
    over: list[AppointmentRow] = field(default_factory=list)

    @property
    def is_booked(self) -> bool:
        """There is an appointment to come."""
        return any(not one.has_begun for one in self.booked)

    @property
    def is_over_open(self) -> bool:
        """Something typed for one that is over could not be kept."""
        return any(one.form and one.form.errors for one in self.over)

    @property
    def best(self) -> AppointmentRow | None:
        """The first of what they asked for that can be had."""
        return next((one for one in self.asked if not one.trouble), None)


def read(found: Enquiry, now: datetime, refused: AppointmentNotesForm | None = None) -> AppointmentSummary:
    """`refused` is what was typed for one of them and could not be kept. At most 8 queries."""
    standing = AppointmentSummary()
    for appointment in found.appointments.select_related("location"):
        place = _place(standing, appointment, now)
        if place is not None:
            one = AppointmentRow(appointment, _said(appointment, found), has_begun=appointment.starts_at <= now)
            if place is standing.booked or place is standing.over:
                form = AppointmentNotesForm(appointment)
                one.form = refused if refused and refused.prefix == form.prefix else form
            place.append(one)
    standing.asked.sort(key=lambda one: one.appointment.rank or 0)
    standing.over.reverse()
    if standing.asked:
        _look_for_what_is_in_the_way(found, standing.asked, now)
    return standing


def _place(standing: AppointmentSummary, appointment: Appointment, now: datetime) -> list[AppointmentRow] | None:
    """The group it belongs to; what was withdrawn before it was booked is told by the history alone."""
    match appointment.status:
        case Status.PENDING:
            return standing.asked
        case Status.PROPOSED:
            return standing.offered if appointment.held_until is None or appointment.held_until > now else None
        case Status.BOOKED:
            return standing.booked
        case Status.CANCELLED:
            return standing.over if appointment.booked_at else None
    return standing.over


def _said(appointment: Appointment, found: Enquiry) -> str:
    return formatting.span(appointment.starts_at, appointment.ends_at, appointment.location, found.time_zone)


def _look_for_what_is_in_the_way(found: Enquiry, asked: list[AppointmentRow], now: datetime) -> None:
    kind = AppointmentType.objects.get(kind=found.kind)
    begins = [one.appointment.starts_at for one in asked]
    rules = availability.read_rules(min(begins), max(begins), now)
    others = _asked_by_others(found, min(begins), max(begins))
    for one in asked:
        wanted = one.appointment
        one.rivals = _distinct(other.enquiry for other in others if _overlap(other.covers, wanted.covers))
        if one.has_begun:
            one.trouble = "Over"
        elif not availability.is_clear(kind, wanted.location, wanted.starts_at, rules):
            one.trouble = "No longer free"


def _asked_by_others(found: Enquiry, begins: datetime, ends: datetime) -> list[Appointment]:
    near = Appointment.objects.overlapping(begins - timedelta(days=1), ends + timedelta(days=1))
    asked = near.filter(status=Status.PENDING).exclude(enquiry=found)
    return list(asked.exclude(enquiry__status=Enquiry.Status.SET_ASIDE).select_related("enquiry"))


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _distinct(enquiries: Iterable[Enquiry]) -> list[Enquiry]:
    return sorted({enquiry.pk: enquiry for enquiry in enquiries}.values(), key=lambda one: one.received_at)
