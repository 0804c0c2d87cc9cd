"""Form fields that accept anything people type, with plain error messages (GOV.UK Design System)."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from bookings.text import is_visible, without_controls
from practice import email_addresses
from practice.email_addresses import UnsendableAddressError

FormField = TypeVar("FormField", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, field_class: type[FormField]) -> FormField:
    """Return a form's field as a field of the given class. Raises TypeError if it is of another."""
    field = form.fields[name]
    if not isinstance(field, field_class):
        raise TypeError(f"{name} is a {type(field).__name__}, not a {field_class.__name__}.")
    return field


class LineField(forms.CharField):
    """One line of text. `missing` is the error message of a required field; fields without it are optional."""

    def __init__(self, *, label: str, max_length: int, missing: str = "", **kwargs: Any) -> None:
        super().__init__(
            label=label,
            max_length=max_length,
            required=bool(missing),
            error_messages={
                "required": missing,
                "max_length": f"{label.removesuffix(' (optional)')} must be {max_length:,} characters or fewer",
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        line = " ".join(without_controls(str(value or ""), keep="\t\n\r").split())
        return super().to_python(line if is_visible(line) else "") or ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength, because browsers cut pasted text without a warning.
        return {}


class TextField(LineField):
    """Several lines of text."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = without_controls(str(value or ""), keep="\t\n\r")
        return forms.CharField.to_python(self, text.replace("\r\n", "\n")) or ""


class EmailLineField(LineField):
    widget = forms.EmailInput

    def to_python(self, value: Any) -> str:
        return super().to_python(email_addresses.clean(str(value or "")))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            try:
                email_addresses.to_ascii(value)
            except UnsendableAddressError as problem:
                raise ValidationError(str(problem)) from problem


class PhoneField(LineField):
    """One or two phone numbers in any format, with enough digits to call."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not 5 <= sum(char.isdigit() for char in value) <= 40:
            raise ValidationError("Enter a phone number, like 07700 900 982 or +44 808 157 0192")


class OneOfField(forms.ChoiceField):
    """Radio buttons, none selected initially."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str, missing: str, required: bool = True, **kwargs: Any) -> None:
        messages = {"required": missing, "invalid_choice": missing}
        super().__init__(label=label, required=required, error_messages=messages, **kwargs)


class SomeOfField(forms.MultipleChoiceField):
    """Checkboxes, none ticked initially."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str, missing: str, **kwargs: Any) -> None:
        messages = {"invalid_choice": missing, "invalid_list": missing}
        super().__init__(label=label, required=False, error_messages=messages, **kwargs)
