"""The form by which the therapist corrects how somebody is called and reached."""

from typing import Any

from django import forms

from bookings.encryption import UnreadableText
from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import EmailLineField, LineField, OneOfField, PhoneField
from bookings.models import Person
from bookings.personal_data import PERMISSIONS

FIELDS = ("name", "organisation", "channel", "email", "phone", "good_times")
EMAIL, PHONE = (Person.Channel.EMAIL, Person.Channel.EITHER), (Person.Channel.PHONE, Person.Channel.EITHER)


class PersonDetailsForm(FormWithErrorSummary):
    name = LineField(label="Name", max_length=200, missing="Enter a name")
    organisation = LineField(label="Organisation (optional)", max_length=200)
    channel = OneOfField(
        label="Reach them by", choices=Person.Channel, missing="Select email, phone, or email or phone"
    )
    email = EmailLineField(label="Email address", max_length=254)
    phone = PhoneField(label="Phone number", max_length=100)
    good_times = LineField(label="Good times to reach them (optional)", max_length=200)

    def __init__(self, person: Person, data: Any = None) -> None:
        initial = {name: getattr(person, name) for name in (*FIELDS, *PERMISSIONS)}
        super().__init__(data, initial=initial)
        for name, label in PERMISSIONS.items():
            self.fields[name] = forms.BooleanField(label=label, required=False)
        for name in [name for name, value in initial.items() if isinstance(value, UnreadableText)]:
            del self.fields[name]  # so that saving doesn't overwrite what a missing key can still decrypt

    @property
    def changed_labels(self) -> list[str]:
        """Return the names of the fields that changed, for the history, which holds no values."""
        return [str(self.fields[name].label).removesuffix(" (optional)") for name in self.changed_data]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        channel = cleaned.get("channel")
        for name, channels, missing in (
            ("email", EMAIL, "Enter an email address"),
            ("phone", PHONE, "Enter a phone number"),
        ):
            if channel in channels and name in self.fields and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, missing)
        return cleaned
