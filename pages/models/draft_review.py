"""What belongs to a draft under review: previews of unsaved changes, share links and dismissed findings."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from pages.models.page import Page


class PreviewSnapshot(models.Model):
    """The unsaved content of a user's editor, stored for a preview and deleted after a day."""

    key = models.CharField(max_length=32, unique=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE)  # null while a page is being added
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"preview snapshot {self.pk}"


class ShareLink(models.Model):
    """Lets someone without a login read a draft for a limited time; its URL is signed and does not name the page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="share_links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"share link {self.pk}"


class DismissedFinding(models.Model):
    """The reason why a warning does not apply to a page, with its source and the date it was checked."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="dismissed_findings")
    key = models.CharField(max_length=64)  # a hash of the finding's rule, place and words
    message = models.CharField(max_length=400)  # the text of the warning
    note = models.CharField("reason", max_length=400)
    link = models.URLField("source", max_length=400, blank=True)
    checked_on = models.DateField("checked on", default=timezone.localdate)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "key"], name="one_dismissal_per_finding")]

    def __str__(self) -> str:
        return f"dismissed finding {self.pk}"
