"""The daily summary: how many wait, whether mail works, what comes next. None of it is personal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.template.defaultfilters import pluralize

from bookings import busy_calendar, formatting
from bookings.models import Appointment, BookingSettings, Enquiry, Message
from practice.clock import LONDON, localdate, midnight


@dataclass(frozen=True)
class DailySummary:
    """What it says as of one moment. Times are in words, London time."""

    waiting: int
    nearest: str
    is_overdue: bool
    set_aside: int
    failing: int
    refused: int
    today: list[str]
    tomorrow: list[str]
    later: str
    offers: list[str]
    other_calendar: str

    @property
    def mail_state(self) -> str:
        return "mail is failing" if self.failing else "mail works"

    @property
    def waiting_sentence(self) -> str:
        if not self.waiting:
            return "Nobody is waiting for your answer."
        wait = pluralize(self.waiting, "waits,wait")
        deadline = "oldest promise was for" if self.is_overdue else "nearest deadline is"
        return f"{_messages(self.waiting)} {wait} for your answer. The {deadline} {self.nearest}, London time."

    @property
    def set_aside_sentence(self) -> str:
        are = pluralize(self.set_aside, "is,are")
        return f"{self.set_aside} {are} set aside as possible spam." if self.set_aside else ""

    @property
    def mail_sentence(self) -> str:
        if not self.failing:
            return "Mail works."
        are, themselves = pluralize(self.failing, "is,are"), pluralize(self.failing, "itself,themselves")
        not_sent = f"{_messages(self.failing)} could not be sent yet and {are} tried again by {themselves}."
        return f"{not_sent} Your desk says why."

    @property
    def refused_sentence(self) -> str:
        if not self.refused:
            return ""
        return f"{_messages(self.refused)} could not be delivered, or not for certain; the enquiry says which and why."

    @property
    def appointments(self) -> str:
        paragraphs = [f"Appointments today, London time:{_listed(self.today)}", f"Tomorrow:{_listed(self.tomorrow)}"]
        if self.later and not self.today and not self.tomorrow:
            paragraphs.append(f"Next: {self.later}.")
        return "\n\n".join(paragraphs)

    @property
    def offer_lines(self) -> str:
        return "\n".join(f"- {line}" for line in self.offers)

    @property
    def other_calendar_sentence(self) -> str:
        return f"Your other calendar is not up to date. {self.other_calendar}" if self.other_calendar else ""


def _messages(count: int) -> str:
    return f"{count} message{pluralize(count)}"


def _listed(lines: list[str]) -> str:
    return "".join(f"\n- {line}" for line in lines) or " none."


def sum_up(now: datetime, *, without: Message) -> DailySummary:
    """Sum up the day. The summary itself, which is on its way, does not count as unsent."""
    nearest = Enquiry.objects.waiting().order_by("reply_due").first()
    failed = Message.objects.overdue(now).exclude(pk=without.pk).exclude(last_error="")
    tomorrow, next_day = _midnight(now, 1), _midnight(now, 2)
    booked = Appointment.objects.booked().with_people().select_related("location")
    later = booked.filter(starts_at__gte=next_day).first()
    return DailySummary(
        waiting=Enquiry.objects.waiting().count(),
        nearest=formatting.moment(nearest.reply_due) if nearest else "",
        is_overdue=nearest is not None and nearest.is_overdue(now),
        set_aside=Enquiry.objects.set_aside().count(),
        failing=failed.not_refused().count(),
        refused=failed.refused_for_good().count(),
        today=_lines(booked.filter(starts_at__gte=now, starts_at__lt=tomorrow)),
        tomorrow=_lines(booked.filter(starts_at__gte=tomorrow, starts_at__lt=next_day)),
        later=f"{formatting.time_and_place(later)}, ref {later.enquiry.reference}" if later else "",
        offers=_running_out(now, next_day),
        other_calendar=_other_calendar(BookingSettings.load(), now),
    )


def _running_out(now: datetime, until: datetime) -> list[str]:
    """Write one line for each person whose offer ends by then."""
    held = Appointment.objects.filter(status=Appointment.Status.PROPOSED, held_until__gt=now, held_until__lt=until)
    ends = held.values_list("enquiry__reference").annotate(ends=Min("held_until")).order_by("ends")
    return [f"{formatting.moment(moment)}, ref {reference}" for reference, moment in ends]


def _other_calendar(settings: BookingSettings, now: datetime) -> str:
    if not settings.busy_address:
        return ""
    read = f"last read on {formatting.moment(settings.busy_read_at)}" if settings.busy_read_at else "never read yet"
    if settings.busy_problem:
        return f"{read[0].upper()}{read[1:]}. {settings.busy_problem}"
    return f"{read[0].upper()}{read[1:]}." if busy_calendar.is_stale(settings, now) else ""


def _lines(appointments: Iterable[Appointment]) -> list[str]:
    return [f"{_clock(appointment)}, ref {appointment.enquiry.reference}" for appointment in appointments]


def _clock(appointment: Appointment) -> str:
    return f"{appointment.starts_at.astimezone(LONDON):%H:%M}, {appointment.location.name}"


def _midnight(now: datetime, days: int) -> datetime:
    return midnight(localdate(now) + timedelta(days=days))
