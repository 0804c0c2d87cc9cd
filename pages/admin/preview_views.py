"""Preview a draft: unsaved from the editor, saved, or through a link for someone without a login."""

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
from pages.admin import texts
from pages.models import Page, PreviewSnapshot, ShareLink
from pages.page_source import Source, field, to_source
from pages.views.page import render_page
from practice import keys
from practice.keys import KeyLabel
from practice.requests import StaffRequest

SNAPSHOT_LIFETIME = timedelta(days=1)
SHARE_LINK_LIFETIME = timedelta(days=14)
SHARE_LINK_SALT = "pages.admin.preview_views.ShareLink"
# The previewed page may be framed by the preview screen, and by nothing else.
FRAMED_CSP = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], "frame-ancestors": [SELF]}


def save_snapshot(source: Source, page: Page | None, *, user: User, now: datetime) -> PreviewSnapshot:
    """Store the unsaved content of the editor for a preview."""
    return PreviewSnapshot.objects.create(
        key=secrets.token_hex(16), page=page, user=user, source=source, created_at=now
    )


def delete_old_snapshots(now: datetime) -> None:
    PreviewSnapshot.objects.filter(created_at__lte=now - SNAPSHOT_LIFETIME).delete()


def _get_snapshot(request: StaffRequest, key: str) -> PreviewSnapshot:
    """Return the snapshot if it belongs to the signed-in user."""
    snapshots = PreviewSnapshot.objects.filter(created_at__gt=timezone.now() - SNAPSHOT_LIFETIME).select_related("page")
    return get_object_or_404(snapshots, key=key, user=request.user)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # django-csp's types allow views no arguments but the request
@require_safe
def snapshot(request: StaffRequest, *, admin_context: dict[str, Any], key: str) -> HttpResponse:
    """Show the snapshot in a phone and a desktop frame."""
    snapshot = _get_snapshot(request, key)
    context = {"title": "Preview", "page": snapshot.page, "key": key, "name": field(snapshot.source, "title")}
    return render(request, "admin/pages/page/preview_snapshot.html", admin_context | context)


@csp(FRAMED_CSP)  # type: ignore[arg-type]  # django-csp's types allow views no arguments but the request
@xframe_options_sameorigin
@require_safe
def snapshot_page(request: StaffRequest, *, admin_context: dict[str, Any], key: str) -> HttpResponse:
    snapshot = _get_snapshot(request, key)
    page = snapshot.page or Page()
    path = Page.objects.with_path().get(pk=page.pk).path if page.pk else ""
    return render_page(request, page, snapshot.source, path or "", {"preview": {"framed": True}})


@require_safe
def preview(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    """Show the saved draft through the code that renders it for visitors."""
    preview = {"title": "Preview of the draft", "status": publishing.describe(page), "page": page}
    return render_page(request, page, to_source(page), page.path or "", {"preview": preview})


@require_safe
def share_links(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    links = page.share_links.filter(revoked_at=None, expires_at__gt=timezone.now())
    rows = [{"link": link, "url": settings.SITE_URL + _share_path(link)} for link in links]
    context = {"title": f"Share the draft of “{page}”", "page": page, "rows": rows}
    return render(request, "admin/pages/page/sharing.html", admin_context | context)


@require_POST
def create_share_link(request: StaffRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    ShareLink.objects.create(page=page, user=request.user, created_at=now, expires_at=now + SHARE_LINK_LIFETIME)
    messages.success(request, texts.SHARE_LINK_CREATED)
    return redirect("admin:pages_page_share_links", page.pk)


@require_POST
def revoke_share_link(request: HttpRequest, *, page: Page, admin_context: dict[str, Any], link: int) -> HttpResponse:
    page.share_links.filter(pk=link, revoked_at=None).update(revoked_at=timezone.now())
    messages.success(request, texts.SHARE_LINK_REVOKED)
    return redirect("admin:pages_page_share_links", page.pk)


@cache_control(no_store=True, private=True)
@require_safe
def shared_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Show the saved draft to anyone who has a link that is neither expired nor revoked."""
    try:
        key, older = keys.signing_keys(KeyLabel.SHARED_DRAFT)
        number = signing.loads(token, key=key, salt=SHARE_LINK_SALT, max_age=SHARE_LINK_LIFETIME, fallback_keys=older)
    except signing.BadSignature:
        raise Http404 from None
    open_links = ShareLink.objects.filter(
        revoked_at=None, expires_at__gt=timezone.now(), page__deleted_at=None, user__is_active=True
    )
    link = open_links.select_related("page").filter(pk=number).first()
    if link is None:
        return render(request, "pages/share_ended.html", status=404)
    preview = {"title": "A draft, shown to you", "until": link.expires_at}
    response = render_page(request, link.page, to_source(link.page), "", {"preview": preview, "noindex": True})
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _share_path(link: ShareLink) -> str:
    key, _ = keys.signing_keys(KeyLabel.SHARED_DRAFT)
    return reverse("pages:shared_draft", args=[signing.dumps(link.pk, key=key, salt=SHARE_LINK_SALT)])
