"""The panel of the admin that lists the facts the therapist still has to fill in."""

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from practice.admin_site import DashboardPanel
from practice.facts import practice_row
from practice.models import Fee, Location, SupportLine


def panel(request: HttpRequest) -> DashboardPanel:
    practice = practice_row()
    items = [
        {"text": capfirst(name), "url": reverse("admin:practice_practice_change", args=[practice.pk])}
        for name in practice.still_to_fill_in()
    ]
    rooms = Location.objects.active().filter(kind=Location.Kind.ROOM, address="")
    items += [
        {"text": f"Address of {room}", "url": reverse("admin:practice_location_change", args=[room.pk])}
        for room in rooms
    ]
    items += [
        {"text": f"Fee for “{fee}”", "url": reverse("admin:practice_fee_change", args=[fee.pk])}
        for fee in Fee.objects.filter(is_active=True, pence__isnull=True)
    ]
    oldest = timezone.localdate() - timedelta(days=SupportLine.STALE_AFTER_DAYS)
    items += [
        {
            "text": f"Check that {line} still answers (last verified {line.verified_on:%-d %B %Y})",
            "url": reverse("admin:practice_supportline_change", args=[line.pk]),
        }
        for line in SupportLine.objects.filter(verified_on__lt=oldest)
    ]
    return DashboardPanel("Still to fill in", "admin/widgets/setup_checklist.html", {"items": items})
