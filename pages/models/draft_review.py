"""What belongs to a draft while it is being looked at: unsaved previews, links to share it, answers to warnings."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from pages.models.page import Page


class PreviewSnapshot(models.Model):
    """A page as it stood, unsaved, in somebody's editor when they asked to see it; forgotten within a day."""

    key = models.CharField(max_length=32, unique=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE)  # none yet while a page is being added
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"glance {self.pk}"


class ShareLink(models.Model):
    """Lets somebody without a login read a draft for a while; its address is signed and names no page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="share_links")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"link {self.pk}"


class DismissedFinding(models.Model):
    """Why a warning does not apply: what shows it, where, and when that was looked up."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=64)  # of the finding: its rule, its place and its words
    message = models.CharField(max_length=400)  # what the warning said
    note = models.CharField("why it may stay", max_length=400)
    link = models.URLField("where that can be read", max_length=400, blank=True)
    looked_up_on = models.DateField("checked on", default=timezone.localdate)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "key"], name="one_answer_per_warning")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
