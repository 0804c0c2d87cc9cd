"""What the last weeks came to, on the desk: three numbers on its first page, all of them on their own."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_safe

from bookings.admin.statistics import Statistics, gather
from practice.admin_site import DashboardPanel
from practice.requests import StaffRequest


def panel(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    return DashboardPanel("The last 12 weeks", "admin/bookings/widgets/figures.html", _headlines(gather(now), now))


@require_safe
def figures(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    found = gather(now)
    context = {
        "title": "Statistics",
        "figures": found,
        "weekly": [
            (week, [place.weekly[number] for place in found.places], found.weekly[number])
            for number, week in enumerate(found.weeks)
        ],
        "busiest": max(found.weekly),
        **_headlines(found, now),
    }
    return render(request, "admin/bookings/figures.html", admin_context | context)


def _headlines(found: Statistics, now: datetime) -> dict[str, Any]:
    return {
        "total": found.total,
        "agreed_total": found.agreed,
        "typical": in_words(found.typical, now),
        "slowest": in_words(found.slowest, now),
        "since": found.weeks[0],
    }


def in_words(length: timedelta | None, now: datetime) -> str:
    """Such as “1 day, 4 hours”; empty for none."""
    if length is None:
        return ""
    if length < timedelta(minutes=1):
        return "under a minute"
    return timesince(now - length, now, depth=2)
