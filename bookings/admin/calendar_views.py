"""The therapist's screen for other calendars: the one that is read as busy time, and the feed that theirs can read."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import busy_calendar, locking
from bookings.models import BusySpan
from bookings.views import calendar_feed
from practice.requests import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    if not request.user.has_perm("bookings.change_diary"):
        raise PermissionDenied
    match request.POST.get("act"):
        case "read":
            _read(request)
        case "end":
            calendar_feed.end()
            messages.success(request, "The address no longer works. Calendars that used it get no more updates.")
        case "new":
            return _shown(request, admin_context, calendar_feed.new_address())  # this once, so not from the session
        case _:
            return _shown(request, admin_context)
    return redirect("admin:bookings_calendars")


def _shown(request: StaffRequest, admin_context: dict[str, Any], new_address: str = "") -> HttpResponse:
    rules, now = locking.booking_settings(), timezone.now()
    context = {
        "title": "Calendars",
        "diary": rules,
        "is_stale": busy_calendar.is_stale(rules, now),
        "busy": BusySpan.objects.filter(ends_at__gt=now).count(),
        "new_address": new_address,
    }
    return render(request, "admin/bookings/calendars.html", admin_context | context)


def _read(request: StaffRequest) -> None:
    rules = locking.booking_settings()
    if not rules.busy_address:
        messages.error(request, "Add the address of your other calendar first.")
    elif busy_calendar.read(rules, timezone.now()):
        messages.success(request, "Your other calendar has been read.")
    else:
        rules.refresh_from_db()
        messages.error(request, rules.busy_problem or "The address has just been changed. It will be read in a moment.")
