from datetime import datetime

from content_editor.models import Region
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.text import slugify

from pages.models.revision import PagePath, Revision

# First parts of web addresses that other rooms answer, now or by promise.
RESERVED = {
    ".well-known",
    "admin",
    "consultation",
    "draft",
    "pictures",
    "robots.txt",
    "search",
    "sitemap.xml",
    "static",
    "styleguide",
}


class PageQuerySet(models.QuerySet):
    def kept(self) -> "PageQuerySet":
        return self.filter(deleted_at__isnull=True)

    def removed(self) -> "PageQuerySet":
        return self.filter(deleted_at__isnull=False)

    def with_path(self) -> "PageQuerySet":
        """Adds `path`, the current web address."""
        current = PagePath.objects.filter(page=OuterRef("pk"), is_current=True)
        return self.annotate(path=Subquery(current.values("path")[:1]))

    def with_state(self, now: datetime) -> "PageQuerySet":
        """Adds what a status in words needs: which draft is live and which is to go live (None: none), and when."""
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
    """The working copy of a page and its place in the tree; what visitors read is its live edition."""

    class Role(models.TextChoices):
        HOME = "home", "Home page"
        PRIVACY = "privacy", "Privacy notice"
        URGENT_HELP = "urgent_help", "Urgent help"
        PRIVATE_BROWSING = "private_browsing", "Private browsing"

    class Menu(models.TextChoices):
        MAIN = "main", "Main menu"
        FOOTER = "footer", "Foot of every page"
        NONE = "none", "In no menu"

    regions = [Region(key="main", title="Page")]

    parent = models.ForeignKey(
        "self",
        verbose_name="below",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The page that this one belongs to, such as Ketamine below Addictions. "
        "Leave it empty for a page at the top.",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Smaller numbers come first in menus and lists."
    )
    slug = models.SlugField(
        "last part of the web address",
        blank=True,
        help_text="Small letters and hyphens, such as “how-i-work”; made from the title if left empty. "
        "When you change it, the old address leads to the new one.",
    )
    role = models.CharField(max_length=20, choices=Role, null=True, blank=True, unique=True, editable=False)
    title = models.CharField(max_length=120, help_text="The large heading at the top of the page.")
    lead = models.TextField(
        "opening words",
        blank=True,
        help_text="One or two sentences under the heading: what a worried visitor should know first. "
        "Pages that list this one show them too.",
    )
    menu_label = models.CharField(
        "name in menus",
        max_length=40,
        blank=True,
        help_text="Only if the title is too long for a menu. Changes when you publish.",
    )
    menu = models.CharField(
        "where it is listed",
        max_length=10,
        choices=Menu,
        default=Menu.NONE,
        help_text="Takes effect when you save, for a page that is live.",
    )
    seo_title = models.CharField(
        "title in search results",
        max_length=120,
        blank=True,
        help_text="Up to about 60 letters are shown. Left empty, it is the title and your practice’s name.",
    )
    description = models.TextField(
        "text in search results",
        max_length=320,
        blank=True,
        help_text="One or two sentences, up to about 155 letters, that say what a reader finds here.",
    )
    noindex = models.BooleanField(
        "hide from search engines",
        default=False,
        help_text="Visitors can still reach the page by its address and by links.",
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

    # Present where a query adds them: with_path(), with_state().
    path: str | None
    live_version: int | None
    scheduled_version: int | None
    scheduled_for: datetime | None
    was_published: bool
    depth: int  # in_tree_order() adds it

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(parent__isnull=True, deleted_at__isnull=True),
                name="one_page_per_slug_at_the_top",
            ),
            models.UniqueConstraint(
                fields=["parent", "slug"],
                condition=Q(deleted_at__isnull=True),
                name="one_page_per_slug_below_a_page",
            ),
            models.CheckConstraint(
                condition=Q(slug="", role="home") | (~Q(slug="") & (Q(role__isnull=True) | ~Q(role="home"))),
                name="only_the_home_page_has_no_slug",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Fills in a missing slug and refuses a place in the tree that cannot be."""
        is_home = self.role == self.Role.HOME
        self.slug = "" if is_home else self.slug or slugify(self.title)[:50]
        if is_home and self.parent_id:
            raise ValidationError({"parent": "The home page is above all others; leave this empty."})
        if is_home:
            return
        if not self.slug:
            raise ValidationError({"slug": "Enter the last part of the web address, such as “how-i-work”."})
        self._clean_parent()
        if self.parent_id is None and self.slug in RESERVED:
            raise ValidationError({"slug": f"The site itself uses “/{self.slug}/”. Choose another word."})
        siblings = Page.objects.kept().filter(parent=self.parent_id, slug=self.slug).exclude(pk=self.pk)
        if self.deleted_at is None and (other := siblings.first()):
            raise ValidationError({"slug": f"“{other}” already has this address. Choose another word."})
        former = PagePath.objects.filter(path=self._path(), is_current=False, page__deleted_at=None)
        if known := former.filter(page__editions__isnull=False).exclude(page=self.pk).first():
            raise ValidationError(
                {"slug": f"“{known}” was the address of “{known.page}” and goes on leading there. Choose another word."}
            )

    def above(self) -> list["Page"]:
        """The page above this one, the one above that, and so on; each once, even if somebody made a circle."""
        pages: list[Page] = []
        page = self.parent
        while page and page not in pages:
            pages.append(page)
            page = page.parent
        return pages

    def _path(self) -> str:
        return "/" + "".join(f"{page.slug}/" for page in reversed([self, *self.above()]))

    def _clean_parent(self) -> None:
        above = self.parent
        if above and above.role == self.Role.HOME:
            raise ValidationError({"parent": "Every page is below the home page already; leave this empty."})
        if above and above.deleted_at:
            raise ValidationError({"parent": f"“{above}” has been removed. Choose another page."})
        if self.pk in [page.pk for page in self.above()]:
            raise ValidationError({"parent": "A page cannot be below itself. Choose another page."})
        if len(self._path()) > 1000:
            raise ValidationError({"slug": "The web address would be longer than 1,000 letters. Choose a shorter one."})

    def count_change(self) -> None:
        """Says that the draft has changed since the last edition; two tabs never count as one."""
        Page.objects.filter(pk=self.pk).update(draft_version=F("draft_version") + 1)
        self.refresh_from_db(fields=["draft_version"])
