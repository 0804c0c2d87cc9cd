"""The panel of the desk that says whether what people write is sealed, and what there is to do about it."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from practice.admin_site import DashboardPanel
from practice.sealing import opened, practice_keys


def panel(request: HttpRequest) -> DashboardPanel:
    """Say it to a therapist; others don't see the panel."""
    is_on = practice_keys.newest() is not None
    context: dict[str, Any] = {"is_on": is_on, "is_awaited": practice_keys.awaited_recovery_key() is not None}
    if is_on and isinstance(request.user, User):
        context |= {
            "is_open": opened.is_open(),
            "is_check_due": practice_keys.is_check_due(timezone.now()),
            "holding": practice_keys.holding(request.user),
            "is_under_former_password": opened.is_under_former_password(request, request.user),
            "waiting": [] if not opened.is_open() else practice_keys.without_key(),
        }
    return DashboardPanel("What people write", "admin/sealing/panel.html", context)
