"""The two forms of the PIN before a private page: the one that sets it and the one that asks for it."""

import itertools

from django import forms

from bookings import pins
from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import LineField

ATTRIBUTES = {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
DIGITS = f"Enter {pins.MIN_DIGITS} to {pins.MAX_DIGITS} digits"
TOO_EASY = "Choose digits that nobody would try first, so not one digit repeated or digits in a row"


class PinForm(FormWithErrorSummary):
    """Asks for the PIN."""

    pin = LineField(
        label="Your PIN", max_length=50, missing="Enter your PIN", widget=forms.PasswordInput(attrs=ATTRIBUTES)
    )

    def clean_pin(self) -> str:
        return "".join(self.cleaned_data["pin"].split())


class NewPinForm(FormWithErrorSummary):
    """Takes a new PIN. It is shown while it is typed: a slip would lock its owner out."""

    pin = LineField(
        label="Your PIN",
        help_text=f"{pins.MIN_DIGITS} to {pins.MAX_DIGITS} digits. Don’t use a birthday.",
        max_length=50,
        missing=DIGITS,
        widget=forms.TextInput(attrs=ATTRIBUTES),
    )

    def clean_pin(self) -> str:
        pin = "".join(self.cleaned_data["pin"].split())
        if not (pin.isascii() and pin.isdigit() and pins.MIN_DIGITS <= len(pin) <= pins.MAX_DIGITS):
            raise forms.ValidationError(DIGITS)
        if _is_easy(pin):
            raise forms.ValidationError(TOO_EASY)
        return pin


def _is_easy(pin: str) -> bool:
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in itertools.pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
