"""Looking at a draft: unsaved from the editor, or by a link for somebody without a login."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from csp.constants import SELF
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from pages import publishing
from pages.models import Page, PreviewSnapshot, ShareLink
from pages.source import Source, field, to_source
from pages.views.page import show as show_page
from practice.requests import StaffRequest

GLANCES_KEPT = timedelta(days=1)
LINKS_LAST = timedelta(days=14)
SALT = "pages.admin.preview_views.ShareLink"
# The page inside a preview may be framed by the preview, and by nothing else.
FRAMED = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], "frame-ancestors": [SELF]}


def glance_at(source: Source, page: Page | None, *, who: User, now: datetime) -> PreviewSnapshot:
    """Keeps what stands in an editor, unsaved, for as long as somebody may look at it."""
    return PreviewSnapshot.objects.create(key=secrets.token_hex(16), page=page, who=who, source=source, created_at=now)


def forget_glances(now: datetime) -> None:
    PreviewSnapshot.objects.filter(created_at__lte=now - GLANCES_KEPT).delete()


def _kept(request: StaffRequest, key: str) -> PreviewSnapshot:
    """For the eyes of who asked for it."""
    kept = PreviewSnapshot.objects.filter(created_at__gt=timezone.now() - GLANCES_KEPT).select_related("page")
    return get_object_or_404(kept, key=key, who=request.user)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # django-csp's types allow a view nothing but the request
@require_safe
def glance(request: StaffRequest, *, frame: dict[str, Any], key: str) -> HttpResponse:
    """A phone and a desktop side by side."""
    seen = _kept(request, key)
    context = {"title": "Preview", "page": seen.page, "key": key, "name": field(seen.source, "title")}
    return render(request, "admin/pages/page/preview_snapshot.html", frame | context)


@csp(FRAMED)  # type: ignore[arg-type]  # django-csp's types allow a view nothing but the request
@xframe_options_sameorigin
@require_safe
def glanced(request: StaffRequest, *, frame: dict[str, Any], key: str) -> HttpResponse:
    seen = _kept(request, key)
    page = seen.page or Page()
    path = Page.objects.with_path().get(pk=page.pk).path if page.pk else ""
    return show_page(request, page, seen.source, path or "", {"preview": {"framed": True}})


@require_safe
def preview(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    """The saved draft as it would be published now, through the same code that shows it to visitors."""
    preview = {"title": "Preview of the draft", "status": publishing.describe(page), "page": page}
    return show_page(request, page, to_source(page), page.path or "", {"preview": preview})


@require_safe
def sharing(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    links = page.share_links.filter(revoked_at=None, expires_at__gt=timezone.now())
    rows = [{"link": link, "url": settings.SITE_URL + _path(link)} for link in links]
    context = {"title": f"Share the draft of “{page}”", "page": page, "rows": rows}
    return render(request, "admin/pages/page/sharing.html", frame | context)


@require_POST
def share(request: StaffRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    ShareLink.objects.create(page=page, who=request.user, created_at=now, expires_at=now + LINKS_LAST)
    messages.success(request, "The link is ready. Copy it and send it to whoever should read the draft.")
    return redirect("admin:pages_page_sharing", page.pk)


@require_POST
def revoke(request: HttpRequest, *, page: Page, frame: dict[str, Any], link: int) -> HttpResponse:
    page.share_links.filter(pk=link, revoked_at=None).update(revoked_at=timezone.now())
    messages.success(request, "That link no longer opens anything.")
    return redirect("admin:pages_page_sharing", page.pk)


@cache_control(no_store=True, private=True)
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The draft as it is saved now, for whoever has the link, until it ends or is taken back."""
    try:
        number = signing.loads(token, salt=SALT, max_age=LINKS_LAST)
    except signing.BadSignature:
        raise Http404 from None
    open_links = ShareLink.objects.filter(
        revoked_at=None, expires_at__gt=timezone.now(), page__deleted_at=None, who__is_active=True
    )
    link = open_links.select_related("page").filter(pk=number).first()
    if link is None:
        return render(request, "pages/share_ended.html", status=404)
    preview = {"title": "A draft, shown to you", "until": link.expires_at}
    response = show_page(request, link.page, to_source(link.page), "", {"preview": preview, "noindex": True})
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _path(link: ShareLink) -> str:
    return reverse("pages:shared", args=[signing.dumps(link.pk, salt=SALT)])
