"""What stands around a page when it is checked or compared: other pages, addresses, the practice's facts."""

from django.conf import settings
from django.utils import timezone

from pages.checks import CheckContext
from pages.diff import ReferenceNames
from pages.models import Page, PagePath, Picture, Revision
from practice import facts
from practice.models import Fee, Location


def check_context(page: Page) -> CheckContext:
    addresses = dict(PagePath.objects.filter(is_current=True).values_list("page", "path"))
    public = set(Revision.objects.public(timezone.now()).values_list("page", flat=True))
    return CheckContext(
        public_pages=public,
        kept_pages=set(Page.objects.kept().values_list("pk", flat=True)),
        pictures=set(Picture.objects.values_list("pk", flat=True)),
        paths=set(PagePath.objects.filter(page__in=public).values_list("path", flat=True)),
        facts=facts.current(),
        site_url=settings.SITE_URL,
        path=addresses.get(page.pk, ""),
    )


def names() -> ReferenceNames:
    return ReferenceNames(
        pages=dict(Page.objects.values_list("pk", "title")),
        locations=dict(Location.objects.values_list("pk", "name")),
        fees=dict(Fee.objects.values_list("pk", "name")),
    )
