"""What bookings put on the desk: who is waiting, and whether mail works."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings import formatting
from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.worker import delivery
from practice.admin_site import DashboardPanel
from practice.facts import practice_row
from practice.requests import StaffRequest

SHOWN = 8


def waiting(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    found = list(Enquiry.objects.waiting().most_urgent_first()[: SHOWN + 1])
    rows = [
        {
            "enquiry": enquiry,
            "who": formatting.who(enquiry),
            "status": formatting.status(enquiry, now),
            "is_overdue": enquiry.is_overdue(now),
        }
        for enquiry in found[:SHOWN]
    ]
    context = {
        "rows": rows,
        "more": len(found) > SHOWN,
        "set_aside": Enquiry.objects.set_aside().count(),
        "away_until": ReplyPolicy.of(practice_row()).away_after(now),
    }
    return DashboardPanel("Who is waiting for you", "admin/bookings/widgets/waiting.html", context)


def mail(request: HttpRequest) -> DashboardPanel:
    health = delivery.health(timezone.now())
    context = {"health": health, "is_failing": bool(health.last_error) or health.is_failing(timezone.now())}
    return DashboardPanel("Mail", "admin/bookings/widgets/mail.html", context)


@require_POST
def try_mail(request: StaffRequest, admin_context: dict[str, Any]) -> HttpResponse:
    """The button beside “Mail is failing”."""
    count = delivery.try_now(timezone.now())
    messages.success(request, f"{count} tried now; look again in a minute." if count else "Everything is being tried.")
    return redirect("admin:index")
