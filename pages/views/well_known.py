"""Serve the files that search engines, browsers and security researchers look for at fixed paths."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages.sitemaps import PagesSitemap
from practice import colours, facts

revalidate = cache_control(no_cache=True)


@require_safe
@revalidate
def sitemap(request: HttpRequest) -> HttpResponse:
    return sitemap_view(request, {"pages": PagesSitemap})


@require_safe
@revalidate
def robots(request: HttpRequest) -> HttpResponse:
    return _text("User-agent: *", "Disallow: /admin/", "", f"Sitemap: {settings.SITE_URL}/sitemap.xml")


@require_safe
@revalidate
def security(request: HttpRequest) -> HttpResponse:
    """Serve security.txt (RFC 9116). The contact is the form, because no other address is public."""
    return _text(
        f"Contact: {settings.SITE_URL}{reverse('bookings:consultation')}",
        f"Expires: {expires(timezone.localdate()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{reverse('pages:security')}",
    )


def expires(today: date) -> datetime:
    """Return the beginning of the quarter after next.

    It is always three to six months ahead, and the file changes only four times a year.
    """
    months = (today.month - 1) // 3 * 3 + 6
    return datetime(today.year + months // 12, months % 12 + 1, 1, tzinfo=UTC)


@require_safe
@revalidate
def manifest(request: HttpRequest) -> HttpResponse:
    """Serve the web app manifest; the name below the icon is the neutral one, because others may see the phone."""
    practice = facts.current().practice
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    content = {
        "name": practice.name,
        "short_name": practice.sender_name,
        "lang": "en-GB",
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "background_color": colours.PAPER,
        "theme_color": colours.PAPER,
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _text(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
