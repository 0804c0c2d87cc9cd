"""The form by which a person comes back to their request with its reference and four words."""

from django import forms

from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import LineField


class ReturnForm(FormWithErrorSummary):
    reference = LineField(
        label="Your reference",
        help_text="Eight letters and digits.",
        max_length=50,
        missing="Enter your reference",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    words = LineField(
        label="Your four words",
        help_text="In their order. Capital letters, spaces and hyphens don’t matter.",
        max_length=100,
        missing="Enter your four words",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
