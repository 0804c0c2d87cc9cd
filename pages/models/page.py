from datetime import datetime

from content_editor.models import Region
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.text import slugify

from pages.models.revision import MAX_PATH_CHARS, PagePath, Revision
from pages.reserved_slugs import RESERVED, reserved_slugs

PATH_RESERVED = "“{path}” was the address of “{page}” and still redirects there. Choose another word."


class PageQuerySet(models.QuerySet):
    def not_removed(self) -> "PageQuerySet":
        return self.filter(deleted_at__isnull=True)

    def removed(self) -> "PageQuerySet":
        return self.filter(deleted_at__isnull=False)

    def with_path(self) -> "PageQuerySet":
        """Add `path`, the current path of each page."""
        current = PagePath.objects.filter(page=OuterRef("pk"), is_current=True)
        return self.annotate(path=Subquery(current.values("path")[:1]))

    def with_state(self, now: datetime) -> "PageQuerySet":
        """Add what describe() needs: the draft versions that are live and scheduled (None if there are none)."""
        live = Revision.objects.public(now).filter(page=OuterRef("pk"))
        scheduled = Revision.objects.scheduled(now).filter(page=OuterRef("pk"))
        return self.annotate(
            live_version=Subquery(live.values("draft_version")[:1]),
            scheduled_version=Subquery(scheduled.values("draft_version")[:1]),
            scheduled_for=Subquery(scheduled.values("live_from")[:1]),
            was_published=Exists(Revision.objects.filter(page=OuterRef("pk"), live_from__lte=now)),
        )

    def live(self, now: datetime) -> "PageQuerySet":
        return self.with_state(now).filter(live_version__isnull=False)

    def with_unpublished_changes(self, now: datetime) -> "PageQuerySet":
        return self.live(now).filter(draft_version__gt=F("live_version"))


class Page(models.Model):
    """The draft of a page and its place in the tree; visitors read its live revision."""

    class Role(models.TextChoices):
        HOME = "home", "Home page"
        PRIVACY = "privacy", "Privacy notice"
        URGENT_HELP = "urgent_help", "Urgent help"
        PRIVATE_BROWSING = "private_browsing", "Private browsing"

    class Menu(models.TextChoices):
        MAIN = "main", "Main menu"
        FOOTER = "footer", "Footer"
        NONE = "none", "None"

    regions = [Region(key="main", title="Page")]

    parent = models.ForeignKey(
        "self",
        verbose_name="parent page",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The page that this one belongs to, such as Addictions for Ketamine. "
        "Leave it empty for a top-level page.",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Smaller numbers come first in menus and lists."
    )
    slug = models.SlugField(
        "web address ending (slug)",
        blank=True,
        help_text="Lower-case letters and hyphens, such as “how-i-work”. Left empty, it is made from the title. "
        "If you change it, the old address redirects to the new one.",
    )
    role = models.CharField(max_length=20, choices=Role, null=True, blank=True, unique=True, editable=False)
    title = models.CharField(max_length=120, help_text="The large heading at the top of the page.")
    lead = models.TextField(
        "introduction",
        blank=True,
        help_text="One or two sentences under the heading: what a worried visitor should know first. "
        "They also appear where other pages list this one.",
    )
    menu_label = models.CharField(
        "menu label",
        max_length=40,
        blank=True,
        help_text="Only needed if the title is too long for a menu. Changes when you publish.",
    )
    menu = models.CharField(
        "menu",
        max_length=10,
        choices=Menu,
        default=Menu.NONE,
        help_text="For a live page, this takes effect as soon as you save.",
    )
    seo_title = models.CharField(
        "title in search results",
        max_length=120,
        blank=True,
        help_text="About 60 characters are shown. Left empty, it is the title followed by your practice’s name.",
    )
    description = models.TextField(
        "description in search results",
        max_length=320,
        blank=True,
        help_text="One or two sentences, up to about 155 characters, that say what the page offers.",
    )
    noindex = models.BooleanField(
        "hide from search engines",
        default=False,
        help_text="Visitors can still reach the page through its address and links.",
    )
    lists_services = models.BooleanField(
        "pages below it describe services",
        default=False,
        help_text="Search engines are then told that each of them is about something you offer, such as Ketamine "
        "below Addictions. Takes effect when you save.",
    )
    draft_version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Annotated by with_path() and with_state().
    path: str | None
    live_version: int | None
    scheduled_version: int | None
    scheduled_for: datetime | None
    was_published: bool
    depth: int  # set by in_tree_order()

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(parent__isnull=True, deleted_at__isnull=True),
                name="one_top_level_page_per_slug",
            ),
            models.UniqueConstraint(
                fields=["parent", "slug"],
                condition=Q(deleted_at__isnull=True),
                name="one_page_per_parent_and_slug",
            ),
            models.CheckConstraint(
                condition=Q(slug="", role="home") | (~Q(slug="") & (Q(role__isnull=True) | ~Q(role="home"))),
                name="only_the_home_page_has_no_slug",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Fill in a missing slug, write it in lower case and refuse an impossible place in the tree."""
        is_home = self.role == self.Role.HOME
        self.slug = "" if is_home else self.slug.lower() or slugify(self.title)[:50]
        if is_home and self.parent_id:
            raise ValidationError({"parent": "The home page is the top of the site; leave this empty."})
        if is_home:
            return
        if not self.slug:
            raise ValidationError({"slug": "Enter an ending for the web address, such as “how-i-work”."})
        self._clean_parent()
        if self.parent_id is None and self.slug in reserved_slugs():
            raise ValidationError({"slug": RESERVED.format(slug=self.slug)})
        siblings = Page.objects.not_removed().filter(parent=self.parent_id, slug=self.slug).exclude(pk=self.pk)
        if self.deleted_at is None and (sibling := siblings.first()):
            raise ValidationError({"slug": f"“{sibling}” already has this address. Choose another word."})
        old_paths = PagePath.objects.filter(path=self._path(), is_current=False, page__deleted_at=None)
        if path := old_paths.filter(page__revisions__isnull=False).exclude(page=self.pk).first():
            raise ValidationError({"slug": PATH_RESERVED.format(path=path, page=path.page)})

    def ancestors(self) -> list["Page"]:
        """Return the parent, its parent and so on; each only once, even if the parents form a cycle."""
        pages: list[Page] = []
        page = self.parent
        while page and page not in pages:
            pages.append(page)
            page = page.parent
        return pages

    def _path(self) -> str:
        return "/" + "".join(f"{page.slug}/" for page in reversed([self, *self.ancestors()]))

    def _clean_parent(self) -> None:
        parent = self.parent
        if parent and parent.role == self.Role.HOME:
            raise ValidationError({"parent": "Every page is below the home page already; leave this empty."})
        if parent and parent.deleted_at:
            raise ValidationError({"parent": f"“{parent}” has been removed. Choose another page."})
        if self.pk in [page.pk for page in self.ancestors()]:
            raise ValidationError({"parent": "A page cannot be below itself. Choose another page."})
        if len(self._path()) > MAX_PATH_CHARS:
            raise ValidationError(
                {"slug": "The web address would be longer than 1,000 characters. Choose a shorter one."}
            )

    def count_change(self) -> None:
        """Record that the draft has changed. The database increments the version, so that no change is lost."""
        Page.objects.filter(pk=self.pk).update(draft_version=F("draft_version") + 1)
        self.refresh_from_db(fields=["draft_version"])
