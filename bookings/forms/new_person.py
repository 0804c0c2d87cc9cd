"""The form by which somebody who rings is entered: their name, a way to reach them, what is safe and what they want."""

import json
import re
import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from bookings.callers import Caller
from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import EmailLineField, LineField, OneOfField, PhoneField, SomeOfField, TextField, field_of
from bookings.models import AppointmentType, Enquiry, Person
from practice import keys
from practice.keys import KeyLabel

EMAIL, PHONE = "email", "phone"
SAFE = {
    EMAIL: "Email",
    PHONE: "Ring",
    "voicemail_ok": "Leave a voicemail",
    "text_ok": "Send a text message",
    "calendar_ok": "Attach a calendar file",
    "name_practice_ok": "Say the practice’s name",
}
CHANNELS = {  # which of email and phone are safe
    frozenset({EMAIL}): Person.Channel.EMAIL,
    frozenset({PHONE}): Person.Channel.PHONE,
    frozenset({EMAIL, PHONE}): Person.Channel.EITHER,
}
DIGITS = re.compile(r"\d")
NO_WAY = "Enter an email address or a phone number, like name@example.com or 07700 900 982"
ONLY_ONE = "Enter one of the two here, an email address or a phone number. The other can be added afterwards"
TICK_RING = "This is a phone number: tick “Ring” if you may ring it"
TICK_EMAIL = "This is an email address: tick “Email” if you may write to it"
NOTHING_TO_USE = "Enter the email address or phone number that you may use, or untick it"
CANNOT_SEND = "To send it, enter an email address and tick “Email”"
ENTERED_BEFORE = "{name} was entered from this page already. If this is somebody else, press the button once more"


class NewPersonForm(FormWithErrorSummary):
    data: QueryDict  # of what was sent
    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False)  # a second click brings the same one
    name = LineField(
        label="Name or initials",
        max_length=200,
        missing="Enter a name or initials",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reach = LineField(
        label="Email address or phone number (optional)",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    safe = SomeOfField(label="What is safe for them", choices=list(SAFE.items()), missing="Tick what is safe")
    sends_link = forms.BooleanField(label="Send them an email with their private page", required=False)
    appointment_type = OneOfField(label="What they ask for", missing="Choose what they ask for", widget=forms.Select)
    note = TextField(label="Private note (optional)", max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"idempotency_key": uuid.uuid4()})
        self.types = {str(each.pk): each for each in AppointmentType.objects.active()}
        choices = [(key, each.name) for key, each in self.types.items()]
        field_of(self, "appointment_type", OneOfField).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned |= {EMAIL: "", PHONE: ""}
        if reach := cleaned.get("reach"):
            self._read(reach, cleaned)
        if "safe" in cleaned and "reach" in cleaned and not self.has_error("reach"):
            self._check_safe(cleaned)
        return cleaned

    def _read(self, reach: str, cleaned: dict[str, Any]) -> None:
        """Tell an email address from a phone number."""
        kind = EMAIL if "@" in reach else PHONE
        if kind == EMAIL and " " in reach and len(DIGITS.findall(reach)) >= 5:
            self.add_error("reach", ONLY_ONE)
            return
        fields = {EMAIL: EmailLineField(label="It", max_length=254), PHONE: PhoneField(label="It", max_length=100)}
        try:
            cleaned[kind] = fields[kind].clean(reach)
        except forms.ValidationError as problem:
            self.add_error("reach", problem.messages[0] if kind == EMAIL else NO_WAY)

    def _check_safe(self, cleaned: dict[str, Any]) -> None:
        """Ask where what is ticked and what was entered don't belong together: one of the two is a slip."""
        ticked = {EMAIL, PHONE} & set(cleaned["safe"])
        usable = {kind for kind in (EMAIL, PHONE) if cleaned[kind]}
        if ticked and not usable:
            self.add_error("reach", NOTHING_TO_USE)
        elif ticked and not ticked & usable:
            self.add_error("safe", TICK_EMAIL if cleaned[EMAIL] else TICK_RING)
        elif cleaned.get("sends_link") and not (EMAIL in ticked and cleaned[EMAIL]):
            self.add_error("sends_link", CANNOT_SEND)

    def caller(self) -> Caller:
        """Return the content of the valid form."""
        cleaned = self.cleaned_data
        safe = cleaned["safe"]
        details = {
            "name": cleaned["name"],
            "email": cleaned[EMAIL],
            "phone": cleaned[PHONE],
            "channel": CHANNELS.get(frozenset({EMAIL, PHONE} & set(safe)), ""),
            **{name: name in safe for name in SAFE if name not in (EMAIL, PHONE)},
            "on_behalf": Enquiry.Behalf.MYSELF,
            "appointment_type": self.types[cleaned["appointment_type"]],
        }
        answers = cleaned | {"idempotency_key": ""}
        return Caller(
            details=details,
            note=cleaned["note"],
            sends_link=cleaned["sends_link"],
            form_digest=_digest({"entered by hand": cleaned["idempotency_key"] or str(uuid.uuid4())}),
            answers_digest=_digest({"entered by hand": answers}),
        )

    def refuse(self, name: str) -> None:
        """Say that somebody else was entered from the same page, and make what was typed ready to be sent once more."""
        self.data = self.data.copy()
        self.data["idempotency_key"] = str(uuid.uuid4())
        self.problem = ENTERED_BEFORE.format(name=name)


def _digest(answers: dict[str, Any]) -> str:
    return keys.digest(KeyLabel.SUBMISSION, json.dumps(answers, sort_keys=True))
