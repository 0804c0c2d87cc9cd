from django.db import models

from bookings.models.enquiry import Enquiry


class PrivateLink(models.Model):
    """Where a person comes back to their request. Only digests are stored: of the token, the four words and the PIN."""

    enquiry = models.OneToOneField(Enquiry, on_delete=models.CASCADE, related_name="link")
    generation = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, unique=True)
    words_digest = models.CharField(max_length=64, blank=True)  # empty where no form gave any words
    pin_digest = models.CharField(max_length=64, blank=True, db_default="")  # empty where the person chose no PIN
    ends_at = models.DateTimeField()

    open_fields = ("digest", "words_digest", "pin_digest")

    def __str__(self) -> str:
        return f"link of enquiry {self.enquiry_id}"
