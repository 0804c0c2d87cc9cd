from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from pages.models import Page
from pages.publishing import describe
from practice.admin_site import DashboardPanel

SHOWN = 5  # the rest is a tap away, in the list


def unpublished_changes(request: HttpRequest) -> DashboardPanel:
    """Pages whose draft says something that visitors do not see yet."""
    pages = list(Page.objects.with_unpublished_changes(timezone.now()).order_by("-updated_at"))
    items = [
        {
            "title": page.title,
            "status": describe(page),
            "url": reverse("admin:pages_page_change", args=[page.pk]),
        }
        for page in pages[:SHOWN]
    ]
    context = {
        "items": items,
        "more": len(pages) - len(items),
        "not_live": list(Page.objects.kept().with_state(timezone.now()).filter(live_version__isnull=True)),
        "list_url": reverse("admin:pages_page_changelist"),
    }
    return DashboardPanel("Pages", "admin/pages/widget.html", context)
