"""The days of series on which nothing is booked: the desk asks about them, and these acts answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings import formatting, series
from bookings.actor import Actor
from bookings.admin.enquiry_pages import back_to_enquiry, get_enquiry
from bookings.exceptions import NotAllowed
from bookings.models import Enquiry, Series, SkippedDay
from practice import audit
from practice.requests import StaffRequest


@dataclass
class SkippedDays:
    """The days of one series that are asked about."""

    series: Series
    days: list[SkippedDay]

    @property
    def enquiry(self) -> Enquiry:
        return self.series.enquiry

    @property
    def name(self) -> str:
        return formatting.contact_name(self.enquiry)

    @property
    def words(self) -> str:
        return formatting.series(self.series)

    @property
    def listed(self) -> str:
        """Name the days and why nothing is booked on each."""
        return formatting.listed([f"{formatting.day(day.day)} ({day.get_reason_display()})" for day in self.days])


def to_decide(enquiries: Iterable[Enquiry]) -> list[SkippedDays]:
    """Return the days that are asked about, those of one series together, in one query."""
    days = SkippedDay.objects.filter(is_settled=False, series__enquiry__in=enquiries)
    days = days.select_related("series__location", "series__enquiry__person__key", "series__enquiry__referrer__key")
    groups: dict[int, SkippedDays] = {}
    for day in days:
        groups.setdefault(day.series_id, SkippedDays(day.series, [])).days.append(day)
    return list(groups.values())


@require_POST
def leave_out(request: StaffRequest, pk: int, series_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Leave out all the days of one series that are asked about."""
    enquiry = get_enquiry(pk, request.user)
    asked = get_object_or_404(enquiry.series, pk=series_pk).skipped_days.filter(is_settled=False)
    if count := series.leave_out(asked):
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        messages.success(request, f"Left out: {formatting.count(count, 'day')}.")
    return redirect("admin:index") if request.POST.get("from") == "desk" else back_to_enquiry(enquiry)


@require_POST
def decide(request: StaffRequest, pk: int, day_pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Leave out one day of a series, or book it all the same."""
    enquiry = get_enquiry(pk, request.user)
    day = SkippedDay.objects.filter(pk=day_pk, series__enquiry=enquiry).first()
    if day is None:
        messages.info(request, "This day has been decided about already.")
    elif request.POST.get("to") == "book":
        try:
            booked = series.book_all_the_same(day, timezone.now(), actor=Actor.therapist(request.user))
        except NotAllowed as reason:
            messages.error(request, str(reason))
        else:
            if booked:
                audit.record(audit.Kind.CHANGED, request.user, enquiry)
                messages.success(request, f"Booked: {formatting.time_and_place(booked)}. Nobody was told.")
    elif series.leave_out([day]):
        audit.record(audit.Kind.CHANGED, request.user, enquiry)
        messages.success(request, f"Left out: {formatting.day(day.day)}.")
    return back_to_enquiry(enquiry)
