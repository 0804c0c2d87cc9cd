"""The screen for calendars: the other calendar that is read, and the feed of appointments."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import busy_calendar
from bookings.admin import texts
from bookings.models import BookingSettings, BusySpan
from bookings.views import calendar_feed
from practice import audit, confirmation
from practice.requests import StaffRequest
from practice.sign_in import reauthentication


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    if not request.user.has_perm("bookings.change_bookingsettings"):
        raise PermissionDenied
    changes_secret = request.POST.get("act") in ("new", "end")
    if changes_secret and (page := reauthentication.question(request, admin_context)):
        return page
    if question := _question(request):
        return confirmation.ask(request, admin_context, back_url=reverse("admin:bookings_calendars"), **question)
    match request.POST.get("act"):
        case "read":
            _read(request)
        case "end":
            calendar_feed.end()
            audit.record(audit.Kind.KEYS, request.user, BookingSettings)
            messages.success(request, texts.FEED_ENDED)
        case "new":
            audit.record(audit.Kind.KEYS, request.user, BookingSettings)
            return _render(request, admin_context, calendar_feed.new_address())  # no redirect: it is shown only once
        case _:
            return _render(request, admin_context)
    return redirect("admin:bookings_calendars")


def _question(request: StaffRequest) -> dict[str, Any]:
    """Return what has to be asked before the address of the feed stops working, or nothing."""
    match request.POST.get("act"):
        case "new":
            question = {"title": "Replace the address?", "button": "Replace the address"}
            facts = [texts.FEED_STOPS, texts.FEED_NEW_ADDRESS]
        case "end":
            question, facts = {"title": "Turn off the address?", "button": "Turn off"}, [texts.FEED_STOPS]
        case _:
            return {}
    if not BookingSettings.load().feed_digest or confirmation.is_confirmed(request, facts):
        return {}
    return question | {"facts": facts}


def _render(request: StaffRequest, admin_context: dict[str, Any], new_address: str = "") -> HttpResponse:
    booking_settings, now = BookingSettings.load(), timezone.now()
    context = {
        "title": "Calendars",
        "diary": booking_settings,
        "is_stale": busy_calendar.is_stale(booking_settings, now),
        "is_read_in_part": busy_calendar.is_read_in_part(booking_settings),
        "busy": BusySpan.objects.filter(ends_at__gt=now).count(),
        "new_address": new_address,
    }
    return render(request, "admin/bookings/calendars.html", admin_context | context)


def _read(request: StaffRequest) -> None:
    booking_settings = BookingSettings.load()
    if not booking_settings.busy_address:
        messages.error(request, texts.OTHER_ADDRESS_MISSING)
    elif busy_calendar.read(booking_settings, timezone.now()):
        messages.success(request, texts.OTHER_CALENDAR_READ)
    else:
        booking_settings.refresh_from_db()
        messages.error(request, booking_settings.busy_problem or texts.OTHER_ADDRESS_CHANGED)
