"""Statistics: three numbers on the dashboard and a screen with all of them."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_safe

from bookings.admin import appointment_statistics
from bookings.admin.statistics import Statistics, gather
from practice.admin_site import DashboardPanel
from practice.requests import StaffRequest


def panel(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    return DashboardPanel("The last 12 weeks", "admin/bookings/widgets/statistics.html", _headlines(gather(now), now))


@require_safe
def statistics(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    if not request.user.has_perm("bookings.view_statistics"):
        raise PermissionDenied
    now = timezone.now()
    statistics = gather(now)
    context = {
        "title": "Statistics",
        "statistics": statistics,
        "weekly": [
            (week, [location.weekly[number] for location in statistics.locations], statistics.weekly[number])
            for number, week in enumerate(statistics.weeks)
        ],
        "busiest": max(statistics.weekly),
        "measures": appointment_statistics.gather(now),
        **_headlines(statistics, now),
    }
    return render(request, "admin/bookings/statistics.html", admin_context | context)


def _headlines(statistics: Statistics, now: datetime) -> dict[str, Any]:
    return {
        "total": statistics.total,
        "agreed_total": statistics.agreed,
        "typical": duration_text(statistics.typical, now),
        "slowest": duration_text(statistics.slowest, now),
        "since": statistics.weeks[0],
    }


def duration_text(length: timedelta | None, now: datetime) -> str:
    """Format a duration, such as “1 day, 4 hours”."""
    if length is None:
        return ""
    if length < timedelta(minutes=1):
        return "under a minute"
    return timesince(now - length, now, depth=2)
