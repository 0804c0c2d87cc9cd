from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.utils import timezone

from pages.models import Revision, RevisionQuerySet


class PagesSitemap(Sitemap):
    """Every page that visitors and search engines may see, with the day its words last changed."""

    def items(self) -> RevisionQuerySet:
        public = Revision.objects.public(timezone.now()).with_current_path()
        return public.exclude(source__noindex=True).defer("source", "text").order_by("path")

    def location(self, edition: Revision) -> str:
        return edition.path

    def lastmod(self, edition: Revision) -> datetime:
        return edition.live_from

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc
