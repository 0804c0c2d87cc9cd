import json
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from bookings.encryption import EncryptedRow, EncryptedTextField, UnreadableText
from practice.tiers import Tier


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def erase_names(self) -> int:
        """Take away whom they were for and what exactly they were about, and return how many that were."""
        return self.update(enquiry=None, addressee="", items="", row_id=None)


class Invoice(EncryptedRow):
    """What a person was asked to pay, as it was printed. It never changes and is never deleted.

    When the person is erased, the number, the day and the amounts stay, because the law requires records of income.
    """

    CHANGEABLE = frozenset({"paid_on", "cancelled_on"})

    number = models.PositiveIntegerField(primary_key=True)
    # None once the enquiry is erased. The release before knows no invoices, so the database must let it erase one too.
    enquiry = models.ForeignKey(
        "bookings.Enquiry", on_delete=models.SET_NULL, null=True, db_constraint=False, related_name="invoices"
    )
    issued_on = models.DateField("date")
    pence = models.PositiveIntegerField("amount")
    letterhead = models.JSONField(default=dict)  # the facts about the practice on that day
    addressee = EncryptedTextField(blank=True, tier=Tier.REACH)
    items = EncryptedTextField(blank=True, tier=Tier.REACH)  # JSON, see `lines`
    paid_on = models.DateField(null=True, blank=True)  # the day on which the last of its appointments was paid
    cancelled_on = models.DateField(null=True, blank=True)

    objects = InvoiceQuerySet.as_manager()
    open_fields = ("letterhead",)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Invoice {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert it, or save that it was paid or cancelled. Raises TypeError for any other change."""
        if not self._state.adding and not set(kwargs.get("update_fields") or ["everything"]) <= self.CHANGEABLE:
            raise TypeError("What an invoice says never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse, so that no number is missing."""
        raise TypeError("An invoice is cancelled, not deleted.")

    @property
    def text_keys(self) -> list[bytes]:
        try:
            return self.enquiry.text_keys if self.enquiry else []
        except ObjectDoesNotExist:  # the release before has erased the enquiry, and with it the key
            return []

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return its lines, with their `day`, `minutes`, `words`, `pence` and `is_paid`; none once they are erased."""
        return json.loads(self.items) if self.items and not isinstance(self.items, UnreadableText) else []
