from django.db import models


class Picture(models.Model):
    """A picture, re-encoded in several widths and stored in the database, so that one backup holds everything."""

    name = models.CharField(max_length=120, help_text="Visitors do not see it.")
    key = models.CharField(
        max_length=32, unique=True, editable=False
    )  # random, so that the URL of a picture reveals nothing
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of the uploaded file
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        # Without the name: the admin's history keeps this for ever, and a file name may identify a person.
        return f"picture {self.pk}"


class Rendition(models.Model):
    """One picture at one width in one format."""

    class Format(models.TextChoices):
        AVIF = "avif", "AVIF"
        WEBP = "webp", "WebP"

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")
    width = models.PositiveIntegerField()
    format = models.CharField(max_length=4, choices=Format)
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["picture", "width", "format"], name="one_rendition_per_width_and_format"),
        ]

    def __str__(self) -> str:
        return f"{self.width} px, {self.get_format_display()}"
