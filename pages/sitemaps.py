from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.utils import timezone

from pages.models import Revision, RevisionQuerySet


class PagesSitemap(Sitemap):
    """Every page that visitors and search engines may see, with the date of its last publication."""

    def items(self) -> RevisionQuerySet:
        public = Revision.objects.public(timezone.now()).with_current_path()
        return public.exclude(source__noindex=True).defer("source", "text").order_by("path")

    def location(self, revision: Revision) -> str:
        return revision.path

    def lastmod(self, revision: Revision) -> datetime:
        return revision.live_from

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc
