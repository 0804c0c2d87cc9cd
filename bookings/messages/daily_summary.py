"""What the daily summary says, none of it personal: how many wait, whether mail works, what comes next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from bookings import busy_calendar, formatting, locking
from bookings.models import Appointment, BookingSettings, Enquiry, Notification
from practice.clock import LONDON, localdate, midnight


@dataclass(frozen=True)
class DailySummary:
    """Moments are worded, in London time."""

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
    def subject(self) -> str:
        return f"Today: {self.waiting} waiting, {'mail is failing' if self.failing else 'mail works'}"


def sum_up(now: datetime, *, without: Notification) -> DailySummary:
    """As of now; the summary itself is on its way and does not count as unsent."""
    nearest = Enquiry.objects.waiting().order_by("reply_due").first()
    failed = Notification.objects.overdue(now).exclude(pk=without.pk).exclude(last_error="")
    begins = [_midnight(now, days) for days in range(3)]
    booked = Appointment.objects.booked().select_related("enquiry", "location")
    later = booked.filter(starts_at__gte=begins[2]).first()
    return DailySummary(
        waiting=Enquiry.objects.waiting().count(),
        nearest=formatting.moment(nearest.reply_due) if nearest else "",
        is_overdue=nearest is not None and nearest.is_overdue(now),
        set_aside=Enquiry.objects.set_aside().count(),
        failing=failed.not_refused().count(),
        refused=failed.refused_for_good().count(),
        today=[_clock(one) for one in booked.filter(starts_at__gte=now, starts_at__lt=begins[1])],
        tomorrow=[_clock(one) for one in booked.filter(starts_at__gte=begins[1], starts_at__lt=begins[2])],
        later=f"{formatting.time_and_place(later)}, ref {later.enquiry.reference}" if later else "",
        offers=_running_out(now, begins[2]),
        other_calendar=_other_calendar(locking.booking_settings(), now),
    )


def _running_out(now: datetime, until: datetime) -> list[str]:
    """One line for each person, by the end of tomorrow."""
    held = Appointment.objects.filter(status=Appointment.Status.PROPOSED, held_until__gt=now, held_until__lt=until)
    ends = held.values_list("enquiry__reference").annotate(ends=Min("held_until")).order_by("ends")
    return [f"{formatting.moment(at)}, ref {reference}" for reference, at in ends]


def _other_calendar(rules: BookingSettings, now: datetime) -> str:
    if not rules.busy_address:
        return ""
    read = f"last read on {formatting.moment(rules.busy_read_at)}" if rules.busy_read_at else "never read yet"
    if rules.busy_problem:
        return f"{read[0].upper()}{read[1:]}. {rules.busy_problem}"
    return f"{read[0].upper()}{read[1:]}." if busy_calendar.is_stale(rules, now) else ""


def _clock(appointment: Appointment) -> str:
    at = appointment.starts_at.astimezone(LONDON)
    return f"{at:%H:%M}, {appointment.location.name}, ref {appointment.enquiry.reference}"


def _midnight(now: datetime, days: int) -> datetime:
    return midnight(localdate(now) + timedelta(days=days))
