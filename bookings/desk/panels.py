"""What bookings put on the desk: who is waiting, and whether mail works."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings import promise, wording
from bookings.mail import notifications
from bookings.models import Enquiry
from practice.desk import Panel
from practice.facts import practice_row
from practice.requests import StaffRequest

SHOWN = 8


def waiting(request: HttpRequest) -> Panel:
    now = timezone.now()
    found = list(Enquiry.objects.waiting().most_urgent_first()[: SHOWN + 1])
    rows = [
        {
            "enquiry": enquiry,
            "who": wording.who(enquiry),
            "status": wording.status(enquiry, now),
            "is_overdue": enquiry.is_overdue(now),
        }
        for enquiry in found[:SHOWN]
    ]
    context = {
        "rows": rows,
        "more": len(found) > SHOWN,
        "set_aside": Enquiry.objects.set_aside().count(),
        "away_until": promise.still_away(practice_row().away_until, now),
    }
    return Panel("Who is waiting for you", "admin/bookings/widgets/waiting.html", context)


def mail(request: HttpRequest) -> Panel:
    health = notifications.health(timezone.now())
    context = {"health": health, "is_failing": bool(health.last_error) or health.is_failing(timezone.now())}
    return Panel("Mail", "admin/bookings/widgets/mail.html", context)


@require_POST
def try_mail(request: StaffRequest, frame: dict[str, Any]) -> HttpResponse:
    """The button beside “Mail is failing”."""
    count = notifications.try_now(timezone.now())
    messages.success(request, f"{count} tried now; look again in a minute." if count else "Everything is being tried.")
    return redirect("admin:index")
