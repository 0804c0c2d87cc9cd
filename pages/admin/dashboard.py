from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from pages.models import Page
from pages.publishing import describe
from practice.admin_site import DashboardPanel

MAX_LISTED_PAGES = 5  # the page list has the others


def unpublished_changes(request: HttpRequest) -> DashboardPanel:
    """List the pages whose draft has changes that visitors do not see yet."""
    pages = list(Page.objects.with_unpublished_changes(timezone.now()).order_by("-updated_at"))
    items = [
        {
            "title": page.title,
            "status": describe(page),
            "url": reverse("admin:pages_page_change", args=[page.pk]),
        }
        for page in pages[:MAX_LISTED_PAGES]
    ]
    context = {
        "items": items,
        "more": len(pages) - len(items),
        "not_live": list(Page.objects.not_removed().with_state(timezone.now()).filter(live_version__isnull=True)),
        "list_url": reverse("admin:pages_page_changelist"),
    }
    return DashboardPanel("Pages", "admin/pages/widget.html", context)
