from django.db import models

from bookings.models.enquiry import Enquiry


class PrivateLink(models.Model):
    """Where a person comes back to their request. Only digests are stored: of the token, and of the four words."""

    enquiry = models.OneToOneField(Enquiry, on_delete=models.CASCADE, related_name="link")
    generation = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, unique=True)
    words_digest = models.CharField(max_length=64, blank=True)  # empty where no form gave any words
    ends_at = models.DateTimeField()

    open_fields = ("digest", "words_digest")

    def __str__(self) -> str:
        return f"link of enquiry {self.enquiry_id}"
