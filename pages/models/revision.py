from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery


class RevisionQuerySet(models.QuerySet):
    def public(self, now: datetime) -> "RevisionQuerySet":
        """What visitors may see: the one definition that pages, menus, the sitemap and search share."""
        return self.shown_at(now).filter(page__deleted_at__isnull=True)

    def shown_at(self, then: datetime) -> "RevisionQuerySet":
        """What visitors saw at a moment, of pages that have been removed since, too."""
        return self.filter(Q(live_until__isnull=True) | Q(live_until__gt=then), live_from__lte=then)

    def scheduled(self, now: datetime) -> "RevisionQuerySet":
        """What visitors will see later."""
        return self.filter(
            Q(live_until__isnull=True) | Q(live_until__gt=F("live_from")),
            live_from__gt=now,
            page__deleted_at__isnull=True,
        )

    def answering(self, path: str) -> "RevisionQuerySet":
        """The edition of the page that has, or had, this path; adds `is_current` and `current_path`."""
        current = PagePath.objects.filter(page=OuterRef("page"), is_current=True)
        return self.filter(page__addresses__path=path).annotate(
            is_current=F("page__addresses__is_current"),
            current_path=Subquery(current.values("path")[:1]),
        )

    def with_current_path(self) -> "RevisionQuerySet":
        return self.filter(page__addresses__is_current=True).annotate(path=F("page__addresses__path"))


class Revision(models.Model):
    """One published snapshot of a page. Live while live_from <= now < live_until; otherwise never changed."""

    page = models.ForeignKey("pages.Page", on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    source = models.JSONField()
    schema = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    note = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=list)  # what was said to the warnings that stood when it was published
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    draft_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    ended = models.JSONField(default=list)  # [number, until when it was to be live] of each edition that this one ended
    undoes = models.PositiveIntegerField(null=True)  # the number of the edition that this one takes back
    live_from = models.DateTimeField()
    live_until = models.DateTimeField(null=True)

    # Present where a query adds them: with_current_path(), answering().
    path: str
    is_current: bool
    current_path: str | None

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["page", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="edition_numbers_are_never_reused"),
            models.UniqueConstraint(
                fields=["page"], condition=Q(live_until__isnull=True), name="one_open_edition_per_page"
            ),
            models.CheckConstraint(
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
                name="an_edition_does_not_end_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.number}"


class PagePath(models.Model):
    """A path that a page has or once had; a former one redirects to the current one."""

    path = models.CharField(max_length=1000, unique=True)
    page = models.ForeignKey("pages.Page", on_delete=models.PROTECT, related_name="addresses")
    is_current = models.BooleanField()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["page"], condition=Q(is_current=True), name="one_current_address_per_page"),
        ]

    def __str__(self) -> str:
        return self.path
