"""Collect what the checks and the comparison of a page need from the database."""

from django.conf import settings
from django.utils import timezone

from pages.checks import CheckContext
from pages.diff import ReferenceNames
from pages.models import Page, PagePath, Picture, Revision
from practice import facts
from practice.models import Fee, Location


def check_context(page: Page) -> CheckContext:
    paths = dict(PagePath.objects.filter(is_current=True).values_list("page", "path"))
    public = set(Revision.objects.public(timezone.now()).values_list("page", flat=True))
    return CheckContext(
        public_pages=public,
        existing_pages=set(Page.objects.not_removed().values_list("pk", flat=True)),
        pictures=set(Picture.objects.values_list("pk", flat=True)),
        paths=set(PagePath.objects.filter(page__in=public).values_list("path", flat=True)),
        facts=facts.current(),
        site_url=settings.SITE_URL,
        path=paths.get(page.pk, ""),
    )


def reference_names() -> ReferenceNames:
    return ReferenceNames(
        pages=dict(Page.objects.values_list("pk", "title")),
        locations=dict(Location.objects.values_list("pk", "name")),
        fees=dict(Fee.objects.values_list("pk", "name")),
    )
