from decimal import Decimal
from typing import Any

from django import forms

from practice.models import Fee


class FeeForm(forms.ModelForm):
    """The therapist writes pounds; what is kept is pence."""

    pounds = forms.DecimalField(
        label="Amount in pounds",
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        help_text="For example 90 or 82.50; 0 if it is free of charge. Until you fill it in, pages leave it out.",
        error_messages={"min_value": "Enter 0 or more pounds."},
    )

    class Meta:
        model = Fee
        fields = ["name", "minutes", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pence is not None:
            pounds = Decimal(self.instance.pence) / 100
            self.initial["pounds"] = f"{pounds:.2f}".removesuffix(".00")

    def save(self, commit: bool = True) -> Fee:
        pounds = self.cleaned_data["pounds"]
        self.instance.pence = None if pounds is None else int(pounds * 100)
        return super().save(commit)
