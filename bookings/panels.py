"""What bookings put on the desk: who is waiting, and whether mail works."""

from django.http import HttpRequest
from django.utils import timezone

from bookings import notifications, wording
from bookings.models import Enquiry
from practice.desk import Panel

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
    context = {"rows": rows, "more": len(found) > SHOWN, "set_aside": Enquiry.objects.set_aside().count()}
    return Panel("Who is waiting for you", "admin/bookings/waiting.html", context)


def mail(request: HttpRequest) -> Panel:
    health = notifications.health()
    context = {"health": health, "is_failing": health.is_failing(timezone.now())}
    return Panel("Mail", "admin/bookings/mail.html", context)
