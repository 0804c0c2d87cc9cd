from django.db import models


class Picture(models.Model):
    """A picture as the site keeps it: encoded anew in several widths, in the database, so that a backup is whole."""

    name = models.CharField(max_length=120, help_text="For you alone, to find it again.")
    key = models.CharField(max_length=32, unique=True, editable=False)  # random: the address of a picture says nothing
    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the file as it came (SHA-256)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"picture {self.pk}"  # the admin's history keeps it for ever, and a file's name may say who is on it


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
