from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

MAX_PATH_CHARS = 1000


class RevisionQuerySet(models.QuerySet):
    def public(self, now: datetime) -> "RevisionQuerySet":
        """Return what visitors may see now: the one definition that pages, menus, the sitemap and search share."""
        return self.live_at(now).filter(page__deleted_at__isnull=True)

    def live_at(self, moment: datetime) -> "RevisionQuerySet":
        """Return what visitors saw at that time, including pages that have since been removed."""
        return self.filter(Q(live_until__isnull=True) | Q(live_until__gt=moment), live_from__lte=moment)

    def scheduled(self, now: datetime) -> "RevisionQuerySet":
        """Return what visitors will see later."""
        return self.filter(
            Q(live_until__isnull=True) | Q(live_until__gt=F("live_from")),
            live_from__gt=now,
            page__deleted_at__isnull=True,
        )

    def at_path(self, path: str) -> "RevisionQuerySet":
        """Filter by a current or former path of the page; add `is_current` and `current_path`."""
        current = PagePath.objects.filter(page=OuterRef("page"), is_current=True)
        return self.filter(page__paths__path=path).annotate(
            is_current=F("page__paths__is_current"),
            current_path=Subquery(current.values("path")[:1]),
        )

    def with_current_path(self) -> "RevisionQuerySet":
        return self.filter(page__paths__is_current=True).annotate(path=F("page__paths__path"))


class Revision(models.Model):
    """A published snapshot of a page, live while live_from <= now < live_until. Its content never changes."""

    page = models.ForeignKey("pages.Page", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.JSONField()
    schema = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    note = models.CharField(max_length=200, blank=True)
    dismissals = models.JSONField(default=list)  # the reasons given for warnings when it was published
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    draft_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    ended_revisions = models.JSONField(default=list)  # [number, former live_until] of each revision that this one ended
    undoes = models.PositiveIntegerField(null=True)  # the number of the revision that this one undoes
    live_from = models.DateTimeField()
    live_until = models.DateTimeField(null=True)

    # Annotated by with_current_path() and at_path().
    path: str
    is_current: bool
    current_path: str | None

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["page", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="one_revision_per_page_and_number"),
            models.UniqueConstraint(
                fields=["page"], condition=Q(live_until__isnull=True), name="one_open_revision_per_page"
            ),
            models.CheckConstraint(
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
                name="revision_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number}"


class PagePath(models.Model):
    """A current or former path of a page; a former one redirects to the current one."""

    path = models.CharField(max_length=MAX_PATH_CHARS, unique=True)
    page = models.ForeignKey("pages.Page", on_delete=models.PROTECT, related_name="paths")
    is_current = models.BooleanField()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["page"], condition=Q(is_current=True), name="one_current_path_per_page"),
        ]

    def __str__(self) -> str:
        return self.path
