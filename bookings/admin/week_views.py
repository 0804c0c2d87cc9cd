"""The week's diary, and today and tomorrow on the dashboard."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import busy_calendar, joining
from bookings.admin import week, week_grid
from bookings.admin.weekly_hours import types_without_hours
from practice.admin_site import DashboardPanel
from practice.clock import localdate
from practice.requests import StaffRequest

DAYS = 7
JOIN_REMINDER_DAYS = 4  # a link is promised a day before its appointment
MAX_DISTANCE = timedelta(days=3660)  # from today; dates near year 1 or 9999 would overflow


@require_safe
def show(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """Show the week of the day in `from`, by default this week."""
    if not request.user.has_perm("bookings.view_enquiry"):
        raise PermissionDenied
    now = timezone.now()
    today = localdate(now)
    first = week.monday_of(_requested_day(request.GET.get("from", ""), today))
    data = week.gather(first, DAYS, now)
    context = {
        "title": f"Week of {first:%-d %B %Y}",
        "grid": week_grid.arrange(week.days(first, DAYS, data), now),
        "diary": data.diary,
        "has_hours": bool(data.weekly),
        "today": today,
        "is_this_week": first == week.monday_of(today),
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "before": first - timedelta(weeks=1),
        "after": first + timedelta(weeks=1),
    }
    return render(request, "admin/bookings/week.html", admin_context | context)


def _requested_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= MAX_DISTANCE else today


def today_and_tomorrow(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    today = localdate(now)
    data = week.gather(today, JOIN_REMINDER_DAYS, now)
    context = {
        "days": list(zip(("Today", "Tomorrow"), week.days(today, 2, data), strict=True)),
        "is_stale": busy_calendar.is_stale(data.diary, now),
        "without_hours": types_without_hours(),
        "without_way": joining.without_way(data.appointments, now),
    }
    return DashboardPanel("Today and tomorrow", "admin/bookings/widgets/today.html", context)
