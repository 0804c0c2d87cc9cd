"""The appointments of an enquiry for its screen: requested, offered, booked and past."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from bookings import availability, formatting, joining, outcomes, person_permissions
from bookings.admin import charge_rows, texts
from bookings.admin.charge_rows import ChargeRow
from bookings.admin.enquiry_pages import may_read_sealed
from bookings.admin.reply_forms import video_link_field
from bookings.encryption import UnreadableText
from bookings.models import Appointment, BookingSettings, Enquiry
from practice.clock import localdate
from practice.facts import practice_row
from practice.models import Location

MAX_NEXT = 3
Status = Appointment.Status


class AppointmentNotesForm(forms.Form):
    """The therapist's video link and notes of an appointment, stored encrypted."""

    video_link = video_link_field(label="Video link")
    notes = forms.CharField(
        required=False,
        label="Private notes",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def __init__(self, appointment: Appointment, data: QueryDict | None = None, *, may_read: bool) -> None:
        values = {"video_link": appointment.video_link, "notes": appointment.notes}
        super().__init__(data, initial=values, prefix=f"kept-{appointment.pk}")
        if appointment.location.kind != Location.Kind.ONLINE:
            del self.fields["video_link"]
        if not may_read:
            del self.fields["notes"]
        for name in [name for name, value in values.items() if isinstance(value, UnreadableText)]:
            self.fields.pop(name, None)  # so that saving doesn't overwrite what a missing key can still decrypt


@dataclass
class AppointmentRow:
    """One appointment and what can be done about it now."""

    appointment: Appointment
    time: str
    obstacle: str = ""  # why it can't be accepted, as a request by the therapist, as an offer by the person
    rivals: list[Enquiry] = field(default_factory=list)
    has_begun: bool = False
    lacks_way: bool = False  # online, and nobody can join it yet
    is_late: bool = False  # it can no longer be cancelled free of charge
    charge: ChargeRow | None = None
    form: AppointmentNotesForm | None = None

    @property
    def label(self) -> str:
        return outcomes.label(self.appointment)

    @property
    def corrections(self) -> list[tuple[str, str]]:
        """Return the buttons of a recorded outcome: the other one of two, and to take it back."""
        others = [status for status in Appointment.OVER if status != self.appointment.status]
        is_over = self.appointment.status in Appointment.OVER
        take_back = (outcomes.UNDO, f"Not “{self.label}”")
        return [*((status.value, str(status.label)) for status in others if is_over), take_back]

    @property
    def may_be_taken_back(self) -> bool:
        return outcomes.may_be_taken_back(self.appointment)

    @property
    def is_filled_in(self) -> bool:
        """Return whether the form shows anything that was saved."""
        return any(getattr(self.appointment, name) for name in (self.form.fields if self.form else ()))


@dataclass
class AppointmentSummary:
    requested: list[AppointmentRow] = field(default_factory=list)
    offered: list[AppointmentRow] = field(default_factory=list)
    booked: list[AppointmentRow] = field(default_factory=list)
    past: list[AppointmentRow] = field(default_factory=list)

    @property
    def next_booked(self) -> list[AppointmentRow]:
        """Return those that wait for their outcome, and the next ones; of a series, that is not all."""
        return self.booked[: self._begun + MAX_NEXT]

    @property
    def later_booked(self) -> list[AppointmentRow]:
        return self.booked[self._begun + MAX_NEXT :]

    @property
    def last_booked(self) -> str:
        """Return the day of the last one."""
        return formatting.day(localdate(self.booked[-1].appointment.starts_at))

    @property
    def series(self) -> list[str]:
        """Return the series that appointments to come belong to, in words."""
        series = (row.appointment.series for row in self.booked if not row.has_begun)
        return list(dict.fromkeys(formatting.series(each) for each in series if each))

    @property
    def has_later_errors(self) -> bool:
        return any(row.form and row.form.errors for row in self.later_booked)

    @property
    def _begun(self) -> int:
        return sum(row.has_begun for row in self.booked)

    @property
    def is_booked(self) -> bool:
        """Return whether there is an upcoming appointment."""
        return any(not row.has_begun for row in self.booked)

    @property
    def has_charges(self) -> bool:
        """Return whether something could stand on an invoice."""
        return any(row.charge and row.charge.buttons for row in (*self.booked, *self.past))

    @property
    def has_past_due(self) -> bool:
        """Return whether something is to be paid for what is over."""
        return any(row.charge and row.charge.is_due for row in self.past)

    @property
    def has_past_errors(self) -> bool:
        """Return whether the form of a past appointment has errors."""
        return any(row.form and row.form.errors for row in self.past)

    @property
    def first_choice(self) -> AppointmentRow | None:
        """Return the first requested time that can be accepted."""
        return next((row for row in self.requested if not row.obstacle), None)


def read(
    enquiry: Enquiry, now: datetime, invalid_form: AppointmentNotesForm | None = None, *, user: User
) -> AppointmentSummary:
    """Read the appointments of an enquiry, in at most 9 queries.

    `invalid_form` is shown again in place of the form of the same appointment. The notes are for those users who may
    read them.
    """
    may_read = may_read_sealed(user)
    summary, rules = AppointmentSummary(), BookingSettings.load()
    for appointment in enquiry.appointments.select_related("location", "appointment_type__fee", "series__location"):
        group = _group(summary, appointment, now)
        if group is not None:
            row = AppointmentRow(
                appointment,
                _time(appointment, enquiry),
                has_begun=appointment.starts_at <= now,
                lacks_way=bool(joining.without_way([appointment], now)),
            )
            if group is summary.booked or group is summary.past:
                row.charge = charge_rows.of(appointment)
                row.is_late = outcomes.may_be_late(appointment, rules, now)
                form = AppointmentNotesForm(appointment, may_read=may_read)
                row.form = invalid_form if invalid_form and invalid_form.prefix == form.prefix else form
            group.append(row)
    summary.requested.sort(key=lambda row: row.appointment.rank or 0)
    summary.past.reverse()
    if summary.requested:
        _find_obstacles(enquiry, summary.requested, now)
    if summary.offered:
        _note_absence(summary.offered, now)
    return summary


def _group(summary: AppointmentSummary, appointment: Appointment, now: datetime) -> list[AppointmentRow] | None:
    """Return the group of an appointment. Those withdrawn before they were booked appear only in the history."""
    match appointment.status:
        case Status.PENDING:
            return summary.requested
        case Status.PROPOSED:
            return summary.offered if appointment.held_until is None or appointment.held_until > now else None
        case Status.BOOKED:
            return summary.booked
        case Status.CANCELLED:
            return summary.past if appointment.booked_at else None
    return summary.past


def _time(appointment: Appointment, enquiry: Enquiry) -> str:
    return formatting.span(appointment.starts_at, appointment.ends_at, appointment.location, enquiry.contact.time_zone)


def _find_obstacles(enquiry: Enquiry, rows: list[AppointmentRow], now: datetime) -> None:
    begins = [row.appointment.starts_at for row in rows]
    rules = availability.read_rules(min(begins), max(begins), now)
    others = _requested_by_others(enquiry, min(begins), max(begins))
    for row in rows:
        appointment = row.appointment
        row.rivals = _distinct(other.enquiry for other in others if _overlap(other.covers, appointment.covers))
        if row.has_begun:
            row.obstacle = texts.PAST
        elif not availability.is_clear(
            appointment.appointment_type, appointment.location, appointment.starts_at, rules
        ):
            row.obstacle = texts.NO_LONGER_FREE


def _note_absence(rows: list[AppointmentRow], now: datetime) -> None:
    """Say at an offer that the person can't accept it, because the therapist is away on that day."""
    absence = practice_row().absence
    for row in rows:
        if not row.has_begun and not person_permissions.may_accept(row.appointment, absence, now):
            row.obstacle = texts.AWAY_THAT_DAY


def _requested_by_others(enquiry: Enquiry, begins: datetime, ends: datetime) -> list[Appointment]:
    near = Appointment.objects.overlapping(begins - timedelta(days=1), ends + timedelta(days=1))
    requested = near.filter(status=Status.PENDING).exclude(enquiry=enquiry)
    return list(
        requested.exclude(enquiry__status=Enquiry.Status.SET_ASIDE).select_related(
            "enquiry__person__key", "enquiry__referrer__key"
        )
    )


def _overlap(first: range, second: range) -> bool:
    return first.start < second.stop and second.start < first.stop


def _distinct(enquiries: Iterable[Enquiry]) -> list[Enquiry]:
    return sorted({enquiry.pk: enquiry for enquiry in enquiries}.values(), key=lambda enquiry: enquiry.received_at)
