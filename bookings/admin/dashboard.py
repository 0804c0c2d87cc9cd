"""The dashboard panels of bookings: waiting enquiries, and whether mail works."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings import formatting, idle
from bookings.admin import series_views
from bookings.models import Enquiry
from bookings.worker import delivery, retries
from practice.admin_site import DashboardPanel
from practice.clock import localdate
from practice.command_line import command_line
from practice.facts import practice_row
from practice.requests import StaffRequest

MAX_ROWS = 8


def waiting(request: HttpRequest) -> DashboardPanel:
    now, visible = timezone.now(), Enquiry.objects.visible_to(request.user)
    enquiries = list(visible.with_people().waiting().most_urgent_first()[: MAX_ROWS + 1])
    rows = [
        {
            "enquiry": enquiry,
            "name": formatting.contact_name(enquiry),
            "status": formatting.status(enquiry, now),
            "is_overdue": enquiry.is_overdue(now),
        }
        for enquiry in enquiries[:MAX_ROWS]
    ]
    absence = practice_row().absence
    context = {
        "rows": rows,
        "has_more": len(enquiries) > MAX_ROWS,
        "set_aside": visible.set_aside().count(),
        "idle": _idle_rows(request, now),
        "skipped": series_views.to_decide(visible),
        "away": formatting.absence(absence, now) if absence and absence.last_day >= localdate(now) else "",
    }
    return DashboardPanel("Waiting for your reply", "admin/bookings/widgets/waiting.html", context)


def _idle_rows(request: HttpRequest, now: datetime) -> list[dict[str, Any]]:
    """Ask about what may be closed: waiting requests stand above, and everything else that is idle."""
    idle_enquiries = idle.idle_for(idle.ASK_AFTER, now).visible_to(request.user)
    idle_enquiries = idle_enquiries.exclude(status=Enquiry.Status.WAITING)
    return [
        {
            "enquiry": enquiry,
            "name": formatting.contact_name(enquiry),
            "status": enquiry.get_status_display(),
            "last_at": enquiry.last_at,
            "closes_at": None if enquiry.is_complaint else enquiry.last_at + idle.CLOSE_AFTER,
        }
        for enquiry in idle_enquiries[:MAX_ROWS]
    ]


def mail(request: HttpRequest) -> DashboardPanel:
    health = delivery.health(timezone.now())
    context = {
        "health": health,
        "is_failing": bool(health.last_error) or health.is_failing(timezone.now()),
        "release_command": command_line("release_messages"),
    }
    return DashboardPanel("Mail", "admin/bookings/widgets/mail.html", context)


@require_POST
def try_mail(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """Try to send all waiting messages now."""
    count = retries.try_now(timezone.now())
    messages.success(
        request, f"{count} being sent now. Check again in a minute." if count else "There’s nothing left to send."
    )
    return redirect("admin:index")
