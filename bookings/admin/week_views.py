"""The therapist's week, and today and tomorrow on the desk's first page."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import busy_calendar
from bookings.admin import week, week_grid
from bookings.admin.weekly_hours import kinds_without_hours
from practice.admin_site import DashboardPanel
from practice.clock import localdate
from practice.requests import StaffRequest

WEEK = 7
FURTHEST = timedelta(days=3660)  # from today; further away there is nothing, and the calendar ends


@require_safe
def show(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """Of the day in `from`, else this week."""
    if not request.user.has_perm("bookings.view_enquiry"):
        raise PermissionDenied
    now = timezone.now()
    today = localdate(now)
    first = week.monday_of(_asked_for(request.GET.get("from", ""), today))
    facts = week.gather(first, WEEK, now)
    context = {
        "title": f"Week of {first:%-d %B %Y}",
        "grid": week_grid.arrange(week.days(first, WEEK, facts), now),
        "diary": facts.diary,
        "has_hours": bool(facts.weekly),
        "today": today,
        "is_this_week": first == week.monday_of(today),
        "first": first,
        "last": first + timedelta(days=WEEK - 1),
        "before": first - timedelta(weeks=1),
        "after": first + timedelta(weeks=1),
    }
    return render(request, "admin/bookings/week.html", admin_context | context)


def _asked_for(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= FURTHEST else today


def today_and_tomorrow(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    today = localdate(now)
    facts = week.gather(today, 2, now)
    context = {
        "days": list(zip(("Today", "Tomorrow"), week.days(today, 2, facts), strict=True)),
        "is_stale": busy_calendar.is_stale(facts.diary, now),
        "without_hours": kinds_without_hours(),
    }
    return DashboardPanel("Today and tomorrow", "admin/bookings/widgets/today.html", context)
